import { ApiError, notFound } from './errors.ts';
import { git, listTree, readCommit, resolveCommit, setRef, utc } from './git.ts';
import { type Json, objectsIn, optionalList, optionalObject, optionalText, requiredText } from './json.ts';
import { commitTree, withIndex } from './merging.ts';
import { commitJson, nodeId, repositoryUrl } from './shapes.ts';
import { created, ok, type Reply, type RepositoryCall, type Route, repositoryRoute } from './world.ts';

const read = ['contents:read'] as const;
const write = ['contents:write'] as const;
const shaShape = /^[0-9a-f]{40}$/;

/** The git database: objects that no ref points at, and the refs. Texts of errors: "seen" in public issue threads. */
export const gitDataRoutes: readonly Route[] = [
  repositoryRoute('POST', '/git/blobs', { needs: write, docs: 'git/blobs#create-a-blob' }, createBlob),
  repositoryRoute('POST', '/git/trees', { needs: write, docs: 'git/trees#create-a-tree' }, createTree),
  repositoryRoute('POST', '/git/commits', { needs: write, docs: 'git/commits#create-a-commit' }, createCommit),
  repositoryRoute('GET', '/git/commits/:sha', { needs: read, docs: 'git/commits#get-a-commit-object' }, getCommit),
  repositoryRoute('POST', '/git/refs', { needs: write, docs: 'git/refs#create-a-reference' }, createRef),
  repositoryRoute('PATCH', '/git/refs/*ref', { needs: write, docs: 'git/refs#update-a-reference' }, updateRef),
];

async function createBlob({ world, repository, body }: RepositoryCall): Promise<Reply> {
  const encoding = optionalText(body, 'encoding') === 'base64' ? 'base64' : 'utf8';
  const sha = await writeBlob(repository.directory, Buffer.from(requiredText(body, 'content'), encoding));
  return created({ sha, url: `${repositoryUrl(world, repository)}/git/blobs/${sha}` });
}

async function createTree({ world, repository, body }: RepositoryCall): Promise<Reply> {
  const { directory } = repository;
  const lines: string[] = [];
  for (const item of objectsIn(optionalList(body, 'tree') ?? [], 'tree')) {
    const sha = item['sha'] === null ? null : await blobOf(directory, item);
    const mode = sha === null ? '0' : requiredText(item, 'mode');
    lines.push(`${mode} ${sha ?? '0'.repeat(40)}\t${requiredText(item, 'path')}\0`);
  }
  const tree = await withIndex(directory, optionalText(body, 'base_tree'), (index) =>
    git(directory, ['update-index', '-z', '--index-info'], Buffer.from(lines.join('')), index),
  );
  const listed = await listTree(directory, tree, false);
  return created({
    sha: tree,
    url: `${repositoryUrl(world, repository)}/git/trees/${tree}`,
    tree: listed,
    truncated: false,
  });
}

async function createCommit({ world, repository, body }: RepositoryCall): Promise<Reply> {
  const { directory } = repository;
  const tree = requiredText(body, 'tree');
  const parents = (optionalList(body, 'parents') ?? []).map(String);
  await requireObject(directory, tree, 'tree', 'Tree SHA does not exist');
  for (const parent of parents)
    await requireObject(directory, parent, 'commit', 'Parent SHA does not exist or is not a commit object');
  const own = { name: world.bot.login, email: world.bot.email, date: utc(new Date(world.now())) };
  const author = { ...own, ...personOf(optionalObject(body, 'author')) };
  const committer = { ...author, ...personOf(optionalObject(body, 'committer')) };
  const message = requiredText(body, 'message');
  const sha = await commitTree(directory, { tree, parents, message, author, committer });
  return created(await gitCommitJson({ world, repository }, sha));
}

async function getCommit({ world, repository, params }: RepositoryCall): Promise<Reply> {
  const sha = params['sha'] ?? '';
  if (!shaShape.test(sha) || (await resolveCommit(repository.directory, sha)) === null) {
    throw notFound();
  }
  return ok(await gitCommitJson({ world, repository }, sha));
}

