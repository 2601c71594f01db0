import type { ColumnLineage, ProjectLineage } from '#core/lineage';
import type { ColumnAt } from './column-at.ts';
import { columnKey } from './column-at.ts';

const farthest = 500;

/**
 * The column that a column repeats: up along renames, casts and plain passages as long as there is only one source.
 * Two columns with the same datum column hold the same value, whatever they are called.
 */
export function datumOf(lineage: ProjectLineage, start: ColumnAt): ColumnAt {
  let at = start;
  for (let step = 0; step < farthest; step += 1) {
    const [source, ...others] = lineageOf(lineage, at)?.sources ?? [];
    if (source === undefined || others.length > 0) return at;
    const plain = ['identity', 'rename', 'cast'].includes(source.transformation);
    if (!plain || source.functions.some((name) => !isPassage(name))) return at;
    at = { uniqueId: source.uniqueId, column: source.column };
  }
  return at;
}

/** What a column is made of, comparable across two sides of a change: its data and what is done to them. */
export function makingOf(lineage: ProjectLineage, at: ColumnAt): string {
  const datum = datumOf(lineage, at);
  const sources = lineageOf(lineage, datum)?.sources ?? [];
  if (sources.length === 0) return columnKey(datum);
  const parts = sources.map((source) => [columnKey(datumOf(lineage, source)), ...source.functions].join('\t'));
  return parts.sort().join('\n\n');
}

/** The lineage of one column, whatever its case; null when it is not known. */
export function lineageOf(lineage: ProjectLineage, { uniqueId, column }: ColumnAt): ColumnLineage | null {
  const wanted = column.toLowerCase();
  return lineage.get(uniqueId)?.columns.find((one) => one.column.toLowerCase() === wanted) ?? null;
}

function isPassage(name: string): boolean {
  return /^(cast|try_cast|safe_cast|trim|ltrim|rtrim|btrim|lower|upper|initcap|to_varchar|to_char|coalesce|ifnull|nvl|::)$/.test(
    name,
  );
}
