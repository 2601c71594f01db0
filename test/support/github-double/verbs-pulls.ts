import { type FileChanges, resolveCommit, utc } from './git.ts';
import { authorAccount, type CommitWish, commitOn, ensureBranch, refreshPull } from './history.ts';
import { addEvent, applyLabel, dropLabel } from './issue-changes.ts';
import type { Json } from './json.ts';
import { pushPayload } from './payload-push.ts';
import { issueCommentPayload, pullRequestPayload } from './payloads.ts';
import {
  accountOf,
  type IssueComment,
  type Label,
  nextId,
  type PullRequest,
  type Repository,
  type User,
} from './state.ts';
import type { Stage } from './verbs.ts';

interface NewPullRequest {
  readonly title: string;
  readonly body?: string | null;
  readonly user: string;
  readonly headRef: string;
  readonly baseRef?: string;
  /** One commit named as the pull request, or several of their own. */
  readonly files?: FileChanges;
  readonly commits?: readonly CommitWish[];
  readonly draft?: boolean;
  /** Login whose fork the branch lies in. */
  readonly fork?: string;
  readonly labels?: readonly string[];
}

/** What people do to pull requests; every verb changes the state, then tells the App and waits for its answer. */
export interface PullVerbs {
  readonly openPullRequest: (wanted: NewPullRequest) => Promise<PullRequest>;
  /** Adds a commit (or, with `onto`, rewrites the branch) and gives the new head SHA. */
  readonly pushCommit: (number: number, commit: CommitWish & { readonly onto?: string }) => Promise<string>;
  /** Commits to a branch that is no pull request's head, such as the default branch. */
  readonly commitTo: (branch: string, commit: CommitWish) => Promise<string>;
  /** Without a merge; `mergePullRequest` is a verb of its own. */
  readonly closePullRequest: (number: number, user?: string) => Promise<void>;
  readonly reopenPullRequest: (number: number, user?: string) => Promise<void>;
  readonly markReady: (number: number, user?: string) => Promise<void>;
  readonly convertToDraft: (number: number, user?: string) => Promise<void>;
  readonly editPullRequest: (
    number: number,
    change: { readonly title?: string; readonly body?: string; readonly baseRef?: string; readonly user?: string },
  ) => Promise<void>;
  readonly addLabelAs: (user: string, number: number, label: string) => Promise<void>;
  readonly removeLabelAs: (user: string, number: number, label: string) => Promise<void>;
  readonly comment: (user: string, number: number, body: string) => Promise<IssueComment>;
  readonly deleteFork: (number: number) => void;
  readonly pull: (number: number) => PullRequest;
  /** Delivers a pull_request event of any action as things are now. */
  readonly tellPullRequest: (
    number: number,
    action: string,
    options?: { readonly user?: string; readonly extra?: Json },
  ) => Promise<void>;
}

export function pullVerbs(stage: Stage): PullVerbs {
  const { repository } = stage;
  const pull = (number: number): PullRequest => {
    const found = repository.pulls.find((candidate) => candidate.number === number);
    if (found === undefined) {
      throw new Error(`there is no pull request ${String(number)}`);
    }
    return found;
  };
  const tell = async (
    of: PullRequest,
    action: string,
    rest: { sender: User; label?: Label; extra?: Json },
  ): Promise<void> => {
    await stage.tell('pull_request', await pullRequestPayload(stage.world, repository, of, { action, ...rest }));
  };
  const by = (of: PullRequest, login?: string): User => (login === undefined ? of.user : stage.account(login));
  return {
    pull,
    openPullRequest: async (wanted) => {
      const opened = await open(stage, wanted);
      await tell(opened, 'opened', { sender: opened.user });
      return opened;
    },
    pushCommit: async (number, commit) => push(stage, pull(number), commit),
    commitTo: (branch, commit) => commitTo(stage, branch, commit),
    closePullRequest: async (number, user) => {
      const of = pull(number);
      of.state = 'closed';
      of.closedAt = utc(new Date(stage.world.now()));
      addEvent(stage.world, of, { event: 'closed', actor: by(of, user), viaApp: false, label: null });
      await tell(of, 'closed', { sender: by(of, user) });
    },
    reopenPullRequest: async (number, user) => {
      const of = pull(number);
      of.state = 'open';
      of.closedAt = null;
      addEvent(stage.world, of, { event: 'reopened', actor: by(of, user), viaApp: false, label: null });
      await tell(of, 'reopened', { sender: by(of, user) });
    },
    markReady: async (number, user) => {
      const of = pull(number);
      of.draft = false;
      await tell(of, 'ready_for_review', { sender: by(of, user) });
    },
    convertToDraft: async (number, user) => {
      const of = pull(number);
      of.draft = true;
      await tell(of, 'converted_to_draft', { sender: by(of, user) });
    },
    editPullRequest: async (number, { user, ...change }) => {
      const of = pull(number);
      await tell(of, 'edited', { sender: by(of, user), extra: { changes: await edit(stage, of, change) } });
    },
    addLabelAs: async (user, number, name) => {
      const of = pull(number);
      const label = applyLabel(stage.world, repository, of, { name, actor: stage.account(user), viaApp: false });
      if (label !== null) {
        await tell(of, 'labeled', { sender: stage.account(user), label });
      }
    },
    removeLabelAs: async (user, number, name) => {
      const of = pull(number);
      const label = dropLabel(stage.world, of, { name, actor: stage.account(user), viaApp: false });
      if (label !== null) {
        await tell(of, 'unlabeled', { sender: stage.account(user), label });
      }
    },
    comment: (user, number, body) => comment(stage, pull(number), stage.account(user), body),
    deleteFork: (number) => {
      pull(number).head.repository = null;
    },
    tellPullRequest: async (number, action, { user, extra } = {}) => {
      const of = pull(number);
      await tell(of, action, { sender: by(of, user), ...(extra === undefined ? {} : { extra }) });
    },
  };
}

