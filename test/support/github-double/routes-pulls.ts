import { diffFiles } from './diff.ts';
import { ApiError, notFound } from './errors.ts';
import { type Commit, countCommits, git, listCommits, mergeBase, readCommit } from './git.ts';
import type { Json } from './json.ts';
import { limits } from './limits.ts';
import { pageOf } from './pages.ts';
import { commitJson, repositoryUrl, repositoryWebUrl } from './shapes.ts';
import { fileJson, fullPullJson, pullFiles, pullJson } from './shapes-pulls.ts';
import type { PullRequest, Repository } from './state.ts';
import { commitOf, integerParam, ok, type Reply, type RepositoryCall, type Route, repositoryRoute } from './world.ts';

const read = { needs: ['pull_requests:read'], docs: 'pulls/pulls#get-a-pull-request' } as const;

/** Pull requests, what they change, and comparisons. */
export const pullRoutes: readonly Route[] = [
  repositoryRoute('GET', '/pulls', { ...read, docs: 'pulls/pulls#list-pull-requests' }, listPulls),
  repositoryRoute('GET', '/pulls/:number', read, getPull),
  repositoryRoute(
    'GET',
    '/pulls/:number/files',
    { ...read, docs: 'pulls/pulls#list-pull-requests-files' },
    async (call) => {
      const { world, repository } = call;
      const pull = requirePull(call);
      const files = (await pullFiles(repository, pull)).slice(0, limits.pullFiles.value);
      return pageOf(call, files, (file) => fileJson(world, repository, file, pull.head.sha));
    },
  ),
  repositoryRoute(
    'GET',
    '/pulls/:number/commits',
    { ...read, docs: 'pulls/pulls#list-commits-on-a-pull-request' },
    listPullCommits,
  ),
  repositoryRoute(
    'PUT',
    '/pulls/:number/merge',
    { needs: ['metadata:read'], docs: 'pulls/pulls#merge-a-pull-request' },
    refuseMerge,
  ),
  repositoryRoute(
    'POST',
    '/merges',
    { needs: ['metadata:read'], docs: 'branches/branches#merge-a-branch' },
    refuseMerge,
  ),
  repositoryRoute(
    'GET',
    '/compare/*basehead',
    { needs: ['contents:read'], docs: 'commits/commits#compare-two-commits' },
    compare,
  ),
];

export function requirePull(call: RepositoryCall): PullRequest {
  const number = integerParam(call, 'number');
  const pull = call.repository.pulls.find((candidate) => candidate.number === number);
  if (pull === undefined) {
    throw notFound();
  }
  return pull;
}

function listPulls(call: RepositoryCall): Reply {
  const { world, repository, query } = call;
  const state = query.get('state') ?? 'open';
  const head = query.get('head');
  const base = query.get('base');
  const pulls = repository.pulls
    .filter((pull) => state === 'all' || pull.state === state)
    .filter((pull) => head === null || `${pull.head.ownerLogin}:${pull.head.ref}` === head)
    .filter((pull) => base === null || pull.base.ref === base)
    .toSorted((a, b) => b.number - a.number);
  const ordered = query.get('direction') === 'asc' ? pulls.toReversed() : pulls;
  return pageOf(call, ordered, (pull) => pullJson(world, repository, pull));
}

async function getPull(call: RepositoryCall): Promise<Reply> {
  const { world, repository, accept } = call;
  const pull = requirePull(call);
  if (/application\/vnd\.github(\.v3)?\.diff/.test(accept)) {
    const base = (await mergeBase(repository.directory, pull.base.sha, pull.head.sha)) ?? pull.base.sha;
    const body = await git(repository.directory, ['diff', '-M', base, pull.head.sha]);
    return { status: 200, body, headers: { 'content-type': 'application/vnd.github.diff; charset=utf-8' } };
  }
  return ok(await fullPullJson(world, repository, pull));
}

async function listPullCommits(call: RepositoryCall): Promise<Reply> {
  const { world, repository } = call;
  const pull = requirePull(call);
  const commits = await listCommits(repository.directory, `${pull.base.sha}..${pull.head.sha}`);
  const shown = commits.toReversed().slice(0, limits.pullCommits.value);
  return pageOf(call, shown, (commit) => commitJson(world, repository, commit));
}

/** A reviewer never merges: the attempt is remembered and refused. */
function refuseMerge({ world, path }: RepositoryCall): Reply {
  world.state.forbidden.push({ what: 'merge', path });
  throw new ApiError(403, 'Resource not accessible by integration');
}

async function compare(call: RepositoryCall): Promise<Reply> {
  const { world, repository, params } = call;
  const [left, right] = (params['basehead'] ?? '').split('...');
  const base = left === undefined ? null : await namedCommit(call, left);
  const head = right === undefined ? null : await namedCommit(call, right);
  const { directory } = repository;
  const common = base === null || head === null ? null : await mergeBase(directory, base, head);
  if (base === null || head === null || common === null) {
    throw notFound();
  }
  const ahead = await countCommits(directory, `${base}..${head}`);
  const behind = await countCommits(directory, `${head}..${base}`);
  const commits = (await listCommits(directory, `${base}..${head}`)).toReversed();
  const show = (commit: Commit): Json => commitJson(world, repository, commit);
  // Without paging a comparison gives up to 250 commits at once; with it, pages as elsewhere.
  const paged = call.query.has('page') || call.query.has('per_page');
  const page = paged ? pageOf(call, commits, show) : ok(commits.slice(-limits.compareCommits.value).map(show));
  const firstPage = Number(call.query.get('page') ?? 1) === 1;
  const files = firstPage ? await diffFiles(directory, common, head) : [];
  const range = `${base}...${head}`;
  return {
    ...page,
    body: {
      url: `${repositoryUrl(world, repository)}/compare/${range}`,
      html_url: `${repositoryWebUrl(world, repository)}/compare/${range}`,
      base_commit: commitJson(world, repository, await readCommit(directory, base)),
      merge_base_commit: commitJson(world, repository, await readCommit(directory, common)),
      status: comparison(ahead, behind),
      ahead_by: ahead,
      behind_by: behind,
      total_commits: ahead,
      commits: page.body,
      files: files.slice(0, limits.compareFiles.value).map((file) => fileJson(world, repository, file, head)),
    },
  };
}

function comparison(ahead: number, behind: number): string {
  if (ahead > 0 && behind > 0) {
    return 'diverged';
  }
  if (ahead > 0) {
    return 'ahead';
  }
  return behind > 0 ? 'behind' : 'identical';
}

/** `REF`, or `OWNER:REF` for a branch elsewhere in the network. */
async function namedCommit(call: RepositoryCall, name: string): Promise<string | null> {
  const colon = name.indexOf(':');
  const repository = colon === -1 ? call.repository : inNetwork(call, name.slice(0, colon));
  return repository === null ? null : commitOf(repository, name.slice(colon + 1));
}

function inNetwork(call: RepositoryCall, owner: string): Repository | null {
  const { directory } = call.repository;
  const { repositories } = call.world.state;
  return repositories.find((other) => other.directory === directory && other.owner.login === owner) ?? null;
}
