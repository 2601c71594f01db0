import { diffFiles } from './diff.ts';
import { notFound } from './errors.ts';
import { archive, listCommits, listTree, readBlob, readCommit, resolveCommit } from './git.ts';
import { limits } from './limits.ts';
import { pageOf } from './pages.ts';
import { commitJson, nodeId, repositoryJson, repositoryUrl, userJson } from './shapes.ts';
import { fileJson } from './shapes-pulls.ts';
import { accountOf, fullName } from './state.ts';
import {
  commitOf,
  ok,
  type Reply,
  type RepositoryCall,
  type Route,
  repositoryRoute,
  requireCommitOf,
} from './world.ts';

const contents = { needs: ['contents:read'], docs: 'commits/commits#get-a-commit' } as const;

/** The repository itself and its git side: commits, refs, trees, blobs, archives. */
export const repositoryRoutes: readonly Route[] = [
  repositoryRoute('GET', '', { needs: ['metadata:read'], docs: 'repos/repos#get-a-repository' }, (call) => {
    const { world, repository } = call;
    return ok(repositoryJson(world, repository));
  }),
  repositoryRoute(
    'GET',
    '/collaborators/:user/permission',
    { needs: ['metadata:read'], docs: 'collaborators/collaborators#get-repository-permissions-for-a-user' },
    permissionOf,
  ),
  repositoryRoute('GET', '/commits', { ...contents, docs: 'commits/commits#list-commits' }, listOf),
  repositoryRoute('GET', '/commits/:ref', contents, getCommit),
  repositoryRoute('GET', '/git/ref/*ref', { ...contents, docs: 'git/refs#get-a-reference' }, getRef),
  repositoryRoute('GET', '/git/trees/:sha', { ...contents, docs: 'git/trees#get-a-tree' }, getTree),
  repositoryRoute('GET', '/git/blobs/:sha', { ...contents, docs: 'git/blobs#get-a-blob' }, getBlob),
  repositoryRoute(
    'GET',
    '/tarball/*ref',
    { ...contents, docs: 'repos/contents#download-a-repository-archive-tar' },
    tarball,
  ),
];

function permissionOf({ world, repository, params }: RepositoryCall): Reply {
  const login = params['user'] ?? '';
  const user =
    world.state.users.find((candidate) => candidate.login === login) ?? accountOf(world.state, login, 'none');
  const role = user === repository.owner ? 'admin' : user.role;
  const coarse = { admin: 'admin', maintain: 'write', write: 'write', triage: 'read', read: 'read', none: 'none' };
  return ok({ permission: coarse[role], role_name: role, user: userJson(world, user) });
}

async function listOf(call: RepositoryCall): Promise<Reply> {
  const { world, repository, query } = call;
  const sha = await commitOf(repository, query.get('sha') ?? repository.defaultBranch);
  if (sha === null) {
    throw notFound();
  }
  const path = query.get('path');
  const commits = await listCommits(repository.directory, sha, path === null ? [] : [path]);
  const since = query.get('since');
  const until = query.get('until');
  const asked = commits.filter(
    ({ committer }) =>
      (since === null || Date.parse(committer.date) >= Date.parse(since)) &&
      (until === null || Date.parse(committer.date) <= Date.parse(until)),
  );
  return pageOf(call, asked, (commit) => commitJson(world, repository, commit));
}

async function getCommit({ world, repository, params, accept }: RepositoryCall): Promise<Reply> {
  const sha = await requireCommitOf(repository, params['ref'] ?? '');
  if (accept.includes('application/vnd.github.sha') || accept.includes('application/vnd.github.v3.sha')) {
    return {
      status: 200,
      body: Buffer.from(sha),
      headers: { 'content-type': 'application/vnd.github.sha; charset=utf-8' },
    };
  }
  const commit = await readCommit(repository.directory, sha);
  const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
  const files = await diffFiles(repository.directory, commit.parents[0] ?? emptyTree, sha);
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return ok({
    ...commitJson(world, repository, commit),
    stats: { additions, deletions, total: additions + deletions },
    files: files.slice(0, limits.compareFiles.value).map((file) => fileJson(world, repository, file, sha)),
  });
}

async function getRef({ world, repository, params }: RepositoryCall): Promise<Reply> {
  const ref = params['ref'] ?? '';
  const name = ref.startsWith('heads/') ? `${repository.refPrefix}${ref.slice('heads/'.length)}` : `refs/${ref}`;
  const sha = await resolveCommit(repository.directory, name);
  if (sha === null) {
    throw notFound();
  }
  const api = repositoryUrl(world, repository);
  return ok({
    ref: `refs/${ref}`,
    node_id: nodeId('REF', ref),
    url: `${api}/git/refs/${ref}`,
    object: { type: 'commit', sha, url: `${api}/git/commits/${sha}` },
  });
}

async function getTree({ world, repository, params, query }: RepositoryCall): Promise<Reply> {
  const asked = params['sha'] ?? '';
  const commit = await commitOf(repository, asked);
  const treeish = commit ?? (/^[0-9a-f]{40}$/.test(asked) ? asked : null);
  if (treeish === null) {
    throw notFound();
  }
  const api = repositoryUrl(world, repository);
  // GitHub takes any value of `recursive`, "0" and "false" too, for yes.
  const entries = await listTree(repository.directory, treeish, query.has('recursive')).catch(() => {
    throw notFound();
  });
  const tree = commit === null ? asked : (await readCommit(repository.directory, commit)).tree;
  return ok({
    sha: tree,
    url: `${api}/git/trees/${tree}`,
    tree: entries.slice(0, limits.treeEntries.value).map((entry) => ({
      path: entry.path,
      mode: entry.mode,
      type: entry.type,
      sha: entry.sha,
      ...(entry.size === null ? {} : { size: entry.size }),
      url: `${api}/git/${entry.type === 'tree' ? 'trees' : 'blobs'}/${entry.sha}`,
    })),
    truncated: entries.length > limits.treeEntries.value,
  });
}

async function getBlob({ world, repository, params, accept }: RepositoryCall): Promise<Reply> {
  const sha = params['sha'] ?? '';
  if (!/^[0-9a-f]{40}$/.test(sha)) {
    throw notFound();
  }
  const content = await readBlob(repository.directory, sha).catch(() => {
    throw notFound();
  });
  const raw = rawMediaType(accept);
  if (raw !== null) {
    return { status: 200, body: content, headers: { 'content-type': raw } };
  }
  const url = `${repositoryUrl(world, repository)}/git/blobs/${sha}`;
  return ok({
    sha,
    node_id: nodeId('B', sha),
    size: content.length,
    url,
    content: content.toString('base64'),
    encoding: 'base64',
  });
}

async function tarball({ world, repository, params }: RepositoryCall): Promise<Reply> {
  const sha = await commitOf(repository, params['ref'] === '' ? repository.defaultBranch : (params['ref'] ?? ''));
  if (sha === null) {
    throw notFound();
  }
  const prefix = `${fullName(repository).replace('/', '-')}-${sha.slice(0, 7)}`;
  const content = await archive(repository.directory, sha, prefix);
  const location = world.blobs.link(content, 'application/x-gzip', limits.archiveUrlSeconds.value);
  return { status: 302, headers: { location } };
}

/** GitHub's own raw types; they must name their charset or clients take the text for binary. */
export function rawMediaType(accept: string): string | null {
  const match = /application\/vnd\.github(?:\.v3)?\.raw(?:\+json)?/.exec(accept);
  return match === null ? null : `${match[0]}; charset=utf-8`;
}
