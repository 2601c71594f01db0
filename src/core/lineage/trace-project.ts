import type { Reason, UniqueId } from '#core/base';
import type { DbtCatalog, DbtProject } from '#core/dbt';
import type { Query, SqlAnswer } from '#core/sql';
import type { ProjectLineage } from './lineage.ts';
import { startTracing } from './tracing.ts';

/**
 * Lineage of every model, snapshot, seed and source of a project. `trees` are the parsed queries of its models and snapshots,
 * `reasons` say why others have none.
 */
export function traceProject(
  project: DbtProject,
  catalog: DbtCatalog | null,
  trees: ReadonlyMap<UniqueId, Query>,
  reasons: ReadonlyMap<UniqueId, Reason>,
): ProjectLineage {
  const read = new Map<string, SqlAnswer>();
  for (const [id, why] of reasons) read.set(id, { ok: false, reason: why });
  for (const [id, query] of trees) read.set(id, { ok: true, query, engine: 'any' });
  const sqlKeys = new Map([...trees.keys(), ...reasons.keys()].map((id) => [id, id]));
  const tracing = startTracing({ project, catalog, sqlKeys }, new Map());
  tracing.advance(read);
  return tracing.lineage();
}
