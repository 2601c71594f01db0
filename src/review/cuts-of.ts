import { type Reason, reason } from '#core/base';
import type { PullRequest } from '#core/change';
import type { Assistance } from '#core/provenance';

/** What GitHub did not list, and what the review therefore did not see. */
export function cutsOf(pullRequest: PullRequest | null, assistance: Assistance): readonly Reason[] {
  if (pullRequest === null || pullRequest.filesComplete) return assistance.note === null ? [] : [assistance.note];
  const listed = pullRequest.changedFiles.length.toLocaleString('en-US');
  const text = `GitHub listed only ${listed} of the changed files: findings in the others are shown without their line, and no node is called stale`;
  return [...(assistance.note === null ? [] : [assistance.note]), reason('files-cut', text)];
}
