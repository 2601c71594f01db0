import type { Laboratory, Refused } from './laboratory.ts';
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
  { likely, until }: { readonly likely: (column: string) => readonly string[]; readonly until: number },
): Promise<Types | Refused> {
  const open = new Set(
    tables.flatMap(({ columns }) => columns.flatMap(({ name, type }) => (type === null ? [name.toLowerCase()] : []))),
  );
  const choices = [...open].flatMap((name) => likely(name).map((type) => [name, type] as const));
  const chosen = new Map([...open].map((name) => [name, likely(name)[0] ?? 'VARCHAR']));
  const typesWith = (one: ReadonlyMap<string, string>): Types =>
    tables.map(({ columns }) => columns.map(({ name, type }) => type ?? one.get(name.toLowerCase()) ?? 'VARCHAR'));
  let standing: Types | null = null;
  const stand = async (types: Types): Promise<Refused | null> => {
    const refused = await setStage(lab, tables, types, standing);
    standing = refused === null ? types : null;
    return refused;
  };
  let best = await tryTypes(lab, sqls, await stand(typesWith(chosen)));
  let tries = 0;
  for (let better = true; better && best.refused !== null; ) {
    better = false;
    for (const [name, type] of choices) {
      if (best.refused === null || tries >= mostTries || performance.now() > until) break;
      if (chosen.get(name) === type) continue;
      tries += 1;
      const tried = await tryTypes(lab, sqls, await stand(typesWith(new Map(chosen).set(name, type))));
      if (tried.score <= best.score) continue;
      chosen.set(name, type);
      best = tried;
      better = true;
    }
  }
  if (best.refused !== null) return best.refused;
  const types = typesWith(chosen);
  return (await stand(types)) ?? types;
}

interface Tried {
  /** Grows with how far DuckDB got. */
  readonly score: number;
  readonly refused: Refused | null;
}

/** Far more than a statement has characters. */
const whole = 1e9;

async function tryTypes(lab: Laboratory, sqls: readonly string[], staged: Refused | null): Promise<Tried> {
  if (staged !== null) return { score: -1, refused: staged };
  let score = 0;
  let refused: Refused | null = null;
  for (const sql of sqls) {
    const found = await lab.check(sql);
    score += found === null ? whole : found.position;
    refused ??= found;
  }
  return { score, refused };
}
