import type { Answer } from '#core/evidence';
import type { Verdict } from '#core/policy';
import type { Review } from './review.ts';

/** What is counted and logged of a review. */
export interface ReviewSummary extends Pick<Verdict, 'outcome' | 'rung'> {
  readonly gates: readonly Pick<Verdict['gates'][number], 'gateId' | 'outcome'>[];
  /** The LLM's answer; null when it was not asked. */
  readonly claims: Answer | null;
}

/** Sums a review up. */
export function summaryOf({ verdict, answers }: Pick<Review, 'verdict' | 'answers'>): ReviewSummary {
  const { outcome, rung, gates } = verdict;
  return {
    outcome,
    rung,
    gates: gates.map(({ gateId, outcome: ofGate }) => ({ gateId, outcome: ofGate })),
    claims: answers.get('claims') ?? null,
  };
}
