import { type MergedEvent, type OverriddenEvent, overriddenBy } from '#core/audit';
import type { Policy } from '#core/policy';
import { gateCheckName, SUMMARY_CHECK } from '#core/render';
import type { RecordedReviews, RepositoryHistory, StreamPlace } from './ports.ts';

export interface OverridePorts {
  readonly history: Pick<RepositoryHistory, 'readLabelEvents' | 'readRequiredChecks'>;
  readonly recordedReviews: RecordedReviews;
}

/** What the app had said and this merge went against; null when it went against nothing. */
export async function findOverrides(
  place: StreamPlace,
  merged: MergedEvent,
  { policy, baseRef }: { readonly policy: Policy; readonly baseRef: string },
  { history, recordedReviews }: OverridePorts,
): Promise<OverriddenEvent | null> {
  const { pullNumber, head } = merged;
  const facts = {
    review: await recordedReviews.readNewest(place.repository, pullNumber, head),
    enforcing: policy.mode === 'enforcing',
    labelEvents: await history.readLabelEvents(place, pullNumber),
    labels: policy.labels,
  };
  const found = overriddenBy(merged, { ...facts, isRequired: () => null });
  if (found === null) return null;
  const names = await history.readRequiredChecks(place, baseRef);
  const isRequired = (gateId: string | null) =>
    names && (names.includes(SUMMARY_CHECK) || names.some((name) => isCheckOf(gateId, name)));
  return overriddenBy(merged, { ...facts, isRequired });
}

/** Of the review as a whole: any of its checks. */
function isCheckOf(gateId: string | null, name: string): boolean {
  return gateId === null ? name.startsWith(`${SUMMARY_CHECK} / `) : name === gateCheckName(gateId);
}
