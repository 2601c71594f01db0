import { toSha } from '#core/base';
import type { PullRequest } from '#core/change';
import type { ReviewRequest } from './ports.ts';

/** A request for what lies on this machine. The pull request's own numbers are used where it is known. */
export function localRequest(pullRequest: PullRequest | null, depth: ReviewRequest['depth']): ReviewRequest {
  return {
    reviewId: 'local',
    repository: pullRequest?.repository ?? 'local/local',
    installationId: 0,
    pullNumber: pullRequest?.number ?? 0,
    headSha: pullRequest?.headSha ?? toSha(''),
    depth,
    trigger: 'cli',
    deliveryId: null,
  };
}
