import { mkdir } from 'node:fs/promises';
import { runGit } from './git-process.ts';

/** One commit as git has it; dates are ISO 8601 in UTC without fractions. */
export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly date: string;
}

/** Content to write at a path; null removes the path. */
export type FileChanges = Readonly<Record<string, string | Buffer | null>>;

export interface NewCommit {
  readonly ref: string;
  readonly parents: readonly string[];
  readonly files: FileChanges;
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
}

export interface TreeEntry {
  readonly mode: string;
  readonly type: 'blob' | 'tree' | 'commit';
  readonly sha: string;
  readonly size: number | null;
  readonly path: string;
}

class GitError extends Error {}

export async function createBareRepository(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await git(directory, ['init', '--quiet', '--bare', '--initial-branch=main', '.']);
}

/** Writes a commit on `ref` (created or moved, also backwards) and gives its SHA. */
export async function writeCommit(directory: string, commit: NewCommit): Promise<string> {
  const parts: (string | Buffer)[] = ['feature done\n', `commit ${commit.ref}\n`];
  parts.push(`author ${signature(commit.author)}\n`, `committer ${signature(commit.committer)}\n`);
  parts.push(...block(Buffer.from(commit.message)));
  const [first, ...others] = commit.parents;
  parts.push(first === undefined ? 'deleteall\n' : `from ${first}\n`);
  parts.push(...others.map((parent) => `merge ${parent}\n`));
  for (const [path, content] of Object.entries(commit.files)) {
    if (content === null) {
      parts.push(`D ${quoted(path)}\n`);
    } else {
      parts.push(`M 100644 inline ${quoted(path)}\n`, ...block(Buffer.from(content)));
    }
  }
  parts.push('\ndone\n');
  const input = Buffer.concat(parts.map((part) => Buffer.from(part)));
  await git(directory, ['fast-import', '--quiet', '--force', '--done'], input);
  return requireCommit(directory, commit.ref);
}

/** The SHA of the commit a revision names, or null when there is none. */
export async function resolveCommit(directory: string, revision: string): Promise<string | null> {
  if (revision.startsWith('-')) {
    return null;
  }
  try {
    const sha = await git(directory, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]);
    return sha.toString().trim();
  } catch {
    return null;
  }
}

export async function requireCommit(directory: string, revision: string): Promise<string> {
  const sha = await resolveCommit(directory, revision);
  if (sha === null) {
    throw new GitError(`no commit ${revision} in ${directory}`);
  }
  return sha;
}

export async function setRef(directory: string, ref: string, sha: string): Promise<void> {
  await git(directory, ['update-ref', ref, sha]);
}

export async function mergeBase(directory: string, left: string, right: string): Promise<string | null> {
  try {
    return (await git(directory, ['merge-base', left, right])).toString().trim();
  } catch {
    return null;
  }
}

export async function countCommits(directory: string, range: string): Promise<number> {
  return Number((await git(directory, ['rev-list', '--count', range])).toString());
}

/** Commits of a range, newest first; `paths` limits it to commits that touch them. */
export async function listCommits(
  directory: string,
  range: string,
  paths: readonly string[] = [],
): Promise<readonly Commit[]> {
  const format = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%x1f');
  const output = await git(directory, ['log', '-z', '--topo-order', `--format=${format}`, range, '--', ...paths]);
  return output
    .toString()
    .split('\0')
    .filter((entry) => entry !== '')
    .map(toCommit);
}

export async function readCommit(directory: string, sha: string): Promise<Commit> {
  const [commit] = await listCommits(directory, `${sha}^!`);
  if (commit === undefined) {
    throw new GitError(`no commit ${sha} in ${directory}`);
  }
  return commit;
}

/** Entries of a tree; recursive adds what is below, directories included. */
export async function listTree(directory: string, treeish: string, recursive: boolean): Promise<readonly TreeEntry[]> {
  const flags = recursive ? ['-r', '-t'] : [];
  const output = await git(directory, ['ls-tree', '-z', '-l', ...flags, treeish]);
  return output
    .toString()
    .split('\0')
    .filter((line) => line !== '')
    .map(toTreeEntry);
}

