import type { Reason } from '#core/base';

/** The dialects that the engines are asked for. */
export type Dialect =
  | 'snowflake'
  | 'bigquery'
  | 'postgres'
  | 'redshift'
  | 'duckdb'
  | 'databricks'
  | 'spark'
  | 'trino'
  | 'athena'
  | 'clickhouse'
  | 'tsql'
  | 'mysql'
  | 'sqlite'
  | 'generic';

/** Half-open range of UTF-16 code units in the statement's text; null where the engine gives no position. */
export type Span = { readonly start: number; readonly end: number } | null;

/** An identifier as written, without its quotes. */
export interface Identifier {
  readonly name: string;
  readonly quoted: boolean;
}

/**
 * A query: what stands between a statement's first and last token, or inside parentheses.
 *
 * Two statements of one tree mean the same. What the fields do not say is in `modifiers`: words, numbers and flags in a text of
 * the adapter's own (`nulls first`, `table_sample={…}`), of which only the equality means anything.
 */
export interface Query {
  readonly ctes: readonly Cte[];
  readonly recursive: boolean;
  readonly body: Select | SetOperation | Values | Query;
  /** ORDER BY, LIMIT and the like written after a set operation or a parenthesised query. */
  readonly orderBy: readonly Expression[];
  readonly limit: Limit | null;
  readonly kind: 'query';
  /** Of a statement's outermost query: what of the text the tree does not hold. Where there is any, its equality proves nothing. */
  readonly lossy?: readonly string[];
}

/** LIMIT, FETCH or TOP, and OFFSET. FETCH without a count is one row. */
export interface Limit {
  readonly count: Expression | null;
  readonly offset: Expression | null;
  /** PERCENT and WITH TIES. */
  readonly modifiers?: string;
}

export interface Cte {
  readonly name: Identifier;
  readonly columnAliases: readonly Identifier[];
  readonly query: Query;
}

export interface Select {
  readonly kind: 'select';
  readonly distinct: boolean;
  /** DISTINCT ON expressions. */
  readonly distinctOn: readonly Expression[];
  readonly projections: readonly Projection[];
  readonly sources: readonly Source[];
  readonly where: Expression | null;
  readonly groupBy: readonly Expression[];
  readonly having: Expression | null;
  readonly qualify: Expression | null;
  readonly orderBy: readonly Expression[];
  readonly limit: Limit | null;
  /** WITH TOTALS, USING SAMPLE, FOR UPDATE and the like. */
  readonly modifiers?: string;
  readonly windows: readonly { readonly name: Identifier; readonly expression: Expression }[];
}

export interface SetOperation {
  readonly kind: 'set-operation';
  readonly operator: 'union' | 'except' | 'intersect';
  readonly all: boolean;
  readonly byName: boolean;
  readonly modifiers?: string;
  readonly members: readonly Query[];
}

export interface Values {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expression[])[];
}

export type Projection =
  | { readonly kind: 'column'; readonly expression: Expression; readonly alias: Identifier | null; readonly span: Span }
  | Star;

/** `*`, `t.*`, with EXCLUDE/EXCEPT, REPLACE and RENAME. */
export interface Star {
  readonly kind: 'star';
  readonly qualifier: readonly Identifier[];
  readonly except: readonly Identifier[];
  readonly replace: readonly { readonly name: Identifier; readonly expression: Expression }[];
  readonly rename: readonly { readonly from: Identifier; readonly to: Identifier }[];
  readonly span: Span;
}

type JoinKind = 'inner' | 'left' | 'right' | 'full' | 'cross' | 'semi' | 'anti' | 'asof';

/** How a source is attached to those before it; null (in `Source`) for the first and for comma-separated ones. */
export interface Join {
  readonly kind: JoinKind;
  readonly natural: boolean;
  readonly on: Expression | null;
  readonly using: readonly Identifier[];
  /** ANY, ASOF's words, and by which word a lateral source is joined. */
  readonly modifiers?: string;
}

