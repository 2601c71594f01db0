import type { DbtCatalog, DbtProject } from '#core/dbt';
import { statementsOf, traceSide } from '#core/change';
import type { ProjectLineage } from '#core/lineage';
import type { SqlReader } from './ports.ts';

/** Column lineage of one project by itself, for the command line. */
export async function traceManifest(project: DbtProject, catalog: DbtCatalog | null, sqlReader: SqlReader): Promise<ProjectLineage> {
  const answers = await sqlReader.read(statementsOf(project, 'head'));
  return traceSide({ project, catalog }, 'head', answers).lineage;
}
