import { toSha } from '#core/base';
import { createGitHub, type GitHub, type GitHubOptions } from '#edges/github';
import type { CheckRunOutput, Publication, ReviewRequest } from '#review';
import type { GitHubDouble, PullRequest } from '../../support/github-double/index.ts';

/** Our GitHub edge on the double, without pauses. */
export function connectTo(double: GitHubDouble, options: Partial<GitHubOptions> = {}): GitHub {
  return createGitHub({
    appId: double.appId,
    privateKey: double.privateKey,
    baseUrl: double.url,
    throttle: false,
    retryDelayMs: 1,
    ...options,
  });
}

export function requestFor(double: GitHubDouble, pull: PullRequest, reviewId = 'review-1'): ReviewRequest {
  return {
    reviewId,
    repository: double.repository.fullName,
    installationId: double.installationId,
    pullNumber: pull.number,
    headSha: toSha(pull.head.sha),
    depth: 'standard',
    trigger: 'pull_request.opened',
    deliveryId: null,
  };
}

export function checkRun(name: string, more: Partial<CheckRunOutput> = {}): CheckRunOutput {
  return {
    name,
    status: 'completed',
    conclusion: 'success',
    title: 'all is well',
    summary: 'Nothing to say.',
    text: '',
    annotations: [],
    ...more,
  };
}

export function publication(more: Partial<Publication> = {}): Publication {
  return { checkRuns: [], comment: null, inlineComments: [], labels: { add: [], remove: [] }, ...more };
}

/** Requests of the double that changed something, as `POST /repos/…`. */
export function writes(double: GitHubDouble): readonly string[] {
  return double.requests
    .filter((entry) => entry.method !== 'GET' && !entry.path.endsWith('/access_tokens'))
    .map((entry) => `${entry.method} ${entry.path}`);
}
