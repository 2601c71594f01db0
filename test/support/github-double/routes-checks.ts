import { readActions, readConclusion, readOutput, readStatus } from './check-output.ts';
import { ApiError, invalidRequest, notFound } from './errors.ts';
import { utc } from './git.ts';
import { optionalText, requiredText } from './json.ts';
import { limits } from './limits.ts';
import { pageOf } from './pages.ts';
import { checkRunPayload } from './payloads.ts';
import { repositoryWebUrl } from './shapes.ts';
import { checkRunJson, checkSuiteJson } from './shapes-checks.ts';
import { type CheckRun, nextId, type Repository, type State } from './state.ts';
import {
  created,
  integerParam,
  ok,
  type Reply,
  type RepositoryCall,
  type Route,
  repositoryRoute,
  requireCommitOf,
  type World,
} from './world.ts';

const read = { needs: ['checks:read'], docs: 'checks/runs#get-a-check-run' } as const;
const write = { needs: ['checks:write'], docs: 'checks/runs#create-a-check-run' } as const;

/** Check runs; only the App that made one may change it. */
export const checkRoutes: readonly Route[] = [
  repositoryRoute('POST', '/check-runs', write, createCheckRun),
  repositoryRoute('PATCH', '/check-runs/:id', { ...write, docs: 'checks/runs#update-a-check-run' }, updateCheckRun),
  repositoryRoute('GET', '/check-runs/:id', read, (call) =>
    ok(checkRunJson(call.world, call.repository, requireCheckRun(call))),
  ),
  repositoryRoute(
    'GET',
    '/check-runs/:id/annotations',
    { ...read, docs: 'checks/runs#list-check-run-annotations' },
    listAnnotations,
  ),
  repositoryRoute(
    'GET',
    '/commits/:ref/check-runs',
    { ...read, docs: 'checks/runs#list-check-runs-for-a-git-reference' },
    listForRef,
  ),
  repositoryRoute(
    'GET',
    '/check-suites/:id/check-runs',
    { ...read, docs: 'checks/runs#list-check-runs-in-a-check-suite' },
    listInSuite,
  ),
  repositoryRoute('GET', '/check-suites/:id', { ...read, docs: 'checks/suites#get-a-check-suite' }, getSuite),
];

async function createCheckRun(call: RepositoryCall): Promise<Reply> {
  const { world, repository, body } = call;
  const name = requiredText(body, 'name');
  const headSha = requiredText(body, 'head_sha');
  const output = readOutput(body);
  const actions = readActions(body);
  const progress = readProgress(call, null);
  if (!/^[0-9a-f]{40}$/.test(headSha)) {
    throw invalidRequest(`For 'properties/head_sha', ${headSha} is not a full SHA.`);
  }
  await requireCommitOf(repository, headSha);
  const run: CheckRun = {
    id: nextId(world.state, 'check-run', 40_001),
    appId: world.app.id,
    appSlug: world.app.slug,
    suiteId: suiteOf(world.state, repository, world.app.id, headSha),
    headSha,
    name,
    ...progress,
    detailsUrl: optionalText(body, 'details_url'),
    externalId: optionalText(body, 'external_id'),
    output: { title: output?.title ?? null, summary: output?.summary ?? null, text: output?.text ?? null },
    actions: actions ?? [],
    annotations: [...(output?.annotations ?? [])],
  };
  addCheckRun(repository, run);
  announce(world, repository, run, 'created');
  if (run.status === 'completed') {
    announce(world, repository, run, 'completed');
  }
  return created(checkRunJson(world, repository, run));
}

function updateCheckRun(call: RepositoryCall): Reply {
  const { world, repository, body } = call;
  const run = requireCheckRun(call);
  if (run.appId !== world.app.id) {
    throw new ApiError(
      403,
      `Invalid app_id \`${String(world.app.id)}\` - check run can only be modified by the GitHub App that created it.`,
    );
  }
  const output = readOutput(body);
  const actions = readActions(body);
  const wasCompleted = run.status === 'completed';
  Object.assign(run, readProgress(call, run));
  run.name = optionalText(body, 'name') ?? run.name;
  run.detailsUrl = optionalText(body, 'details_url') ?? run.detailsUrl;
  run.externalId = optionalText(body, 'external_id') ?? run.externalId;
  run.actions = actions ?? run.actions;
  if (output !== null) {
    run.output = {
      title: output.title ?? run.output.title,
      summary: output.summary,
      text: output.text ?? run.output.text,
    };
    run.annotations.push(...output.annotations);
  }
  if (!wasCompleted && run.status === 'completed') {
    announce(world, repository, run, 'completed');
  }
  return ok(checkRunJson(world, repository, run));
}

