import { RepositoryError, type Sha, toSha } from '#core/base';
import type { Account, ChangedFile, Commit, PullRequest } from '#core/change';
import type { PullRequests, ReviewRequest } from '#review';
import type { Octokit } from './connect.ts';
import type { Connections } from './connections.ts';
import { readLabelHistory } from './label-history.ts';
import { takeItems } from './pages.ts';
import { readFile } from './read-file.ts';
import { ownerAndRepo } from './target.ts';
import { isStatus } from './to-failure.ts';

/** GitHub lists no more commits of a pull request (docs: list commits on a pull request). */
const commitLimit = 250;
/** GitHub lists no more files of a pull request (docs: list pull requests files). */
const fileLimit = 3_000;

type PullResponse = Awaited<ReturnType<Octokit['rest']['pulls']['get']>>['data'];
type CommitItem = Awaited<ReturnType<Octokit['rest']['pulls']['listCommits']>>['data'][number];
type FileItem = Awaited<ReturnType<Octokit['rest']['pulls']['listFiles']>>['data'][number];

/** The port `PullRequests` on GitHub, where there always is one. */
export interface GitHubPullRequests extends PullRequests {
  readPullRequest(request: ReviewRequest): Promise<PullRequest>;
}

/** The port `PullRequests`, by GitHub's REST API. */
export function createPullRequests(connections: Connections): GitHubPullRequests {
  return {
    async readPullRequest(request) {
      const octokit = connections.octokit(request);
      return toPullRequest(octokit, request, await getPull(octokit, request));
    },
    async readHeadSha(request) {
      const pull = await getPull(connections.octokit(request), request);
      return toSha(pull.head.sha);
    },
    async readHead(request) {
      const pull = await getPull(connections.octokit(request), request);
      return { sha: toSha(pull.head.sha), isOpen: pull.state === 'open', fromFork: isFromFork(pull) };
    },
    readFile(request, path, sha) {
      return readFile(connections.octokit(request), request.repository, { path, sha });
    },
    async readLabelHistory(request) {
      return readLabelHistory(connections.octokit(request), request, await connections.identity());
    },
  };
}

/**
 * Numbers of the open pull requests whose head is this commit, in a fork or not, in ascending order. GitHub knows the
 * pull requests of a commit only when its own repository holds it, so the open ones are looked through as well.
 */
export async function findOpenPullRequests(
  octokit: Octokit,
  repository: string,
  headSha: Sha,
): Promise<readonly number[]> {
  const place = { ...ownerAndRepo(repository), per_page: 100 };
  const ofCommit = await listOfCommit(octokit, { ...place, commit_sha: headSha });
  const found = ofCommit.filter((pull) => pull.state === 'open' && pull.head.sha === headSha);
  if (found.length > 0) return numbers(found);
  const newest = { ...place, state: 'open', sort: 'updated', direction: 'desc' } as const;
  const open = await takeItems(octokit.paginate.iterator(octokit.rest.pulls.list, newest), 500);
  return numbers(open.items.filter((pull) => pull.head.sha === headSha));
}

type CommitPlace = { readonly owner: string; readonly repo: string; readonly commit_sha: string };

async function listOfCommit(
  octokit: Octokit,
  place: CommitPlace,
): Promise<readonly { readonly number: number; readonly state: string; readonly head: { readonly sha: string } }[]> {
  try {
    const { data } = await octokit.rest.repos.listPullRequestsAssociatedWithCommit(place);
    return data;
  } catch (error) {
    if (isStatus(error, 404) || isStatus(error, 422)) return [];
    throw error;
  }
}

function numbers(pulls: readonly { readonly number: number }[]): readonly number[] {
  return pulls.map((pull) => pull.number).sort((a, b) => a - b);
}

async function getPull(octokit: Octokit, request: ReviewRequest): Promise<PullResponse> {
  const { repository, pullNumber } = request;
  try {
    const { data } = await octokit.rest.pulls.get({ ...ownerAndRepo(repository), pull_number: pullNumber });
    return data;
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
    const text = `${repository} has no pull request ${pullNumber}, or the App may not see it`;
    throw new RepositoryError('pull-request-missing', text, { repository, pull_number: pullNumber }, error);
  }
}

async function toPullRequest(octokit: Octokit, request: ReviewRequest, pull: PullResponse): Promise<PullRequest> {
  const place = { ...ownerAndRepo(request.repository), pull_number: pull.number, per_page: 100 };
  const commits = await takeItems(octokit.paginate.iterator(octokit.rest.pulls.listCommits, place), commitLimit);
  const files = await takeItems(octokit.paginate.iterator(octokit.rest.pulls.listFiles, place), fileLimit);
  return {
    repository: request.repository,
    number: pull.number,
    title: pull.title,
    body: pull.body ?? '',
    author: toAccount(pull.user),
    draft: pull.draft ?? false,
    baseRef: pull.base.ref,
    headRef: pull.head.ref,
    baseSha: toSha(pull.base.sha),
    headSha: toSha(pull.head.sha),
    mergeBaseSha: await readMergeBase(octokit, request.repository, pull),
    fromFork: isFromFork(pull),
    labels: pull.labels.map((label) => label.name),
    commits: commits.items.map(toCommit),
    commitsComplete: commits.complete && commits.items.length >= pull.commits,
    changedFiles: files.items.map(toChangedFile),
    filesComplete: files.complete && files.items.length >= pull.changed_files,
  };
}

/** GitHub's types say that `head.repo` is always there; it is null once the fork was deleted. */
function isFromFork(pull: PullResponse): boolean {
  const head = pull.head.repo as { readonly id: number } | null;
  return head === null || head.id !== pull.base.repo.id;
}

async function readMergeBase(octokit: Octokit, repository: string, pull: PullResponse): Promise<Sha | null> {
  const basehead = `${pull.base.sha}...${pull.head.sha}`;
  try {
    const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
      ...ownerAndRepo(repository),
      basehead,
      per_page: 1,
    });
    return toSha(data.merge_base_commit.sha);
  } catch (error) {
    // GitHub answers so when the two have no common history, or the base was rewritten meanwhile.
    if (isStatus(error, 404)) return null;
    throw error;
  }
}

/** A deleted account is `ghost` on GitHub's pages and null in its API. */
function toAccount(user: PullResponse['user'] | null): Account {
  if (user === null) return { login: 'ghost', id: null, type: 'unknown' };
  const { login, id, type } = user;
  return { login, id, type: type === 'User' || type === 'Bot' || type === 'Organization' ? type : 'unknown' };
}

function toCommit({ sha, commit, author, committer }: CommitItem): Commit {
  return {
    sha,
    message: commit.message,
    authorName: commit.author?.name ?? '',
    authorEmail: commit.author?.email ?? '',
    committerName: commit.committer?.name ?? '',
    committerEmail: commit.committer?.email ?? '',
    authorLogin: loginOf(author),
    committerLogin: loginOf(committer),
  };
}

/** GitHub gives `{}` for an author it could not match. */
function loginOf(account: CommitItem['author']): string | null {
  return account !== null && 'login' in account ? account.login : null;
}

function toChangedFile(file: FileItem): ChangedFile {
  return {
    path: file.filename,
    previousPath: file.previous_filename ?? null,
    status: file.status,
    patch: file.patch ?? null,
  };
}
