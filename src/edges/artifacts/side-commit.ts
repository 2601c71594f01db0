import type { Sha } from '#core/base';
import type { PullRequest } from '#core/change';
import type { Side } from '#core/evidence';
import type { ReviewRequest } from '#review';

/**
 * The commit whose artifacts a side stands for: the head under review, or the commit that it branched off. Without
 * common history the tip of the base branch stands in; null when no pull request is known.
 */
export function commitOf(side: Side, request: ReviewRequest, pullRequest: PullRequest | null): Sha | null {
  if (side === 'head') return request.headSha;
  return pullRequest === null ? null : (pullRequest.mergeBaseSha ?? pullRequest.baseSha);
}
