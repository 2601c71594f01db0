import type { DbtNode, DbtProject, RunResult, RunResults } from '#core/dbt';
import type { RowCountQuestion } from './data-question.ts';
import type { Answer } from './evidence.ts';

/**
 * What adapters call the statement that writes a whole table, where the rows that they tell are the table's. Snowflake tells one row of
 * any table that it makes, DuckDB, Databricks and Spark tell none.
 */
const wholeTable: Readonly<Record<string, readonly string[]>> = {
  postgres: ['SELECT', 'INSERT'],
  bigquery: ['CREATE TABLE'],
};
/** Of a seed dbt itself counts the lines of the file, on every adapter. */
const wholeSeed: readonly string[] = ['CREATE', 'INSERT'];
const building: ReadonlySet<string> = new Set(['build', 'run', 'seed', 'retry']);

/**
 * Rows of a table that dbt built as a whole, from the `adapter_response` in `run_results.json`, with the time at which it was built. Null for
 * everything that is not wholly written at each run (incremental models, snapshots), has no rows of its own, or has a hook
 * that may change them afterwards.
 */
export function rowsFromRun(
  { side, uniqueId, relation }: RowCountQuestion,
  { project, runResults }: { readonly project: DbtProject; readonly runResults: RunResults | null },
): Answer | null {
  const node = project.nodes.get(uniqueId);
  if (runResults === null || node?.relationName !== relation || hasPostHook(node)) return null;
  const written = writtenIn(runResults, node, project.metadata.adapterType);
  const at = written?.at ?? runResults.generatedAt;
  if (written === null || at === null) return null;
  return {
    known: true,
    kind: 'row-count',
    rows: written.rows,
    source: `rows written, by ${side}’s run_results.json`,
    at,
  };
}

/** What the run wrote into the node's relation, if that is all of it. */
function writtenIn(
  { command, results }: RunResults,
  node: DbtNode,
  adapterType: string | null,
): NonNullable<RunResult['written']> | null {
  const result = building.has(command ?? '') ? results.find(({ uniqueId }) => uniqueId === node.uniqueId) : undefined;
  if (result?.written === undefined || result.status !== 'success') return null;
  return codesOf(node, adapterType).includes(result.written.code) ? result.written : null;
}

function codesOf({ resourceType, materialized, language }: DbtNode, adapterType: string | null): readonly string[] {
  if (resourceType === 'seed') return wholeSeed;
  if (resourceType !== 'model' || materialized !== 'table' || language !== 'sql') return [];
  return Object.hasOwn(wholeTable, adapterType ?? '') ? (wholeTable[adapterType ?? ''] ?? []) : [];
}

function hasPostHook({ config }: DbtNode): boolean {
  return [config['post-hook'], config['post_hook']].some((hooks) =>
    Array.isArray(hooks) ? hooks.length > 0 : hooks !== undefined && hooks !== null,
  );
}
