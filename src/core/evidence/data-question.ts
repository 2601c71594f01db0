import type { UniqueId } from '#core/base';
import type { Identifier } from '#core/sql';
import type { Condition } from './predicate.ts';
import type { Side } from './side.ts';

/** One side's relation, as the manifest names it. */
export interface OfRelation {
  readonly side: Side;
  readonly uniqueId: UniqueId;
  /** `"database"."schema"."identifier"`. */
  readonly relation: string;
  /** Tells one build of the relation from another, where that is known: an answer is kept for one state. */
  readonly state?: string;
}

/** Both sides' relations of one node. */
export interface OfBoth {
  readonly uniqueId: UniqueId;
  readonly base: string;
  readonly head: string;
  /** Of both builds. */
  readonly state?: string;
}

/** What is asked of data. Each kind has its file in `questions/`, which says what is counted and how the answer's figures are called. */
export type DataQuestion = { readonly key: string } & (
  | ({ readonly kind: 'row-count' } & OfRelation)
  | ({ readonly kind: 'failing-rows'; readonly condition: Condition } & OfRelation)
  | ({ readonly kind: 'column-profile'; readonly columns: readonly Identifier[] } & OfRelation)
  | ({ readonly kind: 'key-profile'; readonly columns: readonly Identifier[] } & OfRelation)
  | ({ readonly kind: 'distinct-rows' } & OfRelation)
  | ({ readonly kind: 'newest'; readonly column: Identifier } & OfRelation)
  | ({ readonly kind: 'columns' } & OfRelation)
  /** `select`: compiled SQL of the model. */
  | ({ readonly kind: 'plan'; readonly select: string } & OfRelation)
  | ({ readonly kind: 'key-diff'; readonly columns: readonly Identifier[] } & OfBoth)
  | ({ readonly kind: 'window-rows'; readonly column: Identifier } & OfBoth)
  | ({
      readonly kind: 'value-match';
      /** Columns of the key. */
      readonly on: readonly Identifier[];
      readonly columns: readonly Identifier[];
    } & OfBoth)
);

export type DataKind = DataQuestion['kind'];
export type QuestionOf<Kind extends DataKind> = Extract<DataQuestion, { readonly kind: Kind }>;
export type RowCountQuestion = QuestionOf<'row-count'>;

/** The statement that answers a question, and how its columns are called in the answer. */
export interface Statement {
  readonly sql: string;
  /** Names of the figures, in the order of the select list; `text` stands for a value that is no number, `column.name` and
   * `column.type` for one column after the other. */
  readonly figures: readonly string[];
}
