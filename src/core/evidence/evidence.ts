import type { JsonObject, Reason, UniqueId } from '#core/base';

/** A side of the comparison. */
export type Side = 'base' | 'head';

/** What a gate may ask the world. Every question has a key, so that the same one is asked once. */
export type Question =
  | {
      readonly kind: 'row-count';
      readonly key: string;
      readonly side: Side;
      readonly uniqueId: UniqueId;
      readonly relation: string;
    }
  | {
      readonly kind: 'claims';
      readonly key: string;
      readonly system: string;
      readonly prompt: string;
      readonly answerSchema: JsonObject;
    };

export type RowCountQuestion = Extract<Question, { readonly kind: 'row-count' }>;
export type ClaimsQuestion = Extract<Question, { readonly kind: 'claims' }>;

/** An answer, with where and when it was had; or why there is none. */
export type Answer =
  | {
      readonly known: true;
      readonly kind: 'row-count';
      readonly rows: number;
      readonly source: string;
      readonly at: string;
    }
  | {
      readonly known: true;
      readonly kind: 'claims';
      readonly text: string;
      readonly model: string;
      readonly promptDigest: string;
      readonly replyDigest: string;
      readonly tokens: { readonly prompt: number; readonly completion: number };
    }
  | { readonly known: false; readonly reason: Reason };

/** Answers by the key of their question. A question that is missing here was not asked. */
export type Answers = ReadonlyMap<string, Answer>;
