// What a query means: normal form, difference by meaning, facts. Filled by the areas below it.
import type { Span } from '#core/sql';

export type { AcceptedValues, Fact, Facts, ForeignKey, Key, RelationFacts, Sureness } from './facts/facts.ts';

/** Placeholder until the normal form is here. */
export interface Plan {
  readonly kind: string;
}

/** Placeholder until the difference by meaning is here. */
export interface Edit {
  readonly kind: string;
  readonly side: 'base' | 'head';
  readonly span: Span;
}
