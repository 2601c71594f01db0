import type { Counterexample } from '#core/evidence';
import type { Input, Material } from './input.ts';
import type { Trial } from './trial.ts';

/**
 * The input as people see it. A column that is NULL everywhere is left out where other values show the same: then it does not
 * matter. Without a trial no column is left out.
 */
export async function shownInput(
  input: Input,
  material: Material,
  trial: Trial | null,
): Promise<Counterexample['input']> {
  const { tables } = material;
  const empty = tables.flatMap(({ columns }, table) =>
    columns.flatMap((_, column) =>
      (input[table] ?? []).every((row) => row[column] === null) ? [{ table, column }] : [],
    ),
  );
  const hidden = trial === null ? [] : await vain(input, empty, { material, trial });
  const isHidden = (table: number, column: number): boolean =>
    hidden.some((one) => one.table === table && one.column === column);
  return tables.map(({ name, columns }, table) => {
    const rows = input[table] ?? [];
    const places = columns.map((_, column) => column).filter((column) => rows.length > 0 && !isHidden(table, column));
    return {
      relation: name,
      columns: places.map((column) => columns[column]?.name ?? ''),
      rows: rows.map((row) => places.map((column) => cut(shownCell(row[column] ?? null)))),
    };
  });
}

interface Place {
  readonly table: number;
  readonly column: number;
}

/** Of columns that are NULL those that may hold something else, all at once, and the difference stays. */
async function vain(
  input: Input,
  empty: readonly Place[],
  { material, trial }: { readonly material: Material; readonly trial: Trial },
): Promise<readonly Place[]> {
  const filled = (from: Input, place: Place): Input =>
    fillColumn(from, place, material.pools[place.table]?.[place.column]?.plain[0] ?? '');
  const alone = await trial.outputsOf(empty.map((place) => filled(input, place)));
  const maybe = empty.filter((_, at) => trial.differ(alone[at] ?? null));
  const [together = null] = await trial.outputsOf([maybe.reduce(filled, input)]);
  if (trial.differ(together)) return maybe;
  let from = input;
  const found: Place[] = [];
  for (const place of maybe) {
    const next = filled(from, place);
    const [outputs = null] = await trial.outputsOf([next]);
    if (!trial.differ(outputs)) continue;
    from = next;
    found.push(place);
  }
  return found;
}

function fillColumn(input: Input, { table, column }: Place, value: string): Input {
  return input.with(
    table,
    (input[table] ?? []).map((row) => row.with(column, value)),
  );
}

/** As long as a shown value may be. */
const longest = 80;

/** A value cut to a length that can be shown. */
export function cut(value: string | null): string | null {
  return value !== null && value.length > longest ? `${value.slice(0, longest)}…` : value;
}

/** Numbers, dates and truth values without quotes. */
function shownCell(cell: string | null): string | null {
  if (cell === null) return null;
  if (/^(?:-?\d+(?:\.\d+)?|true|false)$/.test(cell)) return cell;
  const [, day, time] = /^(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d:\d\d))?$/.exec(cell) ?? [];
  if (day !== undefined) return time === undefined || time === '00:00:00' ? day : cell;
  return `'${cell.replaceAll("'", "''")}'`;
}
