import type { Reason } from '#core/base';
import type { Span } from '#core/sql';

/**
 * What a query means, in normal form: CTEs and subqueries are merged where the meaning allows, aliases resolved, conditions cut
 * into conjuncts. The rewrites and why each holds: docs/rewrites.md.
 */
export type Plan = Block | SetPlan | ValuesPlan | Opaque;

/** One SELECT with all that could be merged into it. */
export interface Block {
  readonly kind: 'block';
  readonly inputs: readonly Input[];
  /**
   * Whether the order of `inputs` counts: a right or full join, or one that looks sideways in a way that is not understood.
   * Otherwise inner inputs and left, semi and anti joins are sets, and conditions of inner joins stand in `where`.
   */
  readonly ordered: boolean;
  /** Conjuncts, all of which must be true; those of inner joins too, unless `ordered`. Sorted by text, none twice. */
  readonly where: readonly Condition[];
  /** Null where nothing is grouped; empty for an aggregate over all rows. Sorted by text, constants left out. */
  readonly groupBy: readonly Term[] | null;
  readonly having: readonly Condition[];
  /** Conditions on the rows after windows: QUALIFY, and the WHERE around a subquery with windows. */
  readonly qualify: readonly Condition[];
  readonly outputs: readonly Output[];
  /** Stars over inputs whose columns are not all known. */
  readonly stars: readonly StarOutput[];
  readonly distinct: boolean;
  readonly distinctOn: readonly Term[];
  /** As written; it counts where `limit` or `distinctOn` does. */
  readonly orderBy: readonly Term[];
  /** LIMIT, OFFSET, FETCH, TOP as text; null without. */
  readonly limit: string | null;
  /** What the tree says of the SELECT beside these parts. */
  readonly modifiers: string;
  readonly span: Span;
}

/** UNION, EXCEPT, INTERSECT; members match by position unless `byName`. */
export interface SetPlan {
  readonly kind: 'set';
  readonly operator: 'union' | 'except' | 'intersect';
  readonly all: boolean;
  readonly byName: boolean;
  readonly members: readonly Plan[];
  readonly orderBy: readonly Term[];
  readonly limit: string | null;
  readonly modifiers: string;
}

export interface ValuesPlan {
  readonly kind: 'values';
  readonly rows: readonly (readonly Term[])[];
  readonly names: readonly string[];
}

/** A part that was not understood; `text` tells two apart, and two of the same text mean the same. */
export interface Opaque {
  readonly kind: 'opaque';
  readonly reason: Reason;
  readonly text: string;
}

/** What a block reads. */
export interface Input {
  /** By which terms name it: the relation's name, or those in it; `#2` for the second of that name, `^` in front by depth of subqueries. */
  readonly alias: string;
  readonly source: InputSource;
  /** How it is attached to the inputs before it; the first is `inner`, a comma and a cross join are too. */
  readonly join: 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti' | 'asof';
  /** Conjuncts of ON and USING; of an inner join they stand in the block's `where` unless it is `ordered`. */
  readonly on: readonly Condition[];
  /** Where it stands in the SQL. */
  readonly span: Span;
  /** The alias or CTE name as written, for messages. */
  readonly written: string;
}

export type InputSource =
  /** `name` as the SQL has it, folded; `columns` null where they are not all known. */
  | {
      readonly kind: 'relation';
      readonly name: string;
      readonly uniqueId: string | null;
      readonly columns: readonly string[] | null;
      /** A sample, a time to look back to, and the like. */
      readonly modifiers: string;
    }
  /** `correlated`: its terms may read columns of the queries around. */
  | { readonly kind: 'plan'; readonly plan: Plan; readonly correlated: boolean }
  /** UNNEST, FLATTEN, a function, a pivot: `text` tells two apart; terms may read inputs before it. */
  | {
      readonly kind: 'function';
      readonly name: string;
      readonly terms: readonly Term[];
      readonly plan: Plan | null;
      readonly text: string;
      readonly columns: readonly string[] | null;
    };

/** A conjunct, and where it was written. */
export interface Condition {
  readonly term: Term;
  readonly clause: 'on' | 'where' | 'having' | 'qualify';
  /** Alias of the input whose ON or USING it stood in. */
  readonly input: string | null;
}

export interface Output {
  /** As written; '' for a column without a name. */
  readonly name: string;
  /** The name by which it is read in the dialect. */
  readonly key: string;
  readonly term: Term;
}

/** All columns of the input `alias` but `except` (keys). */
export interface StarOutput {
  readonly input: string;
  readonly except: readonly string[];
  /** How many outputs stand before it. */
  readonly at: number;
}

/** A column of an input, by the input's alias and the column's key. `input` is `?` where several could have it. */
export interface ColumnRead {
  readonly input: string;
  readonly name: string;
}

export type TermKind =
  | 'column'
  | 'literal'
  | 'function'
  | 'aggregate'
  | 'window'
  | 'cast'
  /** Children: `when` condition, value, …, and the default last where their number is odd. */
  | 'case'
  /** `and`, `or`, `=`, `<>`, `<`, `<=`, `+`, `is null`, `not`, `like` …; `>` and `>=` never, they are turned round. */
  | 'operator'
  | 'in'
  | 'subquery'
  | 'exists'
  /** Window and aggregate clauses: `partition by`, `order by`, `frame`, `filter`, `within group`. */
  | 'clause'
  | 'other';

/** An expression in normal form. */
export interface Term {
  readonly kind: TermKind;
  /** Function or operator in lower case, literal as written, a cast's type in lower case. */
  readonly name: string;
  readonly children: readonly Term[];
  /** Of kind `column`. */
  readonly column: ColumnRead | null;
  /** Of kinds `subquery`, `exists` and `in` over a query. */
  readonly query: Plan | null;
  readonly distinct: boolean;
  /** What the tree says of it beside kind, name and operands; '' for nothing. */
  readonly modifiers: string;
  /** Two terms of one block with the same text have the same value; long texts are digests. */
  readonly text: string;
  /** Columns that it reads, subqueries' correlated ones included; none twice. */
  readonly reads: readonly ColumnRead[];
  /** `volatile`: another value at each call, or several rows for one: it counts how often and for which rows it stands there. */
  readonly has: { readonly aggregate: boolean; readonly window: boolean; readonly volatile: boolean };
  /** Where it stands in the SQL as written. */
  readonly span: Span;
}

/** A block that reads nothing and gives nothing, to be filled. */
export const emptyBlock: Block = {
  kind: 'block',
  inputs: [],
  ordered: false,
  where: [],
  groupBy: null,
  having: [],
  qualify: [],
  outputs: [],
  stars: [],
  distinct: false,
  distinctOn: [],
  orderBy: [],
  limit: null,
  modifiers: '',
  span: null,
};
