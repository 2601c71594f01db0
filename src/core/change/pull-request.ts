import type { Sha } from '#core/base';

/** What is known of a pull request. Every text in it is written by strangers and is shown, never obeyed. */
export interface PullRequest {
  /** `owner/name`. */
  readonly repository: string;
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: Account;
  readonly draft: boolean;
  readonly baseRef: string;
  readonly headRef: string;
  /** Tip of the base branch when the pull request was read. */
  readonly baseSha: Sha;
  readonly headSha: Sha;
  readonly mergeBaseSha: Sha | null;
  /** Whether the head lives in another repository, or in one that is gone. */
  readonly fromFork: boolean;
  readonly labels: readonly string[];
  readonly commits: readonly Commit[];
  /** Whether GitHub listed them all (it lists 250). */
  readonly commitsComplete: boolean;
  readonly changedFiles: readonly ChangedFile[];
  /** Whether GitHub listed them all (it lists 3,000). */
  readonly filesComplete: boolean;
}

export interface Account {
  readonly login: string;
  /** GitHub's numeric id; null when unknown. */
  readonly id: number | null;
  readonly type: 'User' | 'Bot' | 'Organization' | 'unknown';
}

export interface Commit {
  readonly sha: string;
  readonly message: string;
  readonly authorName: string;
  readonly authorEmail: string;
  readonly committerName: string;
  readonly committerEmail: string;
  /** GitHub logins, where GitHub could match the e-mail addresses. */
  readonly authorLogin: string | null;
  readonly committerLogin: string | null;
}

export interface ChangedFile {
  /** Path at head, from the repository's root; of a removed file, its path at base. */
  readonly path: string;
  readonly previousPath: string | null;
  readonly status: 'added' | 'modified' | 'removed' | 'renamed' | 'copied' | 'changed' | 'unchanged';
  /** Unified diff hunks as GitHub gives them; null for binary and very large files. */
  readonly patch: string | null;
}
