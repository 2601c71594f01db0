import type { DbtCatalog } from '#core/dbt';
import type { QuestionOf, RowCountQuestion } from './data-question.ts';
import type { Answer } from './evidence.ts';

/** Columns of a relation as `catalog.json` lists them, at the time at which `made` says that it was written. Null where it lists none. */
export function columnsFromCatalog(
  question: QuestionOf<'columns'>,
  { catalog, made }: { readonly catalog: DbtCatalog | null; readonly made: string | null },
): Answer | null {
  const columns = catalog?.get(question.uniqueId)?.columns ?? [];
  if (columns.length === 0 || made === null) return null;
  return {
    known: true,
    kind: 'columns',
    figures: { columns: columns.length },
    text: null,
    columns,
    source: `${question.side}’s catalog.json`,
    at: made.slice(0, 40),
  };
}

/** Statistics in which adapters write how many rows a relation has, and when it was changed last. */
const rowStats: readonly string[] = ['row_count', 'num_rows', 'rows'];
const timeStats: readonly string[] = ['last_modified', 'last_altered'];

/**
 * Rows of a relation from the statistics of `catalog.json`, where the adapter writes them (BigQuery and Snowflake do), with the time of the
 * relation's last change, else the time at which `made` says that the artifacts were written. Null where there are none.
 */
export function rowsFromCatalog(
  question: RowCountQuestion,
  { catalog, made }: { readonly catalog: DbtCatalog | null; readonly made: string | null },
): Answer | null {
  const stats = catalog?.get(question.uniqueId)?.stats ?? {};
  const value = (names: readonly string[]): unknown =>
    names.map((name) => (Object.hasOwn(stats, name) ? stats[name] : undefined)).find((one) => one !== undefined);
  const written = value(rowStats);
  const rows = typeof written === 'number' || typeof written === 'string' ? Number(written) : Number.NaN;
  if (written === '' || !Number.isSafeInteger(rows) || rows < 0) return null;
  const changed = value(timeStats);
  const at = typeof changed === 'string' && /^\d{4}-\d\d-\d\d/.test(changed) ? changed : made;
  return at === null
    ? null
    : {
        known: true,
        kind: 'row-count',
        rows,
        source: `statistics in ${question.side}’s catalog.json`,
        at: at.slice(0, 40),
      };
}
