import { z } from 'zod';
import type { LabelEvent, Policy } from '#core/policy';
import type { MergedEvent, OverriddenEvent, Override } from './events.ts';

/** A label set or removed, with who did it. */
export interface DatedLabelEvent extends LabelEvent {
  readonly login: string | null;
  /** ISO 8601. */
  readonly at: string;
}

/** A review's record, as the log holds it. */
export interface RecordedReview {
  readonly digest: string;
  /** Canonical JSON. */
  readonly record: string;
}

export interface OverrideFacts {
  /** The newest review of the merged head. */
  readonly review: RecordedReview | null;
  /** Whether an unreviewed head counts: not where the policy is advisory, which stops nothing. */
  readonly enforcing: boolean;
  /** Every label event of the pull request, in order. */
  readonly labelEvents: readonly DatedLabelEvent[];
  readonly labels: Policy['labels'];
  /** Whether the branch needs the check of a gate, or (null) of the review as a whole; null when that cannot be told. */
  readonly isRequired: (gateId: string | null) => boolean | null;
}

const Review = z.object({
  predicate: z.object({
    policy: z.object({ mode: z.string().optional() }),
    gates: z.array(z.object({ id: z.string(), mode: z.string(), result: z.string() })),
  }),
});

/**
 * What a merge went against, or null when it went against nothing: required gates that had failed or could not tell on the
 * merged head, a head without a review, labels of the app that a person took off. Where the policy is advisory, gates stop
 * nobody and so none is overridden; of records from before they named the policy's mode nothing is said.
 */
export function overriddenBy(merged: MergedEvent, facts: OverrideFacts): OverriddenEvent | null {
  const { pullNumber, head, mergeCommit } = merged;
  const overrides = [...gateOverrides(merged, facts), ...labelOverrides(facts)];
  if (overrides.length === 0) return null;
  return { event: 'overridden', pullNumber, head, mergeCommit, review: facts.review?.digest ?? null, overrides };
}

function gateOverrides(
  { mergedBy: by, at }: MergedEvent,
  { review, enforcing, isRequired }: OverrideFacts,
): readonly Override[] {
  if (review === null) {
    return enforcing ? [{ subject: 'review', result: 'NONE', by, at, required: isRequired(null) }] : [];
  }
  const { policy, gates } = Review.parse(JSON.parse(review.record)).predicate;
  if (policy.mode !== 'enforcing') return [];
  return gates.flatMap(({ id, mode, result }): readonly Override[] => {
    if (mode !== 'required' || (result !== 'FAILED' && result !== 'UNKNOWN')) return [];
    return [{ subject: `gate ${id}`, result, by, at, required: isRequired(id) }];
  });
}

/** The app set it, and the last who touched it is a person who took it off. */
function labelOverrides({ labelEvents, labels }: OverrideFacts): readonly Override[] {
  return (['assisted', 'senior', 'budget'] as const).flatMap((role): readonly Override[] => {
    const events = labelEvents.filter(({ label }) => label.toLowerCase() === labels[role].toLowerCase());
    const last = events.at(-1);
    const wasOurs = events.some(({ action, by }) => action === 'added' && by === 'app');
    if (!wasOurs || last?.action !== 'removed' || last.by !== 'person') return [];
    return [{ subject: `label ${role}`, result: 'REMOVED', by: last.login, at: last.at, required: false }];
  });
}
