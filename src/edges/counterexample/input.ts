import type { Dice } from './dice.ts';
import type { Table } from './tables.ts';
import type { Pool } from './values.ts';

/** A cell's text, which DuckDB casts to the column's type; null is NULL. */
export type Cell = string | null;
export type Row = readonly Cell[];
/** The rows of each table, in the order of the tables. */
export type Input = readonly (readonly Row[])[];

/** What inputs are made of. */
export interface Material {
  readonly tables: readonly Table[];
  /** By table and column. */
  readonly pools: readonly (readonly Pool[])[];
  /** By table and column, the group of columns that hold the same values; joins meet in them. */
  readonly groups: readonly (readonly number[])[];
}

const mostRows = 4;

/** An input of at most `rows` rows a table, which keeps every rule of its tables. */
export function makeInput(material: Material, dice: Dice, rows: number): Input {
  const met = new Map<number, string[]>();
  const made = material.tables.map((table, at) => {
    const count = rows === 0 ? 0 : Math.floor(dice.roll() * (rows + 1));
    const own: Row[] = [];
    for (let row = 0; row < count; row += 1) {
      const twin = own.at(-1);
      if (twin !== undefined && dice.roll() < 0.3)
        own.push(
          twin.map((cell, column) => (dice.roll() < 0.25 ? makeCell(material, dice, { at, column, met }) : cell)),
        );
      else own.push(table.columns.map((_, column) => makeCell(material, dice, { at, column, met })));
    }
    return own;
  });
  return mend(material, made);
}

/** An input that differs from `input` in one or a few cells or rows. */
export function changeInput(material: Material, dice: Dice, input: Input): Input {
  const met = new Map<number, string[]>();
  input.forEach((rows, at) => {
    for (const row of rows) row.forEach((cell, column) => meet(material, met, { at, column }, cell));
  });
  let changed = input;
  const times = 1 + Math.floor(dice.roll() * 3);
  for (let time = 0; time < times; time += 1) changed = changeOnce(material, dice, changed, met);
  return mend(material, changed);
}

type Met = Map<number, string[]>;
interface CellPlace {
  readonly at: number;
  readonly column: number;
}

function changeOnce(material: Material, dice: Dice, input: Input, met: Met): Input {
  const at = Math.floor(dice.roll() * input.length);
  const rows = input[at] ?? [];
  const place = Math.floor(dice.roll() * rows.length);
  const row = rows[place];
  const what = dice.roll();
  const width = material.tables[at]?.columns.length ?? 0;
  if (row === undefined || (what < 0.25 && rows.length < mostRows)) {
    const twin = row !== undefined && dice.roll() < 0.6;
    const added = twin
      ? row
      : Array.from({ length: width }, (_, column) => makeCell(material, dice, { at, column, met }));
    return rows.length < mostRows ? input.with(at, [...rows, added]) : input;
  }
  if (what < 0.35) return input.with(at, rows.toSpliced(place, 1));
  const column = Math.floor(dice.roll() * width);
  return input.with(at, rows.with(place, row.with(column, makeCell(material, dice, { at, column, met }))));
}

function makeCell(
  { tables, pools, groups }: Material,
  dice: Dice,
  { at, column, met }: CellPlace & { readonly met: Met },
): Cell {
  const kind = tables[at]?.columns[column];
  const pool = pools[at]?.[column];
  if (kind === undefined || pool === undefined) return null;
  if (kind.nullable && dice.roll() < (kind.named ? 0.15 : 0.05)) return null;
  const group = groups[at]?.[column] ?? -1;
  const seen = met.get(group) ?? [];
  const text = pickText(dice, kind.accepted ?? [], { pool, seen, named: kind.named });
  seen.push(text);
  met.set(group, seen);
  return text;
}

function pickText(
  dice: Dice,
  accepted: readonly string[],
  { pool, seen, named }: { readonly pool: Pool; readonly seen: readonly string[]; readonly named: boolean },
): string {
  if (accepted.length > 0) return dice.pick(accepted) ?? '';
  if (!named) return dice.pick(pool.plain.slice(0, 2)) ?? '';
  if (seen.length > 0 && dice.roll() < 0.4) return dice.pick(seen) ?? '';
  if (pool.telling.length > 0 && dice.roll() < 0.65) return dice.pick(pool.telling) ?? '';
  // The first values are the likeliest, so that rows meet.
  return pool.plain[Math.floor(dice.roll() * dice.roll() * pool.plain.length)] ?? '';
}

function meet({ groups }: Material, met: Met, { at, column }: CellPlace, cell: Cell): void {
  if (cell === null) return;
  const group = groups[at]?.[column] ?? -1;
  met.set(group, [...(met.get(group) ?? []), cell]);
}

/** Takes away or changes what breaks a rule of the tables; what is left keeps all of them. */
function mend({ tables }: Material, input: Input): Input {
  let mended = input;
  for (let round = 0; round < 4; round += 1) {
    const before = mended;
    mended = mended.map((rows, at) => {
      const table = tables[at];
      return table === undefined ? rows : withoutRepeats(table, withParents(table, rows, before));
    });
    if (mended.every((rows, at) => rows === before[at])) break;
  }
  return mended;
}

function withParents({ references, columns }: Table, rows: readonly Row[], input: Input): readonly Row[] {
  if (references.length === 0) return rows;
  const kept = rows.flatMap((row): readonly Row[] => {
    let own = row;
    for (const { column, table, to } of references) {
      const cell = own[column] ?? null;
      const parents = (input[table] ?? []).map((parent) => parent[to] ?? null).filter((value) => value !== null);
      if (cell === null || parents.includes(cell)) continue;
      const instead = parents[cell.length % Math.max(1, parents.length)] ?? null;
      if (instead === null && columns[column]?.nullable !== true) return [];
      own = own.with(column, instead);
    }
    return [own];
  });
  return kept.length === rows.length && kept.every((row, at) => row === rows[at]) ? rows : kept;
}

function withoutRepeats({ keys }: Table, rows: readonly Row[]): readonly Row[] {
  if (keys.length === 0) return rows;
  const kept = rows.filter(
    (row, at) => !rows.slice(0, at).some((earlier) => keys.some((key) => isSameKey(key, row, earlier))),
  );
  return kept.length === rows.length ? rows : kept;
}

function isSameKey(key: readonly number[], one: Row, other: Row): boolean {
  return key.every((column) => one[column] !== null && one[column] === other[column]);
}

/** Whether an input keeps every rule of its tables. */
export function keepsRules({ tables }: Material, input: Input): boolean {
  return tables.every((table, at) => {
    const rows = input[at] ?? [];
    const filled = rows.every((row) => table.columns.every(({ nullable }, column) => nullable || row[column] !== null));
    return filled && withParents(table, rows, input) === rows && withoutRepeats(table, rows) === rows;
  });
}
