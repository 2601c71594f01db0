import { type Sha, toSha } from '#core/base';
import type { ClosedPullRequest, Comparison, RepositoryHistory, StreamPlace } from '#review';
import type { Octokit } from './connect.ts';
import type { Connections } from './connections.ts';
import { readLabelEvents } from './label-history.ts';
import { takeItems } from './pages.ts';
import type { GitHubPullRequests } from './pull-requests.ts';
import { readRequiredChecks } from './required-checks.ts';
import { ownerAndRepo } from './target.ts';
import { isStatus } from './to-failure.ts';

/** GitHub's own limit of commits in an unpaged comparison is 250; further pages are read up to here. */
const commitLimit = 1_000;
/** GitHub lists no more files of a comparison (docs: compare two commits). */
const comparedFiles = 300;
const reviewLimit = 500;
const reviewStates = ['APPROVED', 'CHANGES_REQUESTED', 'COMMENTED', 'DISMISSED'] as const;

type PullResponse = Awaited<ReturnType<Octokit['rest']['pulls']['get']>>['data'];
type CommitItem = Awaited<ReturnType<Octokit['rest']['repos']['listCommits']>>['data'][number];

/** The port `RepositoryHistory`, by GitHub's REST API. */
export function createRepositoryHistory(connections: Connections, pullRequests: GitHubPullRequests): RepositoryHistory {
  return {
    readClosed: (place, pullNumber) => readClosed(connections.octokit(place), { place, pullNumber, pullRequests }),
    async readTip(place, branch) {
      const octokit = connections.octokit(place);
      const at = ownerAndRepo(place.repository);
      const name = branch ?? (await octokit.rest.repos.get(at)).data.default_branch;
      return orNull(async () => toSha((await octokit.rest.repos.getBranch({ ...at, branch: name })).data.commit.sha));
    },
    async readLabelEvents(place, pullNumber) {
      const { repository } = place;
      return readLabelEvents(connections.octokit(place), { repository, pullNumber }, await connections.identity());
    },
    readRequiredChecks: (place, branch) => readRequiredChecks(connections.octokit(place), place.repository, branch),
    compare: (place, from, to) => orNull(() => compare(connections.octokit(place), place.repository, { from, to })),
  };
}

interface Closed {
  readonly place: StreamPlace;
  readonly pullNumber: number;
  readonly pullRequests: GitHubPullRequests;
}

async function readClosed(octokit: Octokit, { place, pullNumber, pullRequests }: Closed): Promise<ClosedPullRequest> {
  const at = { ...ownerAndRepo(place.repository), pull_number: pullNumber };
  const { data } = await octokit.rest.pulls.get(at);
  const request = {
    ...place,
    pullNumber,
    headSha: toSha(data.head.sha),
    reviewId: '',
    depth: 'standard',
    trigger: '',
    deliveryId: null,
  } as const;
  const pull = await pullRequests.readPullRequest(request);
  return {
    pull,
    closedAt: data.closed_at,
    merged: data.merged ? await readMerge(octokit, place.repository, { data, pull }) : null,
    reviewers: await readReviewers(octokit, at, data),
  };
}

async function readMerge(
  octokit: Octokit,
  repository: string,
  { data, pull }: { readonly data: PullResponse; readonly pull: ClosedPullRequest['pull'] },
): Promise<NonNullable<ClosedPullRequest['merged']>> {
  const mergeCommit = data.merge_commit_sha === null ? null : toSha(data.merge_commit_sha);
  const landed = mergeCommit === null ? null : await readLanded(octokit, repository, { mergeCommit, pull });
  const paths = new Set(pull.changedFiles.map(({ path }) => path));
  const blobs = (commit: string | null | undefined) =>
    readBlobs(octokit, repository, { commit: commit ?? null, paths });
  return {
    by: data.merged_by?.login ?? null,
    facts: {
      mergeCommit,
      mergedAt: data.merged_at ?? data.closed_at ?? data.updated_at,
      landed: landed?.shas ?? [],
      before: await blobs(landed?.parent),
      after: await blobs(mergeCommit),
    },
  };
}

/**
 * The commits that a merge put on the base branch, and the one below them. A merge commit has the pull request's own commits
 * behind it; a rebase leaves as many new commits with the same messages; a squash leaves one.
 */
