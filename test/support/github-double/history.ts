import {
  countCommits,
  createBareRepository,
  type FileChanges,
  mergeCommits,
  requireCommit,
  resolveCommit,
  type Signature,
  setRef,
  utc,
  writeCommit,
} from './git.ts';
import { accountByEmail } from './shapes.ts';
import { accountOf, nextId, type PullRequest, type Repository, type State, type User } from './state.ts';

/** A commit to make; `author` is a login, or a name and address of nobody's account. */
export interface CommitWish {
  readonly message: string;
  readonly files: FileChanges;
  readonly author?: string | { readonly name: string; readonly email: string };
  readonly committer?: string | { readonly name: string; readonly email: string };
  /** ISO 8601; by default a minute after the commit before, from a fixed start. */
  readonly date?: string;
}

const firstCommit = Date.parse('2026-03-02T09:00:00Z');
const minute = 60_000;

/** Makes the bare repository with one commit on its default branch. */
export async function startHistory(state: State, repository: Repository, files: FileChanges): Promise<void> {
  await createBareRepository(repository.directory);
  const wish: CommitWish = { message: 'Initial commit', files, author: repository.owner.login };
  await commitOn(state, repository, repository.defaultBranch, wish, []);
}

/** Writes a commit on a branch, by default on top of it, and gives its SHA. */
export async function commitOn(
  state: State,
  repository: Repository,
  branch: string,
  wish: CommitWish,
  parents?: readonly string[],
): Promise<string> {
  const ref = `${repository.refPrefix}${branch}`;
  const date = wish.date === undefined ? nextCommitDate(state) : utc(wish.date);
  const author = signatureOf(state, wish.author ?? repository.owner.login, date);
  const committer = wish.committer === undefined ? author : signatureOf(state, wish.committer, date);
  const below = parents ?? [await requireCommit(repository.directory, ref)];
  return writeCommit(repository.directory, {
    ref,
    parents: below,
    files: wish.files,
    message: wish.message,
    author,
    committer,
  });
}

/** A minute after the commit before, from a fixed start: the same commits get the same SHAs each time. */
export function nextCommitDate(state: State): string {
  return utc(new Date(firstCommit + nextId(state, 'commit', 0) * minute));
}

/** Points the pull request's refs and SHAs at what its branches hold now, and tries the merge. */
export async function refreshPull(repository: Repository, pull: PullRequest): Promise<void> {
  const { directory } = repository;
  pull.base.sha = await requireCommit(directory, `${repository.refPrefix}${pull.base.ref}`);
  if (pull.head.repository !== null) {
    pull.head.sha = await requireCommit(directory, `${pull.head.repository.refPrefix}${pull.head.ref}`);
  }
  const number = String(pull.number);
  await setRef(directory, `refs/pull/${number}/head`, pull.head.sha);
  const turn = await countCommits(directory, pull.head.sha);
  const date = utc(new Date(firstCommit + turn * minute));
  pull.mergeCommitSha = await mergeCommits(directory, pull.base.sha, pull.head.sha, date);
  if (pull.mergeCommitSha !== null) {
    await setRef(directory, `refs/pull/${number}/merge`, pull.mergeCommitSha);
  }
}

/** Starts a branch at another one, unless it is there. */
export async function ensureBranch(
  repository: Repository,
  from: { readonly repository: Repository; readonly branch: string },
  branch: string,
): Promise<void> {
  const ref = `${repository.refPrefix}${branch}`;
  if ((await resolveCommit(repository.directory, ref)) === null) {
    const sha = await requireCommit(repository.directory, `${from.repository.refPrefix}${from.branch}`);
    await setRef(repository.directory, ref, sha);
  }
}

function signatureOf(
  state: State,
  who: string | { readonly name: string; readonly email: string },
  date: string,
): Signature {
  if (typeof who === 'string') {
    const user = accountOf(state, who);
    return { name: user.login, email: user.email, date };
  }
  return { ...who, date };
}

/** The account behind a commit's author, or null when the address is nobody's. */
export function authorAccount(state: State, who: CommitWish['author']): User | null {
  if (who === undefined) {
    return null;
  }
  return typeof who === 'string' ? accountOf(state, who) : accountByEmail(state, who.email);
}
