import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git, listCommits, mergeBase, readCommit, requireCommit, type Signature, setRef } from './git.ts';
import type { PullRequest, Repository } from './state.ts';

/** How GitHub's button brings a pull request in (docs: about pull request merges). */
export type MergeMethod = 'merge' | 'squash' | 'rebase';

/** Who merges and when: a merge's commits are made by GitHub in that person's name. */
export interface Merging {
  readonly method: MergeMethod;
  readonly person: Signature;
  /** Squash only: the commit's message when it was edited in the form. */
  readonly message?: string;
}

/** Puts the pull request's commits on its base branch and gives the commit that the branch then ends with. */
export async function mergeInGit(repository: Repository, pull: PullRequest, merging: Merging): Promise<string> {
  const { directory, refPrefix } = repository;
  const ref = `${refPrefix}${pull.base.ref}`;
  const base = await requireCommit(directory, ref);
  const sha = await makers[merging.method](repository, pull, { ...merging, base });
  await setRef(directory, ref, sha);
  return sha;
}

type Making = Merging & { readonly base: string };
type Maker = (repository: Repository, pull: PullRequest, making: Making) => Promise<string>;

const makers: Readonly<Record<MergeMethod, Maker>> = {
  merge: async ({ directory }, pull, { base, person }) => {
    const branch = `${pull.head.ownerLogin}/${pull.head.ref}`;
    const message = `Merge pull request #${String(pull.number)} from ${branch}\n\n${pull.title}`;
    const tree = await mergedTree(directory, base, pull.head.sha);
    return commitTree(directory, { tree, parents: [base, pull.head.sha], message, author: person });
  },
  squash: async (repository, pull, { base, person, message }) => {
    const { directory } = repository;
    const tree = await mergedTree(directory, base, pull.head.sha);
    const commits = await ownCommits(repository, pull, base);
    const text = message ?? squashMessage(pull, commits);
    return commitTree(directory, { tree, parents: [base], message: text, author: person });
  },
  // A merge commit within the branch is refused by GitHub; here `git apply` fails on it.
  rebase: async (repository, pull, { base, person }) => {
    let tip = base;
    for (const { sha, parents, message, author } of await ownCommits(repository, pull, base)) {
      const tree = await treeWithPatch(repository.directory, tip, [parents[0] ?? '', sha]);
      const made = { tree, parents: [tip], message, author, committer: person };
      tip = await commitTree(repository.directory, made);
    }
    return tip;
  },
};

/** A commit on top of `onto` that takes a commit back, as `git revert` (with `-m 1` for a merge) words it. */
export async function revertInGit(
  directory: string,
  { onto, sha, person }: { readonly onto: string; readonly sha: string; readonly person: Signature },
): Promise<string> {
  const { parents, message } = await readCommit(directory, sha);
  const [parent = '', second] = parents;
  const reversing = second === undefined ? '' : `, reversing\nchanges made to ${parent}`;
  const text = `Revert "${message.split('\n')[0] ?? ''}"\n\nThis reverts commit ${sha}${reversing}.`;
  const tree = await treeWithPatch(directory, onto, [sha, parent]);
  return commitTree(directory, { tree, parents: [onto], message: text, author: person });
}

async function ownCommits({ directory }: Repository, pull: PullRequest, base: string) {
  const from = (await mergeBase(directory, base, pull.head.sha)) ?? base;
  return (await listCommits(directory, `${from}..${pull.head.sha}`)).toReversed();
}

/** GitHub's default: the one commit's own words, or the title and a list of the commits. */
function squashMessage(pull: PullRequest, commits: readonly { readonly message: string }[]): string {
  const number = `(#${String(pull.number)})`;
  const [only] = commits;
  if (commits.length === 1 && only !== undefined) {
    const [subject = '', ...body] = only.message.split('\n');
    return [`${subject} ${number}`, ...body].join('\n');
  }
  return `${pull.title} ${number}\n\n${commits.map(({ message }) => `* ${message}`).join('\n\n')}`;
}

async function mergedTree(directory: string, base: string, head: string): Promise<string> {
  const output = await git(directory, ['merge-tree', '--write-tree', base, head]);
  return output.toString().split('\n')[0] ?? '';
}

/** The tree of `onto` with the difference of two commits applied. */
async function treeWithPatch(directory: string, onto: string, [from, to]: readonly [string, string]): Promise<string> {
  const patch = await git(directory, ['diff', '--binary', '--full-index', from, to]);
  return withIndex(directory, onto, async (index) => {
    if (patch.length > 0) {
      await git(directory, ['apply', '--cached', '-'], patch, index);
    }
  });
}

/** The tree that `change` makes of another one (null: of an empty one) in an index of its own, without a work tree. */
export async function withIndex(
  directory: string,
  onto: string | null,
  change: (variables: Readonly<Record<string, string>>) => Promise<unknown>,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'github-double-index-'));
  const index = { GIT_INDEX_FILE: join(folder, 'index') };
  try {
    await git(directory, ['read-tree', onto ?? '--empty'], undefined, index);
    await change(index);
    return (await git(directory, ['write-tree'], undefined, index)).toString().trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface NewCommitObject {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Signature;
  /** GitHub itself unless said. */
  readonly committer?: Signature;
}

/** Writes a commit object that no ref points at yet. */
export async function commitTree(directory: string, commit: NewCommitObject): Promise<string> {
  const { tree, parents, message, author, committer } = commit;
  const by = committer ?? { name: 'GitHub', email: 'noreply@github.com', date: author.date };
  const names = {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: author.date,
    GIT_COMMITTER_NAME: by.name,
    GIT_COMMITTER_EMAIL: by.email,
    GIT_COMMITTER_DATE: by.date,
  };
  const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])];
  return (await git(directory, args, Buffer.from(message), names)).toString().trim();
}