async function readLanded(
  octokit: Octokit,
  repository: string,
  { mergeCommit, pull }: { readonly mergeCommit: Sha; readonly pull: ClosedPullRequest['pull'] },
): Promise<{ readonly shas: readonly string[]; readonly parent: string | null } | null> {
  const per_page = Math.min(100, Math.max(1, pull.commits.length));
  const { data } = await octokit.rest.repos.listCommits({ ...ownerAndRepo(repository), sha: mergeCommit, per_page });
  const [top] = data;
  if (top === undefined) return null;
  const messages = [...pull.commits].reverse().map(({ message }) => message.trim());
  const isRebase = top.parents.length === 1 && data.length === messages.length && data.every(hasMessage(messages));
  const landed = isRebase ? data : [top];
  return { shas: landed.map(({ sha }) => sha), parent: landed.at(-1)?.parents[0]?.sha ?? null };
}

function hasMessage(messages: readonly string[]) {
  return ({ commit }: CommitItem, index: number) => commit.message.trim() === messages[index];
}

/** Blob ids of the paths in a commit's tree; empty when GitHub cut the tree short, for then nothing is known. */
async function readBlobs(
  octokit: Octokit,
  repository: string,
  { commit, paths }: { readonly commit: string | null; readonly paths: ReadonlySet<string> },
): Promise<ReadonlyMap<string, string | null>> {
  const found = commit === null ? new Map<string, string>() : await readTree(octokit, repository, commit);
  return found.size === 0 ? new Map() : new Map([...paths].map((path) => [path, found.get(path) ?? null]));
}

/** Blob ids of all files of a commit, by path; empty when GitHub cut the tree short. */
async function readTree(octokit: Octokit, repository: string, commit: string): Promise<ReadonlyMap<string, string>> {
  const { data } = await octokit.rest.git.getTree({ ...ownerAndRepo(repository), tree_sha: commit, recursive: '1' });
  if (data.truncated) return new Map();
  return new Map(data.tree.flatMap(({ path, sha, type }) => (type === 'blob' ? [[path, sha] as const] : [])));
}

type Reviewers = ClosedPullRequest['reviewers'];

/** The last word of each reviewer, with the commit it was said of; a comment takes no approval back. */
async function readReviewers(
  octokit: Octokit,
  at: { readonly owner: string; readonly repo: string; readonly pull_number: number },
  pull: PullResponse,
): Promise<Reviewers> {
  const pages = octokit.paginate.iterator(octokit.rest.pulls.listReviews, { ...at, per_page: 100 });
  const last = new Map<string, Reviewers[number]>();
  for (const { user, state, commit_id } of (await takeItems(pages, reviewLimit)).items) {
    const known = reviewStates.find((name) => name === state);
    if (user === null || known === undefined || user.type === 'Bot') continue;
    if (known === 'COMMENTED' && last.has(user.login)) continue;
    const commit = commit_id === null ? null : toSha(commit_id);
    last.set(user.login, { login: user.login, state: known, commit, isAuthor: user.id === pull.user.id });
  }
  return [...last.values()];
}

async function compare(
  octokit: Octokit,
  repository: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<Comparison> {
  const place = { ...ownerAndRepo(repository), basehead: `${from}...${to}`, per_page: 100 };
  const commits: { readonly sha: string; readonly message: string }[] = [];
  const blobs = new Map<string, string | null>();
  for await (const { data } of octokit.paginate.iterator(octokit.rest.repos.compareCommitsWithBasehead, place)) {
    const page = data as unknown as Awaited<ReturnType<Octokit['rest']['repos']['compareCommitsWithBasehead']>>['data'];
    commits.push(...page.commits.map(({ sha, commit }) => ({ sha, message: commit.message })));
    for (const { filename, previous_filename, sha, status } of page.files ?? []) {
      blobs.set(filename, status === 'removed' ? null : sha);
      if (status === 'renamed' && previous_filename !== undefined) blobs.set(previous_filename, null);
    }
    if (commits.length >= commitLimit) break;
  }
  if (blobs.size < comparedFiles) return { commits, blobs };
  const tree = await readTree(octokit, repository, to);
  return { commits, blobs: new Map([...tree, ...blobs]) };
}

/** GitHub answers 404 where a commit or a branch is gone, and where two have no common history. */
async function orNull<Value>(ask: () => Promise<Value>): Promise<Value | null> {
  try {
    return await ask();
  } catch (error) {
    if (isStatus(error, 404)) return null;
    throw error;
  }
}
