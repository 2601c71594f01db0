import type { Reason, UniqueId } from '#core/base';
import type { Identifier } from '#core/sql';
import type { RowsetUse } from './lineage.ts';
import { columnToken } from './logic.ts';

/** A base column that goes into a value, by one way. */
export interface Origin {
  readonly uniqueId: UniqueId;
  readonly column: string;
  /** Strongest step on the way; see `strengths`. */
  readonly strength: number;
  readonly functions: readonly string[];
}

/** What a column or an expression holds, in terms of base columns. */
export interface Value {
  /** By `originKey`. */
  readonly origins: ReadonlyMap<string, Origin>;
  readonly logic: string;
  readonly castType: string | null;
  /** The column's type where a cast or the catalog gives it, carried through what does not change it. */
  readonly type: string | null;
  /** Strongest step on the way to it, whether or not a base column goes in: `count(*)` is an aggregate of none. */
  readonly made: number;
  readonly unresolved: Reason | null;
}

export interface RelationColumn {
  readonly name: string;
  readonly key: string;
  readonly value: Value;
}

/** What stands in FROM: the columns of a node, a CTE, a derived table or a table function. */
export interface Relation {
  readonly columns: readonly RelationColumn[];
  /** Gives a column that `columns` does not list, where not all are known; null where they are. */
  readonly open: ((name: Identifier) => Value | null) | null;
  /** Nodes whose columns stand here as they are: the relation is one, or a star over it. */
  readonly parents: readonly UniqueId[];
  readonly rowset: Rowset;
  /** ORDER BY without LIMIT: it moves no rows unless the query around it takes the first of them. */
  readonly order?: readonly RowsetUse[];
  /** What the relation does, as text: two with the same signature give the same rows of the same base columns. */
  readonly signature: string;
}

/** Base columns that move a relation's rows: its own, and those of what it reads. */
export interface Rowset {
  readonly uses: readonly RowsetUse[];
  readonly inputs: readonly Rowset[];
}

/** Steps that a value can take, weakest first. */
export const strengths = { identity: 0, cast: 1, expression: 2, setOperation: 3, aggregate: 4, window: 5 } as const;

/** A value of which nothing is known yet. */
export const plain: Value = {
  origins: new Map(),
  logic: '',
  castType: null,
  type: null,
  made: strengths.identity,
  unresolved: null,
};

export const nothing: Rowset = { uses: [], inputs: [] };

/** A value that no base column goes into. */
export function constant(logic: string): Value {
  return { ...plain, logic };
}

/** A value whose origin could not be told. */
export function unknownValue(unresolved: Reason, logic: string): Value {
  return { ...plain, logic, unresolved };
}

/** What stands where a part of the SQL could not be rendered: any column, of unknown origin. */
export function maskedRelation(mask: Reason): Relation {
  const open = ({ name }: Identifier): Value => unknownValue(mask, `?${name.toLowerCase()}`);
  return { columns: [], open, parents: [], rowset: nothing, signature: mask.text };
}

/** The column of a node, as it is. */
export function baseValue(uniqueId: UniqueId, column: string, type: string | null = null): Value {
  const origin: Origin = { uniqueId, column, strength: strengths.identity, functions: [] };
  return {
    ...plain,
    origins: new Map([[originKey(origin), origin]]),
    logic: columnToken(uniqueId, column),
    type,
  };
}

/** Tells origins apart: by column and by way. */
export function originKey(origin: Origin): string {
  return `${origin.uniqueId}\n${origin.column.toLowerCase()}\n${origin.functions.join(',')}`;
}

/** Every use of a relation's rowset, each once, nearest first. What is shared is visited once. */
export function usesOf(rowset: Rowset): readonly RowsetUse[] {
  const found = new Map<string, RowsetUse>();
  const seen = new Set<Rowset>([rowset]);
  const queue = [rowset];
  for (const next of queue) {
    for (const use of next.uses) found.set(`${use.uniqueId}\n${use.column.toLowerCase()}\n${use.clause}`, use);
    for (const input of next.inputs) {
      if (!seen.has(input)) queue.push(input);
      seen.add(input);
    }
  }
  return [...found.values()];
}
