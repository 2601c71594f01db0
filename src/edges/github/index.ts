// GitHub's side of a review: webhooks into work, pull requests and artifacts read, check runs, comments and labels written.

export type { AppView } from './app-view.ts';
export type { RequestLog, RequestOutcome } from './connect.ts';
export { createGitHub, type GitHub, type GitHubOptions } from './create-github.ts';
export type { WriteSpacing } from './spacing.ts';
export type { AppIdentity } from './target.ts';
export { deepReviewLabel, toReviewJobs } from './to-review-jobs.ts';
