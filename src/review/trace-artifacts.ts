import type { DbtCatalog, DbtProject } from '#core/dbt';
import type { ProjectLineage } from '#core/lineage';
import { defaultPolicy } from '#core/policy';
import { localRequest } from './local-request.ts';
import type { Artifacts } from './ports.ts';
import { readSide } from './read-side.ts';
import { toRepositoryError } from './to-repository-error.ts';
import { type LineagePorts, traceLineage } from './trace-sides.ts';

/** Column lineage of one set of artifacts by itself. Throws RepositoryError when they cannot be read. */
export async function traceArtifacts(
  artifacts: Artifacts,
  ports: LineagePorts,
): Promise<{ lineage: ProjectLineage; project: DbtProject; catalog: DbtCatalog | null }> {
  const fetched = await artifacts.fetch('head', localRequest(null, 'standard'), null, defaultPolicy.artifacts);
  if (!fetched.ok) throw toRepositoryError(fetched.reason);
  const side = readSide('head', fetched.set);
  if (!side.ok) throw toRepositoryError(side.reason);
  const { project, catalog } = side.value.side;
  return { lineage: await traceLineage(side.value.side, ports), project, catalog };
}