async function open(stage: Stage, wanted: NewPullRequest): Promise<PullRequest> {
  const { world, repository } = stage;
  const baseRef = wanted.baseRef ?? repository.defaultBranch;
  const head = wanted.fork === undefined ? repository : forkOf(stage, wanted.fork);
  const user = accountOf(world.state, wanted.user, wanted.fork === undefined ? 'write' : 'read');
  await ensureBranch(head, { repository, branch: baseRef }, wanted.headRef);
  const commits = wanted.commits ?? [{ message: wanted.title, files: wanted.files ?? {} }];
  for (const commit of commits) {
    await commitOn(world.state, head, wanted.headRef, { author: user.login, ...commit });
  }
  const number = nextId(world.state, `number ${String(repository.id)}`, 1);
  const now = utc(new Date(world.now()));
  const pull: PullRequest = {
    id: nextId(world.state, 'pull', 2_001),
    number,
    user,
    createdAt: now,
    updatedAt: now,
    title: wanted.title,
    body: wanted.body ?? null,
    state: 'open',
    draft: wanted.draft ?? false,
    merged: false,
    mergedBy: null,
    closedAt: null,
    base: { ref: baseRef, sha: '' },
    head: { ref: wanted.headRef, sha: '', repository: head, ownerLogin: head.owner.login },
    mergeCommitSha: null,
    labels: [],
    comments: [],
    events: [],
    reviews: [],
  };
  await refreshPull(repository, pull);
  for (const name of wanted.labels ?? []) {
    applyLabel(world, repository, pull, { name, actor: user, viaApp: false });
  }
  repository.pulls.push(pull);
  return pull;
}

/** A fork shares the directory and has its branches under a prefix of its own. */
function forkOf({ world, repository }: Stage, login: string): Repository {
  const owner = accountOf(world.state, login, 'read');
  const { repositories } = world.state;
  const found = repositories.find((other) => other.parent === repository && other.owner === owner);
  if (found !== undefined) {
    return found;
  }
  const fork: Repository = {
    ...repository,
    id: nextId(world.state, 'repository', 1_001),
    owner,
    parent: repository,
    refPrefix: `refs/forks/${login}/heads/`,
    installed: false,
    labels: [],
    pulls: [],
    checkRuns: [],
    workflowRuns: [],
    artifacts: [],
    requiredChecks: [],
  };
  repositories.push(fork);
  return fork;
}

async function push(stage: Stage, pull: PullRequest, commit: CommitWish & { readonly onto?: string }): Promise<string> {
  const { world, repository } = stage;
  const before = pull.head.sha;
  const head = pull.head.repository;
  if (head === null) {
    throw new Error(`the head repository of pull request ${String(pull.number)} is gone`);
  }
  const { onto, ...wish } = commit;
  const parents = [onto ?? before];
  const after = await commitOn(world.state, head, pull.head.ref, { author: pull.user.login, ...wish }, parents);
  if (!pull.merged) {
    await refreshPull(repository, pull);
  }
  pull.updatedAt = utc(new Date(world.now()));
  const sender = authorAccount(world.state, wish.author) ?? pull.user;
  const extra = { before, after };
  if (head === repository) {
    const change = { ref: `refs/heads/${pull.head.ref}`, ...extra };
    await stage.tell('push', await pushPayload(world, repository, change, sender));
  }
  if (pull.state === 'open') {
    const event = { action: 'synchronize', sender, extra };
    await stage.tell('pull_request', await pullRequestPayload(world, repository, pull, event));
  }
  return after;
}

async function commitTo(stage: Stage, branch: string, commit: CommitWish): Promise<string> {
  const { world, repository } = stage;
  const known = await resolveCommit(repository.directory, `${repository.refPrefix}${branch}`);
  await ensureBranch(repository, { repository, branch: repository.defaultBranch }, branch);
  const after = await commitOn(world.state, repository, branch, commit);
  const sender = authorAccount(world.state, commit.author) ?? repository.owner;
  const change = { ref: `refs/heads/${branch}`, before: known ?? '0'.repeat(40), after };
  await stage.tell('push', await pushPayload(world, repository, change, sender));
  return after;
}

async function edit(
  { repository }: Stage,
  pull: PullRequest,
  change: { readonly title?: string; readonly body?: string; readonly baseRef?: string },
): Promise<Json> {
  const changes: Record<string, unknown> = {};
  if (change.title !== undefined) {
    changes['title'] = { from: pull.title };
    pull.title = change.title;
  }
  if (change.body !== undefined) {
    changes['body'] = { from: pull.body ?? '' };
    pull.body = change.body;
  }
  if (change.baseRef !== undefined) {
    changes['base'] = { ref: { from: pull.base.ref }, sha: { from: pull.base.sha } };
    pull.base.ref = change.baseRef;
    await refreshPull(repository, pull);
  }
  return changes;
}

async function comment(stage: Stage, pull: PullRequest, user: User, body: string): Promise<IssueComment> {
  const { world, repository } = stage;
  const now = utc(new Date(world.now()));
  const id = nextId(world.state, 'comment', 20_001);
  const written: IssueComment = {
    id,
    user,
    viaApp: false,
    createdAt: now,
    updatedAt: now,
    body,
    minimizedReason: null,
    reactions: [],
  };
  pull.comments.push(written);
  await stage.tell(
    'issue_comment',
    issueCommentPayload(world, repository, pull, { action: 'created', comment: written, sender: user }),
  );
  return written;
}
