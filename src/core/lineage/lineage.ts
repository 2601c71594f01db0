import type { Reason, UniqueId } from '#core/base';
import type { Span } from '#core/sql';

/** How a column's value comes out of a source column; the strongest step on the way wins (window over aggregate over expression …). */
export type Transformation =
  | 'identity'
  | 'rename'
  | 'cast'
  | 'expression'
  | 'aggregate'
  | 'window'
  | 'set-operation'
  | 'constant';

/**
 * One column of a direct parent from which a value is made. A column that goes in by several ways stands here once for each way:
 * `coalesce(md5(email), email)` has `email` twice, once through `md5`.
 */
export interface ColumnSource {
  /** A node; `relation.<database>.<schema>.<identifier>` for a relation that the project does not know. */
  readonly uniqueId: UniqueId;
  readonly column: string;
  readonly transformation: Transformation;
  /**
   * The functions and operators (lower case) that the value passes through on its way, outermost first, without duplicates:
   * `['upper', 'md5']`, `['||']`, `['=']`, `['is null']`. What a gate needs to tell a hash from a trim. Not a function, but here too,
   * because the value is steered and not made: `case when` (a condition of CASE or IF), `partition by`, `order by`,
   * `within group`, `filter`. Casts, struct fields and CASE branches leave no mark.
   */
  readonly functions: readonly string[];
}

export interface ColumnLineage {
  readonly column: string;
  readonly sources: readonly ColumnSource[];
  /** Set where the value's origin could not be told: a function of unknown columns, a star that could not be expanded. */
  readonly unresolved: Reason | null;
  /**
   * The expression that makes the column, normalised (white space and case of keywords folded, CTE and table aliases
   * resolved to base columns), so that a change of logic can be told from a change of form.
   */
  readonly logic: string;
  /** Target type of an outermost cast, in lower case; null when there is none. */
  readonly castType: string | null;
  /**
   * The hop as a whole: the strongest of its sources' transformations; `set-operation` where members of a UNION make it in
   * different ways; `constant` where no column and no function goes in. `count(*)` is an aggregate without a source.
   */
  readonly transformation: Transformation;
  /** In lower case, from a cast or the catalog, carried through renames and unions; null where neither gives it. */
  readonly type: string | null;
}

/** A parent's column that decides which rows there are, not what they hold. */
export interface RowsetUse {
  readonly uniqueId: UniqueId;
  readonly column: string;
  /** `order`: of an ORDER BY that decides, with LIMIT or DISTINCT ON, which rows there are. By itself it moves none. */
  readonly clause: 'join' | 'where' | 'group' | 'having' | 'qualify' | 'order' | 'distinct';
}

/** Lineage of one node, in terms of its direct parents. Columns are in output order and spelled as in the SQL. */
export interface NodeLineage {
  readonly uniqueId: UniqueId;
  readonly columns: readonly ColumnLineage[];
  readonly rowset: readonly RowsetUse[];
  /** Set when nothing could be said of the node: not compiled, not parsed, a Python model. */
  readonly unresolved: Reason | null;
  /**
   * Whether `columns` are all the columns that the node has. False where a star could not be expanded (then only the columns
   * that the YAML names or that other models read are listed) and for seeds and sources that the catalog does not know.
   */
  readonly complete: boolean;
  /** Column names that the node's own SQL says, in lower case, ordered; `select *` says none. */
  readonly said: readonly string[];
  /** Tables of which the node's output takes every column by `*`: the last part of each name, in lower case. */
  readonly starTables: readonly string[];
  /** Columns that the SQL names and that nothing in reach has, although everything in reach is known. */
  readonly missing: readonly MissingColumn[];
}

/** A column that a node's SQL reads and that is not there: the statement would fail in the warehouse. */
export interface MissingColumn {
  readonly column: string;
  /** The parents whose columns were looked through, directly or through `select *`. */
  readonly parents: readonly UniqueId[];
  readonly span: Span;
}

/** Lineage of one side of a change: every node that has columns, sources and seeds included (theirs come from catalog and YAML). */
export type ProjectLineage = ReadonlyMap<UniqueId, NodeLineage>;
