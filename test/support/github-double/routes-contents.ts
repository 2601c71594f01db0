import { ApiError, notFound } from './errors.ts';
import { entryAt, listTree, readBlob, type TreeEntry } from './git.ts';
import type { Json } from './json.ts';
import { limits } from './limits.ts';
import { rawMediaType } from './routes-repository.ts';
import { repositoryUrl, repositoryWebUrl } from './shapes.ts';
import { commitOf, ok, type Reply, type RepositoryCall, type Route, repositoryRoute } from './world.ts';

const access = { needs: ['contents:read'], docs: 'repos/contents#get-repository-content' } as const;

export const contentsRoutes: readonly Route[] = [
  repositoryRoute('GET', '/contents', access, getContents),
  repositoryRoute('GET', '/contents/*path', access, getContents),
];

async function getContents(call: RepositoryCall): Promise<Reply> {
  const { repository, params, query } = call;
  const ref = query.get('ref') ?? repository.defaultBranch;
  const commit = await commitOf(repository, ref);
  if (commit === null) {
    throw new ApiError(404, `No commit found for the ref ${ref}`);
  }
  const path = (params['path'] ?? '').replace(/^\/+|\/+$/g, '');
  const entry = path.split('/').includes('..') ? null : await entryAt(repository.directory, commit, path);
  if (entry === null) {
    throw notFound();
  }
  return entry.type === 'tree' ? directory(call, commit, path, ref) : file(call, entry, path, ref);
}

async function directory(call: RepositoryCall, commit: string, path: string, ref: string): Promise<Reply> {
  const { repository } = call;
  const entries = await listTree(repository.directory, path === '' ? commit : `${commit}:${path}`, false);
  const shown = entries.slice(0, limits.contentsDirectoryEntries.value).map((entry) => {
    const below = path === '' ? entry.path : `${path}/${entry.path}`;
    return entryJson(call, { ...entry, path: below }, ref);
  });
  return ok(asksForObject(call) ? { type: 'dir', path, entries: shown } : shown);
}

async function file(call: RepositoryCall, entry: TreeEntry, path: string, ref: string): Promise<Reply> {
  const size = entry.size ?? 0;
  const raw = rawMediaType(call.accept);
  if (size > limits.contentsRawBytes.value) {
    throw tooLarge();
  }
  if (raw !== null) {
    const content = await readBlob(call.repository.directory, entry.sha);
    return { status: 200, body: content, headers: { 'content-type': raw } };
  }
  if (size > limits.contentsJsonBytes.value) {
    if (!asksForObject(call)) {
      throw tooLarge();
    }
    return ok({ ...entryJson(call, { ...entry, path }, ref), content: '', encoding: 'none' });
  }
  const content = await readBlob(call.repository.directory, entry.sha);
  return ok({ ...entryJson(call, { ...entry, path }, ref), content: wrapped(content), encoding: 'base64' });
}

function asksForObject(call: RepositoryCall): boolean {
  return /application\/vnd\.github(?:\.v3)?\.object/.test(call.accept);
}

function tooLarge(): ApiError {
  return new ApiError(
    403,
    'This API returns blobs up to 1 MB in size. The requested blob is too large to fetch via the API, but you can use the Git Data API to request blobs up to 100 MB in size.',
    { errors: [{ resource: 'Blob', field: 'data', code: 'too_large' }] },
  );
}

function entryJson(call: RepositoryCall, entry: TreeEntry, ref: string): Json {
  const { world, repository } = call;
  const path = entry.path.split('/').map(encodeURIComponent).join('/');
  const api = repositoryUrl(world, repository);
  const kind = entry.type === 'tree' ? 'tree' : 'blob';
  const url = `${api}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const html = `${repositoryWebUrl(world, repository)}/${kind}/${ref}/${path}`;
  const git = `${api}/git/${kind}s/${entry.sha}`;
  return {
    type: entryType(entry),
    name: entry.path.split('/').at(-1) ?? '',
    path: entry.path,
    sha: entry.sha,
    size: entry.size ?? 0,
    url,
    html_url: html,
    git_url: git,
    download_url: entry.type === 'blob' ? `${repositoryWebUrl(world, repository)}/raw/${ref}/${path}` : null,
    _links: { self: url, git, html },
  };
}

function entryType(entry: TreeEntry): string {
  if (entry.type === 'blob') {
    return entry.mode === '120000' ? 'symlink' : 'file';
  }
  return entry.type === 'tree' ? 'dir' : 'submodule';
}

/** Base64 in lines of 60, as GitHub sends it. */
function wrapped(content: Buffer): string {
  return content.toString('base64').replace(/.{1,60}/g, '$&\n');
}