async function createRef(call: RepositoryCall): Promise<Reply> {
  const { repository, body } = call;
  const ref = requiredText(body, 'ref');
  if (!/^refs\/[^/]+\/.+/.test(ref)) {
    throw new ApiError(422, 'Reference name must start with "refs/" and have at least two slashes');
  }
  const sha = requiredText(body, 'sha');
  await requireObject(repository.directory, sha, 'commit', 'Object does not exist');
  if ((await resolveCommit(repository.directory, placeOf(call, ref))) !== null) {
    throw new ApiError(422, 'Reference already exists');
  }
  await moveRef(call, ref, sha);
  return created(refJson(call, ref, sha));
}

async function updateRef(call: RepositoryCall): Promise<Reply> {
  const { repository, params, body, path, world } = call;
  const { directory } = repository;
  const ref = `refs/${params['ref'] ?? ''}`;
  const sha = requiredText(body, 'sha');
  const before = await resolveCommit(directory, placeOf(call, ref));
  if (before === null) {
    throw new ApiError(422, 'Reference does not exist');
  }
  await requireObject(directory, sha, 'commit', 'Object does not exist');
  if (body['force'] === true) {
    world.state.forbidden.push({ what: 'push', path });
  } else if (!(await isAncestor(directory, before, sha))) {
    throw new ApiError(422, 'Update is not a fast forward');
  }
  await moveRef(call, ref, sha);
  return ok(refJson(call, ref, sha));
}

/** A reviewer moves no branch and no tag, whatever it may: the attempt is remembered. */
async function moveRef(call: RepositoryCall, ref: string, sha: string): Promise<void> {
  if (/^refs\/(heads|tags|pull)\//.test(ref)) call.world.state.forbidden.push({ what: 'push', path: call.path });
  await setRef(call.repository.directory, placeOf(call, ref), sha);
}

function placeOf({ repository }: RepositoryCall, ref: string): string {
  return ref.startsWith('refs/heads/') ? `${repository.refPrefix}${ref.slice('refs/heads/'.length)}` : ref;
}

function refJson({ world, repository }: RepositoryCall, ref: string, sha: string): Json {
  const api = repositoryUrl(world, repository);
  const object = { type: 'commit', sha, url: `${api}/git/commits/${sha}` };
  return { ref, node_id: nodeId('REF', ref), url: `${api}/git/${ref}`, object };
}

async function gitCommitJson({ world, repository }: Pick<RepositoryCall, 'world' | 'repository'>, sha: string) {
  const whole = commitJson(world, repository, await readCommit(repository.directory, sha));
  const commit = whole['commit'] as Json;
  const url = `${repositoryUrl(world, repository)}/git/commits/${sha}`;
  return { sha, node_id: whole['node_id'], url, html_url: whole['html_url'], ...commit, parents: whole['parents'] };
}

/** The parts of an author that were given. */
function personOf(given: Json | null): Partial<Record<'name' | 'email' | 'date', string>> {
  if (given === null) return {};
  return Object.fromEntries(
    (['name', 'email', 'date'] as const).flatMap((field) => {
      const text = optionalText(given, field);
      return text === null ? [] : [[field, text]];
    }),
  );
}

async function blobOf(directory: string, item: Json): Promise<string> {
  const content = optionalText(item, 'content');
  if (content !== null) return writeBlob(directory, Buffer.from(content));
  const sha = requiredText(item, 'sha');
  await requireObject(directory, sha, 'blob', `tree.sha ${sha} is not a valid blob`);
  return sha;
}

async function writeBlob(directory: string, content: Buffer): Promise<string> {
  return (await git(directory, ['hash-object', '-w', '--stdin'], content)).toString().trim();
}

async function requireObject(directory: string, sha: string, type: string, message: string): Promise<void> {
  const is = shaShape.test(sha) ? await git(directory, ['cat-file', '-t', sha]).catch(() => null) : null;
  if (is?.toString().trim() !== type) throw new ApiError(422, message);
}

async function isAncestor(directory: string, older: string, newer: string): Promise<boolean> {
  return git(directory, ['merge-base', '--is-ancestor', older, newer]).then(
    () => true,
    () => false,
  );
}
