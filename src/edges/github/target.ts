import { InvariantError, type Sha } from '#core/base';
import type { Octokit, RequestLog } from './connect.ts';

/** Who we are to GitHub: tells our own check runs and comments from everyone else's. */
export interface AppIdentity {
  readonly appId: number;
  /** `weirkeeper-acme[bot]`: the login that our comments carry. */
  readonly botLogin: string;
}

/** One pull request at one head commit, with the client that may reach it. */
export interface Target {
  readonly octokit: Octokit;
  readonly owner: string;
  readonly repo: string;
  readonly pullNumber: number;
  readonly headSha: Sha;
  readonly reviewId: string;
  readonly app: AppIdentity;
  readonly log: RequestLog;
}

/** Splits `owner/name`. */
export function ownerAndRepo(repository: string): { readonly owner: string; readonly repo: string } {
  const [owner, repo, ...rest] = repository.split('/');
  if (owner === undefined || owner === '' || repo === undefined || repo === '' || rest.length > 0) {
    throw new InvariantError('repository-name', 'a repository is named owner/name', { repository });
  }
  return { owner, repo };
}
