import { diffFiles } from './diff.ts';
import { type Commit, git, listCommits, mergeBase, readCommit, type Signature } from './git.ts';
import type { Json } from './json.ts';
import { envelope } from './payloads.ts';
import { accountByEmail, repositoryWebUrl } from './shapes.ts';
import type { Repository, User } from './state.ts';
import type { World } from './world.ts';

/** docs: webhook events and payloads, push, "a maximum of 2048 commits". */
const commitLimit = 2_048;

/** What came to a ref of the repository, or that it is gone; a new or deleted ref has zeros on one side. */
interface Push {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

/** The payload of `push` (docs: webhook events and payloads): the commits between, the oldest first. */
export async function pushPayload(world: World, repository: Repository, push: Push, sender: User): Promise<Json> {
  const { directory } = repository;
  const { ref, before, after } = push;
  const isNew = /^0+$/.test(before);
  const isGone = /^0+$/.test(after);
  const commits = isGone ? [] : await pushedCommits(repository, push);
  const web = repositoryWebUrl(world, repository);
  const range = isNew ? after.slice(0, 12) : `${before.slice(0, 12)}...${after.slice(0, 12)}`;
  return {
    ref,
    before,
    after,
    created: isNew,
    deleted: isGone,
    forced: !isNew && !isGone && (await mergeBase(directory, before, after)) !== before,
    base_ref: null,
    compare: `${web}/compare/${range}`,
    commits: await Promise.all(commits.map((commit) => pushedCommitJson(world, repository, commit))),
    head_commit: isGone ? null : await pushedCommitJson(world, repository, await readCommit(directory, after)),
    pusher: { name: sender.login, email: sender.email },
    ...envelope(world, repository, sender),
  };
}

/** Of a new branch: what the default branch does not have. */
async function pushedCommits(repository: Repository, { before, after }: Push): Promise<readonly Commit[]> {
  const { directory, refPrefix, defaultBranch } = repository;
  const from = /^0+$/.test(before) ? `${refPrefix}${defaultBranch}` : before;
  const known = await git(directory, ['cat-file', '-e', from]).catch(() => null);
  const commits = known === null ? [] : await listCommits(directory, `${from}..${after}`);
  return commits.toReversed().slice(0, commitLimit);
}

async function pushedCommitJson(world: World, repository: Repository, commit: Commit): Promise<Json> {
  const { directory } = repository;
  const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
  const files = await diffFiles(directory, commit.parents[0] ?? emptyTree, commit.sha);
  const named = (...statuses: readonly string[]) =>
    files.filter(({ status }) => statuses.includes(status)).map(({ filename }) => filename);
  const old = files.filter(({ status }) => status === 'renamed').map(({ previousFilename }) => previousFilename);
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${repositoryWebUrl(world, repository)}/commit/${commit.sha}`,
    author: personJson(world, commit.author),
    committer: personJson(world, commit.committer),
    added: named('added', 'copied', 'renamed'),
    removed: [...named('removed'), ...old],
    modified: named('modified', 'changed'),
  };
}

function personJson({ state }: World, { name, email }: Signature): Json {
  const account = accountByEmail(state, email);
  return { name, email, ...(account === null ? {} : { username: account.login }) };
}