export interface Source {
  readonly from:
    | { readonly kind: 'table'; readonly name: readonly Identifier[] }
    | { readonly kind: 'subquery'; readonly query: Query; readonly lateral: boolean }
    | { readonly kind: 'values'; readonly rows: readonly (readonly Expression[])[] }
    /** UNNEST, FLATTEN, LATERAL VIEW, `t.arr x`, and functions in FROM; its columns come from `expressions`. */
    | {
        readonly kind: 'table-function';
        readonly name: string;
        readonly expressions: readonly Expression[];
        /** Column that counts the elements: WITH OFFSET AS, WITH ORDINALITY. */
        readonly ordinal: Identifier | null;
      }
    | {
        readonly kind: 'pivot';
        readonly input: Source;
        readonly aggregates: readonly { readonly expression: Expression; readonly alias: Identifier | null }[];
        readonly by: readonly Expression[];
        /** Columns that stay, where they are listed (DuckDB's GROUP BY); else all that no aggregate and no `by` names. */
        readonly groupBy: readonly Expression[];
        /** Names of the new columns in output order: for each listed value, one for each aggregate. */
        readonly outputs: readonly Identifier[];
        /** Whether the values are not written in the SQL (`ANY`, DuckDB's `ON` without `IN`), so that `outputs` is not known. */
        readonly anyOutputs: boolean;
      }
    | {
        readonly kind: 'unpivot';
        readonly input: Source;
        readonly valueColumns: readonly Identifier[];
        readonly nameColumn: Identifier;
        readonly inputs: readonly (readonly Identifier[])[];
      };
  readonly alias: Identifier | null;
  readonly columnAliases: readonly Identifier[];
  readonly join: Join | null;
  readonly span: Span;
  /** TABLESAMPLE, FINAL, time travel, LATERAL VIEW OUTER, PIVOT's values; `nested=n` of the first of n sources in parentheses. */
  readonly modifiers?: string;
}

/**
 * What an expression is.
 *
 * - `window`: its first child is the function or aggregate, the rest are clauses (`partition by`, `order by`, `frame`, `window`).
 * - `case`: clauses `case` (operand) and `when` (condition), each `when` followed by its value, clause `else` last. IF and IFF too.
 * - `clause`: operands that steer a value without being part of it: the clauses above, and `filter`, `order by` and
 *   `within group` of an aggregate. `else` holds a value all the same.
 * - `named`: a field of a struct or a named argument; its one child is the value.
 * - `lambda`: `column` holds the parameters, the one child is the body.
 * - `star`: `*` or `t.*` as an argument; `column` holds the qualifier.
 * - `path`: a field, an element or a JSON path of its first child.
 */
export type ExpressionKind =
  | 'column'
  | 'literal'
  | 'function'
  | 'aggregate'
  | 'window'
  | 'cast'
  | 'case'
  | 'operator'
  | 'subquery'
  | 'exists'
  | 'in'
  | 'between'
  | 'path'
  | 'parameter'
  | 'clause'
  | 'named'
  | 'lambda'
  | 'star'
  | 'other';

/**
 * An expression, kept as far as lineage and rules need it: what it is, what it is made of, and where it stands.
 * `children` are its operands in the order in which they are written.
 */
export interface Expression {
  readonly kind: ExpressionKind;
  /** Function name in lower case, operator in lower case (`and`, `=`, `is null`, `not`), literal as written, cast's target type. */
  readonly name: string;
  /** Of kind `column`: its parts as written, at most database, schema, table, column, and struct fields after. */
  readonly column: readonly Identifier[];
  readonly children: readonly Expression[];
  /** Of kinds `subquery`, `exists` and `in`. */
  readonly query: Query | null;
  /** DISTINCT inside an aggregate. */
  readonly distinct: boolean;
  /** NULLS FIRST, IGNORE NULLS, a frame's bounds, which optional operands there are, a type in full. */
  readonly modifiers?: string;
  /** Where its identifiers stand: from the first to the last of them. */
  readonly span: Span;
}

/** A statement to read. `key` is the caller's own: a node's unique_id, for example. */
export interface SqlStatement {
  readonly key: string;
  readonly sql: string;
  readonly dialect: Dialect;
}

/** The tree of a statement, or why it was not analysed; and which engine answered. */
export type SqlAnswer =
  | {
      readonly ok: true;
      readonly query: Query;
      readonly engine: string;
      /** Another engine that reads it otherwise, and in what; where engines were compared. */
      readonly readDifferently?: { readonly engine: string; readonly parts: readonly string[] };
    }
  | { readonly ok: false; readonly reason: Reason };
