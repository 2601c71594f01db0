import { ApiError, notFound } from './errors.ts';
import { limits } from './limits.ts';
import { pageOf } from './pages.ts';
import { artifactJson, workflowRunJson } from './shapes-checks.ts';
import type { Artifact, WorkflowRun } from './state.ts';
import { integerParam, ok, type Reply, type RepositoryCall, type Route, repositoryRoute } from './world.ts';

const artifacts = { needs: ['actions:read'], docs: 'actions/artifacts#list-artifacts-for-a-repository' } as const;
const runs = { needs: ['actions:read'], docs: 'actions/workflow-runs#list-workflow-runs-for-a-repository' } as const;

/** Workflow runs and their artifacts, newest first; the zip lies on another origin. */
export const actionRoutes: readonly Route[] = [
  repositoryRoute('GET', '/actions/artifacts', artifacts, (call) => list(call, call.repository.artifacts)),
  repositoryRoute(
    'GET',
    '/actions/artifacts/:id',
    { ...artifacts, docs: 'actions/artifacts#get-an-artifact' },
    (call) => ok(artifactJson(call.world, call.repository, requireArtifact(call))),
  ),
  repositoryRoute(
    'GET',
    '/actions/artifacts/:id/:format',
    { ...artifacts, docs: 'actions/artifacts#download-an-artifact' },
    download,
  ),
  repositoryRoute('GET', '/actions/runs', runs, listRuns),
  repositoryRoute('GET', '/actions/runs/:id', { ...runs, docs: 'actions/workflow-runs#get-a-workflow-run' }, (call) =>
    ok(workflowRunJson(call.world, call.repository, requireRun(call))),
  ),
  repositoryRoute(
    'GET',
    '/actions/runs/:id/artifacts',
    { ...artifacts, docs: 'actions/artifacts#list-workflow-run-artifacts' },
    (call) => {
      const run = requireRun(call);
      return list(
        call,
        call.repository.artifacts.filter((artifact) => artifact.run === run),
      );
    },
  ),
];

function list(call: RepositoryCall, all: readonly Artifact[]): Reply {
  const name = call.query.get('name');
  const found = all.filter((artifact) => name === null || artifact.name === name).toSorted((a, b) => b.id - a.id);
  return pageOf(call, found, (artifact) => artifactJson(call.world, call.repository, artifact), 'artifacts');
}

function download(call: RepositoryCall): Reply {
  const artifact = requireArtifact(call);
  if (call.params['format'] !== 'zip') {
    throw notFound();
  }
  if (artifact.expired) {
    throw new ApiError(410, 'Artifact has expired');
  }
  const location = call.world.blobs.link(artifact.zip, 'application/zip', limits.artifactUrlSeconds.value);
  return { status: 302, headers: { location } };
}

function listRuns(call: RepositoryCall): Reply {
  const { world, repository, query } = call;
  const asked = (name: string, value: string | null): boolean => {
    const wanted = query.get(name);
    return wanted === null || wanted === value;
  };
  const status = query.get('status');
  const found = repository.workflowRuns
    .filter((run) => asked('head_sha', run.headSha) && asked('branch', run.headBranch) && asked('event', run.event))
    .filter((run) => status === null || run.status === status || run.conclusion === status)
    .toSorted((a, b) => b.id - a.id);
  return pageOf(call, found, (run) => workflowRunJson(world, repository, run), 'workflow_runs');
}

function requireArtifact(call: RepositoryCall): Artifact {
  const id = integerParam(call, 'id');
  const artifact = call.repository.artifacts.find((candidate) => candidate.id === id);
  if (artifact === undefined) {
    throw notFound();
  }
  return artifact;
}

function requireRun(call: RepositoryCall): WorkflowRun {
  const id = integerParam(call, 'id');
  const run = call.repository.workflowRuns.find((candidate) => candidate.id === id);
  if (run === undefined) {
    throw notFound();
  }
  return run;
}
