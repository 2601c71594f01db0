import type { SearchedRelation } from '#core/evidence';
import { parseRelation } from '#core/evidence';
import { identifierKey } from '#core/sql';
import type { Syntax } from './syntax.ts';

/** A column of a made-up relation. */
export interface Column {
  /** As it is created. */
  readonly name: string;
  /** DuckDB's type; null until it has been found out. */
  readonly type: string | null;
  readonly nullable: boolean;
  /** The values that it may have; null for any. */
  readonly accepted: readonly string[] | null;
  /** Whether either side's SQL names it; others only pass through a star. */
  readonly named: boolean;
}

/** A relation that is filled with made-up rows. Columns are told by their place. */
export interface Table {
  /** As people are told of it. */
  readonly name: string;
  /** Catalog, schema and name of each way in which the SQL names it. */
  readonly spellings: readonly (readonly string[])[];
  readonly columns: readonly Column[];
  readonly keys: readonly (readonly number[])[];
  readonly references: readonly { readonly column: number; readonly table: number; readonly to: number }[];
}

/** The relations that the two sides read. `toType` gives DuckDB's type for one of the dialect's. */
export function tablesOf(
  sides: readonly Syntax[],
  relations: readonly SearchedRelation[],
  toType: (type: string | null) => string | null,
): readonly Table[] {
  const reads = groupReads(sides, relations);
  const named = new Set(sides.flatMap((side) => [...side.named]));
  const drafts = reads.map(({ relation, name, spellings, columns }) => {
    const known = (relation?.columns ?? []).map((column) => ({ name: column.name, type: toType(column.type) }));
    const names = new Set(known.map((column) => column.name.toLowerCase()));
    const added = [...columns].filter((column) => !names.has(column)).map((column) => ({ name: column, type: null }));
    const all = [...known, ...added];
    // A relation of which no column is read still has rows.
    return { relation, name, spellings, columns: all.length > 0 ? all : [{ name: 'n', type: 'INTEGER' }] };
  });
  const places = new Map(drafts.map(({ name }, at) => [name, at]));
  return drafts.map(({ relation, name, spellings, columns }) => {
    const at = (column: string): number => columns.findIndex((one) => one.name.toLowerCase() === column.toLowerCase());
    const notNull = new Set(relation?.notNull.map(at));
    return {
      name,
      spellings,
      columns: columns.map((column, place) => {
        const accepted = relation?.accepted.find((one) => at(one.column) === place)?.values ?? null;
        return {
          ...column,
          type: column.type ?? (accepted?.some(isText) === true ? 'VARCHAR' : null),
          nullable: !notNull.has(place),
          accepted,
          named: named.has(column.name.toLowerCase()),
        };
      }),
      keys: (relation?.keys ?? []).map((key) => key.map(at)).filter((key) => key.length > 0 && !key.includes(-1)),
      references: (relation?.references ?? []).flatMap(({ column, relation: other, to }) => {
        const table = places.get(other) ?? -1;
        const target = drafts[table]?.columns.findIndex((one) => one.name.toLowerCase() === to.toLowerCase()) ?? -1;
        return at(column) < 0 || target < 0 ? [] : [{ column: at(column), table, to: target }];
      }),
    };
  });
}

/** Whether a value that a column may have is of no type but text. */
function isText(value: string): boolean {
  return !/^(?:-?\d+(?:\.\d+)?|true|false|\d{4}-\d\d-\d\d.*)$/i.test(value);
}

interface Read {
  readonly relation: SearchedRelation | null;
  readonly name: string;
  readonly spellings: (readonly string[])[];
  readonly columns: Set<string>;
}

/** One name for each relation, however it is spelled: that of the question's, else its last part, which the two sides share. */
export function namerOf(relations: readonly SearchedRelation[]): (parts: readonly string[]) => string {
  const spelled = new Map(relations.flatMap((one) => one.names.map((name) => [spellingOf(name), one.name] as const)));
  return (parts) => spelled.get(parts.join('.').toLowerCase()) ?? parts.at(-1)?.split('.').at(-1)?.toLowerCase() ?? '';
}

/** What is read, by relation: one that the question does not name is told by its last part, which the two sides share. */
function groupReads(sides: readonly Syntax[], relations: readonly SearchedRelation[]): readonly Read[] {
  const byName = new Map<string, Read>();
  const nameOf = namerOf(relations);
  const byOwnName = new Map(relations.map((one) => [one.name, one]));
  for (const { tables, loose } of sides) {
    const own = new Map(
      tables.map((table): [unknown, Read] => {
        const name = nameOf(table.parts);
        const relation = byOwnName.get(name) ?? null;
        const read = byName.get(name) ?? { relation, name, spellings: [], columns: new Set<string>() };
        byName.set(name, read);
        const text = table.parts.join('.').toLowerCase();
        if (!read.spellings.some((parts) => parts.join('.').toLowerCase() === text)) read.spellings.push(table.parts);
        for (const column of table.columns) read.columns.add(column);
        return [table, read];
      }),
    );
    for (const { name, tables: candidates } of loose) {
      const reads = candidates.flatMap((table) => own.get(table) ?? []);
      const isKnown = reads.some(
        ({ relation, columns }) =>
          columns.has(name) || relation?.columns.some((column) => column.name.toLowerCase() === name) === true,
      );
      // Whose it is can only be guessed: one of which no columns are known, else the first.
      const guess = reads.find(({ relation }) => (relation?.columns.length ?? 0) === 0) ?? reads[0];
      if (!isKnown) guess?.columns.add(name);
    }
  }
  return [...byName.values()];
}

/** The parts of a name as a question has it. */
export function partsOf(name: string): readonly string[] {
  return parseRelation(name)?.map((part) => identifierKey(part, 'duckdb')) ?? [name];
}

function spellingOf(name: string): string {
  return partsOf(name).join('.').toLowerCase();
}
