import { requireCommit, setRef, utc } from './git.ts';
import { nextCommitDate } from './history.ts';
import { addEvent } from './issue-changes.ts';
import { type MergeMethod, mergeInGit, revertInGit } from './merging.ts';
import { pushPayload } from './payload-push.ts';
import { pullRequestPayload } from './payloads.ts';
import { nextId, type PullRequest, type ReviewState, type User } from './state.ts';
import type { Stage } from './verbs.ts';
import type { PullVerbs } from './verbs-pulls.ts';

interface MergeOptions {
  readonly method?: MergeMethod;
  /** The author of the pull request unless said. */
  readonly user?: string;
  /** Of the squashed commit. */
  readonly message?: string;
  /** GitHub promises no order of its webhooks. */
  readonly first?: 'push' | 'closed';
}

/** What people do to bring changes in and to take them back, done in the git repository and told to the App. */
export interface MergeVerbs {
  /** Gives the commit that the base branch then ends with. Rules of the branch are not looked at: an admin merges. */
  readonly mergePullRequest: (number: number, options?: MergeOptions) => Promise<string>;
  /** GitHub's button "Revert" on a merged pull request (not on a rebased one): opens another that takes it back. */
  readonly revertPullRequest: (number: number, user: string) => Promise<PullRequest>;
  /** `git revert` of a commit and `git push`, right to the branch; gives the new commit. */
  readonly revertCommit: (branch: string, sha: string, user: string) => Promise<string>;
  /** A review of the head as it is now, or of the commit given. */
  readonly reviewAs: (user: string, number: number, state: ReviewState, commitSha?: string) => void;
  /** From now on GitHub lets nobody but an admin merge to the branch without these checks. */
  readonly requireChecks: (branch: string, names: readonly string[], by?: 'ruleset' | 'protection') => void;
}

export function mergeVerbs(stage: Stage, { pull, openPullRequest }: PullVerbs): MergeVerbs {
  const { world, repository, account } = stage;
  return {
    mergePullRequest: (number, options = {}) => merge(stage, pull(number), options),
    revertPullRequest: async (number, user) => {
      const of = pull(number);
      const { headRef, sha } = await revertBranch(stage, of, account(user));
      await setRef(repository.directory, `${repository.refPrefix}${headRef}`, sha);
      const body = `Reverts ${repository.owner.login}/${repository.name}#${String(number)}`;
      const title = `Revert "${of.title}"`;
      return openPullRequest({ title, body, user, headRef, baseRef: of.base.ref, commits: [] });
    },
    revertCommit: async (branch, sha, user) => {
      const ref = `${repository.refPrefix}${branch}`;
      const before = await requireCommit(repository.directory, ref);
      const person = personOf(stage, account(user));
      const after = await revertInGit(repository.directory, { onto: before, sha, person });
      await setRef(repository.directory, ref, after);
      const change = { ref: `refs/heads/${branch}`, before, after };
      await stage.tell('push', await pushPayload(world, repository, change, account(user)));
      return after;
    },
    reviewAs: (user, number, state, commitSha) =>
      review(stage, pull(number), { user: account(user), state, commitSha }),
    requireChecks: (branch, names, by = 'ruleset') => {
      repository.requiredChecks.push(...names.map((name) => ({ branch, name, by })));
    },
  };
}

async function merge(stage: Stage, pull: PullRequest, options: MergeOptions): Promise<string> {
  const { world, repository } = stage;
  const { method = 'merge', first = 'push', message } = options;
  if (pull.state !== 'open') {
    throw new Error(`pull request ${String(pull.number)} is not open`);
  }
  const user = options.user === undefined ? pull.user : stage.account(options.user);
  const before = await requireCommit(repository.directory, `${repository.refPrefix}${pull.base.ref}`);
  const person = personOf(stage, user);
  const merging = { method, person, ...(message === undefined ? {} : { message }) };
  const after = await mergeInGit(repository, pull, merging);
  pull.state = 'closed';
  pull.merged = true;
  pull.mergedBy = user;
  pull.closedAt = utc(new Date(world.now()));
  pull.mergeCommitSha = after;
  for (const event of ['merged', 'closed'] as const) {
    addEvent(world, pull, { event, actor: user, viaApp: false, label: null });
  }
  const change = { ref: `refs/heads/${pull.base.ref}`, before, after };
  const tell = {
    push: async () => stage.tell('push', await pushPayload(world, repository, change, user)),
    closed: async () =>
      stage.tell('pull_request', await pullRequestPayload(world, repository, pull, { action: 'closed', sender: user })),
  };
  await tell[first]();
  await tell[first === 'push' ? 'closed' : 'push']();
  return after;
}

async function revertBranch(stage: Stage, pull: PullRequest, user: User) {
  const { repository } = stage;
  if (pull.mergeCommitSha === null || !pull.merged) {
    throw new Error(`pull request ${String(pull.number)} is not merged`);
  }
  const onto = await requireCommit(repository.directory, `${repository.refPrefix}${pull.base.ref}`);
  const person = personOf(stage, user);
  const sha = await revertInGit(repository.directory, { onto, sha: pull.mergeCommitSha, person });
  return { headRef: `revert-${String(pull.number)}-${pull.head.ref}`, sha };
}

function review(
  stage: Stage,
  pull: PullRequest,
  given: { readonly user: User; readonly state: ReviewState; readonly commitSha: string | undefined },
): void {
  const { world } = stage;
  pull.reviews.push({
    id: nextId(world.state, 'review', 70_001),
    user: given.user,
    commitSha: given.commitSha ?? pull.head.sha,
    submittedAt: utc(new Date(world.now())),
    body: '',
    state: given.state,
    minimizedReason: null,
    comments: [],
  });
}

function personOf({ world }: Stage, user: User) {
  return { name: user.login, email: user.email, date: nextCommitDate(world.state) };
}
