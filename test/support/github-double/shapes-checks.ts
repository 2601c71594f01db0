import type { Json } from './json.ts';
import { appJson, nodeId, repositoryJson, repositoryUrl, repositoryWebUrl, userJson } from './shapes.ts';
import type { Artifact, CheckRun, Repository, WorkflowRun } from './state.ts';
import { fullName } from './state.ts';
import type { World } from './world.ts';

/** GitHub's JSON for check runs, check suites, workflow runs and artifacts. */

export function checkRunJson(world: World, repository: Repository, run: CheckRun): Json {
  const api = repositoryUrl(world, repository);
  const page = `${repositoryWebUrl(world, repository)}/runs/${String(run.id)}`;
  return {
    id: run.id,
    node_id: nodeId('CR', run.id),
    name: run.name,
    head_sha: run.headSha,
    external_id: run.externalId ?? '',
    url: `${api}/check-runs/${String(run.id)}`,
    html_url: page,
    details_url: run.detailsUrl ?? `${world.webUrl}/apps/${run.appSlug}`,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      ...run.output,
      annotations_count: run.annotations.length,
      annotations_url: `${api}/check-runs/${String(run.id)}/annotations`,
    },
    check_suite: { id: run.suiteId },
    app: appOf(world, run),
    pull_requests: pullsAt(world, repository, run.headSha),
  };
}

export function checkSuiteJson(world: World, repository: Repository, suiteId: number, headSha: string): Json {
  const runs = repository.checkRuns.filter((run) => run.suiteId === suiteId);
  const done = runs.every((run) => run.status === 'completed');
  const failed = runs.some(
    (run) => run.conclusion !== null && !['success', 'neutral', 'skipped'].includes(run.conclusion),
  );
  const pull = repository.pulls.find((candidate) => candidate.head.sha === headSha);
  return {
    id: suiteId,
    node_id: nodeId('CS', suiteId),
    head_branch: pull?.head.ref ?? null,
    head_sha: headSha,
    status: done && runs.length > 0 ? 'completed' : 'queued',
    conclusion: done && runs.length > 0 ? (failed ? 'failure' : 'success') : null,
    url: `${repositoryUrl(world, repository)}/check-suites/${String(suiteId)}`,
    before: null,
    after: headSha,
    pull_requests: pullsAt(world, repository, headSha),
    app: appJson(world, world.app),
    latest_check_runs_count: runs.length,
  };
}

/** Minimal pull requests whose head is a commit; pushes in forks are not seen by the checks API. */
function pullsAt(world: World, repository: Repository, headSha: string): readonly Json[] {
  return repository.pulls
    .filter((pull) => pull.state === 'open' && pull.head.sha === headSha && pull.head.repository === repository)
    .map((pull) => ({
      id: pull.id,
      number: pull.number,
      url: `${repositoryUrl(world, repository)}/pulls/${String(pull.number)}`,
      head: { ref: pull.head.ref, sha: pull.head.sha, repo: minimalRepository(world, repository) },
      base: { ref: pull.base.ref, sha: pull.base.sha, repo: minimalRepository(world, repository) },
    }));
}

export function workflowRunJson(world: World, repository: Repository, run: WorkflowRun): Json {
  const api = repositoryUrl(world, repository);
  const head = world.state.repositories.find((candidate) => candidate.id === run.headRepositoryId) ?? null;
  return {
    id: run.id,
    node_id: nodeId('WFR', run.id),
    name: run.name,
    path: run.path,
    head_branch: run.headBranch,
    head_sha: run.headSha,
    run_number: run.runNumber,
    run_attempt: 1,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: 7_001,
    display_title: run.name,
    url: `${api}/actions/runs/${String(run.id)}`,
    html_url: `${repositoryWebUrl(world, repository)}/actions/runs/${String(run.id)}`,
    artifacts_url: `${api}/actions/runs/${String(run.id)}/artifacts`,
    pull_requests: pullsAt(world, repository, run.headSha),
    created_at: run.createdAt,
    updated_at: run.createdAt,
    run_started_at: run.createdAt,
    actor: userJson(world, repository.owner),
    triggering_actor: userJson(world, repository.owner),
    repository: repositoryJson(world, repository),
    head_repository: head === null ? null : repositoryJson(world, head),
    head_repository_id: run.headRepositoryId,
  };
}

export function artifactJson(world: World, repository: Repository, artifact: Artifact): Json {
  const url = `${repositoryUrl(world, repository)}/actions/artifacts/${String(artifact.id)}`;
  const { run } = artifact;
  return {
    id: artifact.id,
    node_id: nodeId('ART', artifact.id),
    name: artifact.name,
    size_in_bytes: artifact.zip.length,
    url,
    archive_download_url: `${url}/zip`,
    expired: artifact.expired,
    digest: artifact.digest,
    created_at: artifact.createdAt,
    updated_at: artifact.createdAt,
    expires_at: artifact.expiresAt,
    workflow_run:
      run === null
        ? null
        : {
            id: run.id,
            repository_id: repository.id,
            head_repository_id: run.headRepositoryId,
            head_branch: run.headBranch,
            head_sha: run.headSha,
          },
  };
}

function appOf(world: World, run: CheckRun): Json {
  if (run.appId === world.app.id) {
    return appJson(world, world.app);
  }
  return { ...appJson(world, world.app), id: run.appId, slug: run.appSlug, name: run.appSlug };
}

function minimalRepository(world: World, repository: Repository): Json {
  return { id: repository.id, url: repositoryUrl(world, repository), name: fullName(repository).split('/')[1] };
}