type Progress = Pick<CheckRun, 'status' | 'conclusion' | 'startedAt' | 'completedAt'>;

/** Status and conclusion after a request: a conclusion completes, completing needs a conclusion. */
function readProgress({ world, body }: RepositoryCall, before: CheckRun | null): Progress {
  const conclusion = readConclusion(body);
  const asked = readStatus(body);
  const completedAt = optionalText(body, 'completed_at');
  const finished = conclusion !== null || asked === 'completed' || completedAt !== null;
  if (finished && conclusion === null && (before?.conclusion ?? null) === null) {
    throw invalidRequest(`"conclusion" wasn't supplied.`);
  }
  const startedAt = optionalText(body, 'started_at') ?? before?.startedAt ?? utc(new Date(world.now()));
  if (finished) {
    const at = completedAt ?? before?.completedAt ?? utc(new Date(world.now()));
    return { status: 'completed', conclusion: conclusion ?? before?.conclusion ?? null, startedAt, completedAt: at };
  }
  if (asked === null && before !== null) {
    return { status: before.status, conclusion: before.conclusion, startedAt, completedAt: before.completedAt };
  }
  return { status: asked ?? 'queued', conclusion: null, startedAt, completedAt: null };
}

function listAnnotations(call: RepositoryCall): Reply {
  const run = requireCheckRun(call);
  const web = repositoryWebUrl(call.world, call.repository);
  return pageOf(call, run.annotations, (annotation) => ({
    ...annotation,
    blob_href: `${web}/blob/${run.headSha}/${annotation.path}`,
  }));
}

async function listForRef(call: RepositoryCall): Promise<Reply> {
  const sha = await requireCommitOf(call.repository, call.params['ref'] ?? '');
  return list(
    call,
    call.repository.checkRuns.filter((run) => run.headSha === sha),
  );
}

function listInSuite(call: RepositoryCall): Reply {
  const suite = integerParam(call, 'id');
  return list(
    call,
    call.repository.checkRuns.filter((run) => run.suiteId === suite),
  );
}

function list(call: RepositoryCall, runs: readonly CheckRun[]): Reply {
  const { world, repository, query } = call;
  const name = query.get('check_name');
  const app = query.get('app_id');
  const status = query.get('status');
  const asked = runs
    .filter((run) => name === null || run.name === name)
    .filter((run) => app === null || String(run.appId) === app)
    .filter((run) => status === null || run.status === status)
    .toSorted((a, b) => b.id - a.id);
  const shown = query.get('filter') === 'all' ? asked : latestByName(asked);
  return pageOf(call, shown, (run) => checkRunJson(world, repository, run), 'check_runs');
}

/** The newest check run of each name and App, from a list that is newest first. */
export function latestByName(runs: readonly CheckRun[]): readonly CheckRun[] {
  const seen = new Set<string>();
  return runs.filter((run) => {
    const key = `${String(run.appId)} ${run.name}`;
    const first = !seen.has(key);
    seen.add(key);
    return first;
  });
}

function getSuite(call: RepositoryCall): Reply {
  const id = integerParam(call, 'id');
  const run = call.repository.checkRuns.find((candidate) => candidate.suiteId === id);
  if (run === undefined) {
    throw notFound();
  }
  return ok(checkSuiteJson(call.world, call.repository, id, run.headSha));
}

/** The suite of an App on a commit; made at first need. */
export function suiteOf(state: State, repository: Repository, appId: number, headSha: string): number {
  const run = repository.checkRuns.find((candidate) => candidate.appId === appId && candidate.headSha === headSha);
  return run?.suiteId ?? nextId(state, 'check-suite', 30_001);
}

/** Adds a check run and drops the oldest of its name when there are more than GitHub keeps. */
export function addCheckRun(repository: Repository, run: CheckRun): void {
  repository.checkRuns.push(run);
  const same = repository.checkRuns.filter((other) => other.name === run.name && other.suiteId === run.suiteId);
  const oldest = same[0];
  if (same.length > limits.checkRunsPerNameInSuite.value && oldest !== undefined) {
    repository.checkRuns.splice(repository.checkRuns.indexOf(oldest), 1);
  }
}

function requireCheckRun(call: RepositoryCall): CheckRun {
  const id = integerParam(call, 'id');
  const run = call.repository.checkRuns.find((candidate) => candidate.id === id);
  if (run === undefined) {
    throw notFound();
  }
  return run;
}

function announce(world: World, repository: Repository, run: CheckRun, action: string): void {
  world.announce('check_run', repository, checkRunPayload(world, repository, run, { action, sender: world.bot }));
}