/** What lies at a path of a commit, or null. The root is a tree with an empty path. */
export async function entryAt(directory: string, commit: string, path: string): Promise<TreeEntry | null> {
  if (path === '') {
    return { mode: '040000', type: 'tree', sha: `${commit}^{tree}`, size: null, path: '' };
  }
  const output = await git(directory, ['--literal-pathspecs', 'ls-tree', '-z', '-l', commit, '--', path]);
  const line = output.toString().split('\0')[0];
  return line === undefined || line === '' ? null : toTreeEntry(line);
}

export async function readBlob(directory: string, sha: string): Promise<Buffer> {
  return git(directory, ['cat-file', 'blob', sha]);
}

/** Merges two commits as GitHub's test merge does; null when they conflict. */
export async function mergeCommits(
  directory: string,
  base: string,
  head: string,
  date: string,
): Promise<string | null> {
  try {
    const output = await git(directory, ['merge-tree', '--write-tree', base, head]);
    const tree = output.toString().split('\n')[0] ?? '';
    const by = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    const message = `Merge ${head} into ${base}`;
    const args = ['commit-tree', tree, '-p', base, '-p', head, '-m', message];
    return (await git(directory, args, undefined, by)).toString().trim();
  } catch {
    return null;
  }
}

export async function archive(directory: string, commit: string, prefix: string): Promise<Buffer> {
  return git(directory, ['archive', '--format=tar.gz', `--prefix=${prefix}/`, commit]);
}

/**
 * Runs git with the machine's own configuration shut out, so that the same commits come out everywhere.
 * Fails with `GitError` and git's words when git does.
 */
export async function git(
  directory: string,
  args: readonly string[],
  input?: Buffer,
  variables: Readonly<Record<string, string>> = {},
): Promise<Buffer> {
  const { code, out, err } = await runGit({
    directory,
    args: ['-c', 'core.quotePath=false', '-c', 'diff.renameLimit=3000', ...args],
    input: input ?? null,
    env: { ...cleanEnvironment(), ...variables },
  });
  if (code !== 0) {
    throw new GitError(`git ${args[0] ?? ''}: ${err}`);
  }
  return Buffer.from(out.buffer, out.byteOffset, out.byteLength);
}

function cleanEnvironment(): Readonly<Record<string, string | undefined>> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return {
    ...Object.fromEntries(own),
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'GitHub',
    GIT_AUTHOR_EMAIL: 'noreply@github.com',
    GIT_COMMITTER_NAME: 'GitHub',
    GIT_COMMITTER_EMAIL: 'noreply@github.com',
  };
}

function toCommit(entry: string): Commit {
  const fields = entry.split('\x1f');
  const at = (index: number): string => fields[index] ?? '';
  return {
    sha: at(0),
    tree: at(1),
    parents: at(2)
      .split(' ')
      .filter((parent) => parent !== ''),
    author: { name: at(3), email: at(4), date: utc(at(5)) },
    committer: { name: at(6), email: at(7), date: utc(at(8)) },
    message: fields.slice(9).join('\x1f').replace(/\n+$/, ''),
  };
}

function toTreeEntry(line: string): TreeEntry {
  const tab = line.indexOf('\t');
  const [mode = '', type = '', sha = '', size = '-'] = line.slice(0, tab).split(/ +/);
  const kind = type === 'tree' || type === 'commit' ? type : 'blob';
  return { mode, type: kind, sha, size: size === '-' ? null : Number(size), path: line.slice(tab + 1) };
}

/** ISO 8601 in UTC to the second, as GitHub writes time. */
export function utc(date: string | Date): string {
  return new Date(date).toISOString().replace(/\.\d+Z$/, 'Z');
}

function signature(who: Signature): string {
  const name = who.name.replace(/[<>\n]/g, '');
  const email = who.email.replace(/[<>\n]/g, '');
  return `${name} <${email}> ${String(Math.floor(Date.parse(who.date) / 1000))} +0000`;
}

function block(content: Buffer): readonly (string | Buffer)[] {
  return [`data ${String(content.length)}\n`, content, '\n'];
}

function quoted(path: string): string {
  return `"${path.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`;
}
