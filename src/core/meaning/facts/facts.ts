import type { UniqueId } from '#core/base';

/**
 * How far a fact may be relied on. `proven`: by a test that looks at every row and fails the build, by a constraint that the
 * warehouse enforces, or by the SQL itself. `declared`: by a constraint that is not enforced, by `unique_key`, or by the project's own
 * word: a person says so, nothing checks it.
 */
export type Sureness = 'proven' | 'declared';

/** Why something holds. */
export interface Fact {
  /** In words that a reader can check: `unique test on dim_customers.id`, `GROUP BY customer_id`. */
  readonly source: string;
  readonly sureness: Sureness;
}

/** By what a key is known: the project's own word, dbt's YAML and configuration, or what SQL does with rows. */
export type KeyOrigin = 'meta' | 'constraint' | 'test' | 'unique_key' | 'snapshot' | 'sql';

/** Columns that no two rows share. */
export interface Key extends Fact {
  readonly from: KeyOrigin;
  /** In lower case, sorted. None: there is at most one row. */
  readonly columns: readonly string[];
  /**
   * Whether rows with a NULL in one of the columns may repeat, as dbt's `unique` test and SQL's UNIQUE leave open. An equality of a
   * join never meets those rows; a GROUP BY or DISTINCT does.
   */
  readonly exceptNulls: boolean;
}

/** Each non-NULL value of `column` is a value of a column of another relation. */
export interface ForeignKey extends Fact {
  readonly column: string;
  readonly to: { readonly relation: UniqueId; readonly column: string };
}

/** The only values, besides NULL, that a column has. */
export interface AcceptedValues extends Fact {
  readonly values: readonly (string | number | boolean)[];
}

/** What is known of the rows of a relation; names of columns in lower case. Nothing said is nothing known. */
export interface RelationFacts {
  /** The surest and shortest first. */
  readonly keys: readonly Key[];
  readonly notNull: ReadonlyMap<string, Fact>;
  readonly foreignKeys: readonly ForeignKey[];
  readonly accepted: ReadonlyMap<string, AcceptedValues>;
}

/** What is known of one side's relations. */
export interface Facts {
  /** Facts of a node, or of a relation outside the project; never fails: of an unknown one nothing is known. */
  readonly of: (relation: UniqueId) => RelationFacts;
}

/** Of a relation of which nothing is known. */
export const noFacts: RelationFacts = { keys: [], notNull: new Map(), foreignKeys: [], accepted: new Map() };
