import { createHash } from 'node:crypto';
import { mergeCommits, readCommit, requireCommit, setRef, utc } from './git.ts';
import { limits } from './limits.ts';
import { checkRunPayload, checkSuitePayload, mergeGroupPayload, workflowRunPayload } from './payloads.ts';
import { addCheckRun, suiteOf } from './routes-checks.ts';
import { type Artifact, type CheckRun, nextId, type PullRequest, type WorkflowRun } from './state.ts';
import type { Stage } from './verbs.ts';

interface NewWorkflowRun {
  readonly headSha: string;
  readonly headBranch: string;
  /** The repository itself unless said; a fork's id for a run on a fork's branch. */
  readonly headRepositoryId?: number;
  readonly name?: string;
  readonly event?: string;
  readonly status?: WorkflowRun['status'];
  readonly conclusion?: string | null;
}

interface NewArtifact extends NewWorkflowRun {
  readonly name: string;
  readonly zip: Buffer;
  readonly expired?: boolean;
  /** The run that made it; by default the newest of its head SHA and branch, or a new one. */
  readonly run?: WorkflowRun | null;
  /** Artifacts of before upload-artifact v4 have none; a wrong one tests the check. */
  readonly digest?: string | null;
}

/** What people press, and what CI and the merge queue do. */
export interface CheckVerbs {
  readonly rerequestCheckRun: (user: string, id: number) => Promise<void>;
  readonly requestAction: (user: string, id: number, identifier: string) => Promise<void>;
  readonly rerequestSuite: (user: string, headSha: string) => Promise<void>;
  /** A check run of another App, which ours must neither change nor take for its own. */
  readonly addForeignCheckRun: (run: {
    readonly name: string;
    readonly headSha: string;
    readonly appSlug?: string;
    readonly conclusion?: string;
  }) => CheckRun;
  readonly addWorkflowRun: (run: NewWorkflowRun) => WorkflowRun;
  readonly addArtifact: (artifact: NewArtifact) => Artifact;
  readonly completeWorkflowRun: (run: WorkflowRun) => Promise<void>;
  /** Puts a pull request in the merge queue: makes the group's commit and asks for checks on it. */
  readonly enqueue: (number: number, user?: string) => Promise<string>;
}

export function checkVerbs(stage: Stage, pull: (number: number) => PullRequest): CheckVerbs {
  const { world, repository, account } = stage;
  const checkRun = (id: number): CheckRun => {
    const found = repository.checkRuns.find((candidate) => candidate.id === id);
    if (found === undefined) {
      throw new Error(`there is no check run ${String(id)}`);
    }
    return found;
  };
  return {
    rerequestCheckRun: async (user, id) => {
      const event = { action: 'rerequested', sender: account(user) };
      await stage.tell('check_run', checkRunPayload(world, repository, checkRun(id), event));
    },
    requestAction: async (user, id, identifier) => {
      const event = { action: 'requested_action', sender: account(user), requestedAction: identifier };
      await stage.tell('check_run', checkRunPayload(world, repository, checkRun(id), event));
    },
    rerequestSuite: async (user, headSha) => {
      const suiteId = suiteOf(world.state, repository, world.app.id, headSha);
      const event = { action: 'rerequested', suiteId, headSha, sender: account(user) };
      await stage.tell('check_suite', checkSuitePayload(world, repository, event));
    },
    addForeignCheckRun: (run) => addForeign(stage, run),
    addWorkflowRun: (run) => addRun(stage, run),
    addArtifact: (artifact) => addArtifact(stage, artifact),
    completeWorkflowRun: async (run) => {
      await stage.tell('workflow_run', workflowRunPayload(world, repository, run, repository.owner));
    },
    enqueue: (number, user) => enqueue(stage, pull(number), user),
  };
}

function addForeign({ world, repository }: Stage, wanted: Parameters<CheckVerbs['addForeignCheckRun']>[0]): CheckRun {
  const { name, headSha, appSlug = 'other-app', conclusion = 'success' } = wanted;
  const appId = world.app.id + 1;
  const at = utc(new Date(world.now()));
  const run: CheckRun = {
    id: nextId(world.state, 'check-run', 40_001),
    appId,
    appSlug,
    suiteId: suiteOf(world.state, repository, appId, headSha),
    headSha,
    name,
    status: 'completed',
    conclusion,
    detailsUrl: null,
    externalId: null,
    startedAt: at,
    completedAt: at,
    output: { title: null, summary: null, text: null },
    actions: [],
    annotations: [],
  };
  addCheckRun(repository, run);
  return run;
}

function addRun({ world, repository }: Stage, wanted: NewWorkflowRun): WorkflowRun {
  const status = wanted.status ?? 'completed';
  const run: WorkflowRun = {
    id: nextId(world.state, 'workflow-run', 100_001),
    name: wanted.name ?? 'dbt',
    path: '.github/workflows/dbt.yml',
    event: wanted.event ?? 'pull_request',
    status,
    conclusion: wanted.conclusion ?? (status === 'completed' ? 'success' : null),
    headSha: wanted.headSha,
    headBranch: wanted.headBranch,
    headRepositoryId: wanted.headRepositoryId ?? repository.id,
    runNumber: repository.workflowRuns.length + 1,
    createdAt: utc(new Date(world.now())),
  };
  repository.workflowRuns.push(run);
  return run;
}

function addArtifact(stage: Stage, wanted: NewArtifact): Artifact {
  const { world, repository } = stage;
  const made = repository.workflowRuns.findLast(
    (run) => run.headSha === wanted.headSha && run.headBranch === wanted.headBranch,
  );
  const run = wanted.run === undefined ? (made ?? addRun(stage, runOf(wanted))) : wanted.run;
  const lifetime = limits.artifactLifetimeDays.value * 24 * 3_600_000;
  const artifact: Artifact = {
    id: nextId(world.state, 'artifact', 110_001),
    name: wanted.name,
    run,
    zip: wanted.zip,
    digest:
      wanted.digest === undefined ? `sha256:${createHash('sha256').update(wanted.zip).digest('hex')}` : wanted.digest,
    createdAt: utc(new Date(world.now())),
    expiresAt: utc(new Date(world.now() + lifetime)),
    expired: wanted.expired ?? false,
  };
  repository.artifacts.push(artifact);
  return artifact;
}

/** The run behind an artifact, whose `name` is the artifact's and not the workflow's. */
function runOf(wanted: NewArtifact): NewWorkflowRun {
  return { ...wanted, name: 'dbt' };
}

async function enqueue(stage: Stage, pull: PullRequest, user?: string): Promise<string> {
  const { world, repository } = stage;
  const { directory } = repository;
  const baseSha = await requireCommit(directory, `${repository.refPrefix}${pull.base.ref}`);
  const { committer } = await readCommit(directory, pull.head.sha);
  const headSha = await mergeCommits(directory, baseSha, pull.head.sha, committer.date);
  if (headSha === null) {
    throw new Error(`pull request ${String(pull.number)} conflicts with ${pull.base.ref}`);
  }
  const headRef = `refs/heads/gh-readonly-queue/${pull.base.ref}/pr-${String(pull.number)}-${baseSha}`;
  await setRef(directory, headRef, headSha);
  const group = {
    headRef,
    baseRef: `refs/heads/${pull.base.ref}`,
    baseSha,
    commit: await readCommit(directory, headSha),
  };
  const sender = user === undefined ? pull.user : stage.account(user);
  await stage.tell('merge_group', mergeGroupPayload(world, repository, group, sender));
  return headSha;
}
