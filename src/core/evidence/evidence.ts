import type { JsonObject, Reason } from '#core/base';
import type { CounterexampleAnswer, CounterexampleQuestion } from './counterexample.ts';
import type { DataQuestion } from './data-question.ts';

/** What a gate may ask the world. Every question has a key, so that the same one is asked once. */
export type Question =
  | DataQuestion
  | CounterexampleQuestion
  | {
      readonly kind: 'claims';
      readonly key: string;
      readonly system: string;
      readonly prompt: string;
      readonly answerSchema: JsonObject;
    };

export type ClaimsQuestion = Extract<Question, { readonly kind: 'claims' }>;

/** What was measured, apart from rows alone. */
export interface MeasuredAnswer {
  readonly known: true;
  readonly kind: Exclude<DataQuestion['kind'], 'row-count'>;
  /** Whole numbers by name; which names there are, the question's kind says. */
  readonly figures: Readonly<Record<string, number>>;
  /** Of `newest`: the value as the warehouse writes it; null when there is none. Of `plan`: why there is none, in our own words. */
  readonly text: string | null;
  /** Of `columns`: in their order. */
  readonly columns?: readonly MeasuredColumn[];
  readonly source: string;
  readonly at: string;
}

/** A column as the warehouse lists it. */
export interface MeasuredColumn {
  readonly name: string;
  readonly type: string;
}

/** An answer, with where and when it was had; or why there is none. */
export type Answer =
  | {
      readonly known: true;
      readonly kind: 'row-count';
      readonly rows: number;
      readonly source: string;
      readonly at: string;
    }
  | MeasuredAnswer
  | CounterexampleAnswer
  | {
      readonly known: true;
      readonly kind: 'claims';
      readonly text: string;
      readonly model: string;
      /** SHA-256 of what every question begins with: the instructions and the form of the reply. */
      readonly templateDigest: string;
      readonly promptDigest: string;
      readonly replyDigest: string;
      readonly tokens: { readonly prompt: number; readonly completion: number };
    }
  | { readonly known: false; readonly reason: Reason };

/** Answers by the key of their question. A question that is missing here was not asked. */
export type Answers = ReadonlyMap<string, Answer>;
