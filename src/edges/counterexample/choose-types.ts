import { isRefused, type Laboratory, type Refused } from './laboratory.ts';
import { setStage } from './stage.ts';
import type { Table } from './tables.ts';

/** Types of each table's columns. */
export type Types = readonly (readonly string[])[];

/** How often other types are tried. */
const mostTries = 80;

/**
 * Types for every column with which DuckDB takes both statements, and the tables made with them; else what DuckDB says.
 * Where a type is not known DuckDB's own checks lead: one is kept with which it gets further.
 */
export async function chooseTypes(
  lab: Laboratory,
  tables: readonly Table[],
  sqls: readonly string[],
  likely: (column: string) => readonly string[],
): Promise<Types | Refused> {
  const open = [
    ...new Set(
      tables.flatMap(({ columns }) => columns.flatMap(({ name, type }) => (type === null ? [name.toLowerCase()] : []))),
    ),
  ];
  const chosen = new Map(open.map((name) => [name, likely(name)[0] ?? 'VARCHAR']));
  const typesWith = (one: ReadonlyMap<string, string>): Types =>
    tables.map(({ columns }) => columns.map(({ name, type }) => type ?? one.get(name.toLowerCase()) ?? 'VARCHAR'));
  let best = await tryTypes(lab, tables, sqls, typesWith(chosen));
  let tries = 0;
  for (let better = true; better && best.refused !== null; ) {
    better = false;
    for (const [name, type] of open.flatMap((column) => likely(column).map((type) => [column, type] as const))) {
      if (best.refused === null || tries >= mostTries) break;
      if (chosen.get(name) === type) continue;
      tries += 1;
      const other = new Map(chosen).set(name, type);
      const tried = await tryTypes(lab, tables, sqls, typesWith(other));
      if (tried.refused?.stopped === true) return tried.refused;
      if (tried.score <= best.score) continue;
      chosen.set(name, type);
      best = tried;
      better = true;
    }
  }
  if (best.refused !== null) return best.refused;
  const types = typesWith(chosen);
  return (await setStage(lab, tables, types)) ?? types;
}

interface Tried {
  /** Grows with how far DuckDB got. */
  readonly score: number;
  readonly refused: Refused | null;
}

/** Far more than a statement has characters. */
const whole = 1e9;

async function tryTypes(
  lab: Laboratory,
  tables: readonly Table[],
  sqls: readonly string[],
  types: Types,
): Promise<Tried> {
  const staged = await setStage(lab, tables, types);
  if (isRefused(staged)) return { score: -1, refused: staged };
  let score = 0;
  let refused: Refused | null = null;
  for (const sql of sqls) {
    const found = await lab.check(sql);
    score += found === null ? whole : found.position;
    refused ??= found;
  }
  return { score, refused };
}
