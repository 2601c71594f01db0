import type { Commit } from './git.ts';
import type { Json } from './json.ts';
import { installationJson } from './routes-app.ts';
import { commentJson, labelJson, nodeId, repositoryJson, userJson } from './shapes.ts';
import { checkRunJson, checkSuiteJson, workflowRunJson } from './shapes-checks.ts';
import { issueJson } from './shapes-issue.ts';
import { fullPullJson } from './shapes-pulls.ts';
import type { CheckRun, IssueComment, Label, PullRequest, Repository, User, WorkflowRun } from './state.ts';
import type { World } from './world.ts';

/** Webhook payloads in GitHub's shape, with repository, sender and installation. */

export type IssueCommentAction = 'created' | 'edited' | 'deleted';

/** The fields every payload of a repository's event has. */
export function envelope(world: World, repository: Repository, sender: User): Json {
  const { owner, installationId: id } = repository;
  return {
    repository: repositoryJson(world, repository),
    ...(owner.type === 'Organization'
      ? { organization: { login: owner.login, id: owner.id, node_id: nodeId('O', owner.id) } }
      : {}),
    sender: userJson(world, sender),
    installation: { id, node_id: nodeId('MDIzOkludGVncmF0aW9u', id) },
  };
}

export interface PullRequestEvent {
  readonly action: string;
  readonly sender: User;
  readonly label?: Label;
  /** Fields of one action alone: before, after, changes. */
  readonly extra?: Json;
}

export async function pullRequestPayload(
  world: World,
  repository: Repository,
  pull: PullRequest,
  event: PullRequestEvent,
): Promise<Json> {
  return {
    action: event.action,
    number: pull.number,
    pull_request: await fullPullJson(world, repository, pull),
    ...(event.label === undefined ? {} : { label: labelJson(world, repository, event.label) }),
    ...event.extra,
    ...envelope(world, repository, event.sender),
  };
}

export function issueCommentPayload(
  world: World,
  repository: Repository,
  pull: PullRequest,
  event: { readonly action: IssueCommentAction; readonly comment: IssueComment; readonly sender: User },
): Json {
  return {
    action: event.action,
    issue: issueJson(world, repository, pull),
    comment: commentJson(world, repository, pull.number, event.comment),
    ...envelope(world, repository, event.sender),
  };
}

export function checkRunPayload(
  world: World,
  repository: Repository,
  run: CheckRun,
  event: { readonly action: string; readonly sender: User; readonly requestedAction?: string },
): Json {
  const suite = checkSuiteJson(world, repository, run.suiteId, run.headSha);
  return {
    action: event.action,
    ...(event.requestedAction === undefined ? {} : { requested_action: { identifier: event.requestedAction } }),
    check_run: { ...checkRunJson(world, repository, run), check_suite: suite },
    ...envelope(world, repository, event.sender),
  };
}

export function checkSuitePayload(
  world: World,
  repository: Repository,
  event: { readonly action: string; readonly suiteId: number; readonly headSha: string; readonly sender: User },
): Json {
  return {
    action: event.action,
    check_suite: checkSuiteJson(world, repository, event.suiteId, event.headSha),
    ...envelope(world, repository, event.sender),
  };
}

export function workflowRunPayload(world: World, repository: Repository, run: WorkflowRun, sender: User): Json {
  return {
    action: run.status === 'completed' ? 'completed' : 'requested',
    workflow_run: workflowRunJson(world, repository, run),
    workflow: { id: 7_001, name: run.name, path: run.path, state: 'active' },
    ...envelope(world, repository, sender),
  };
}

export interface MergeGroup {
  readonly headRef: string;
  readonly baseRef: string;
  readonly baseSha: string;
  readonly commit: Commit;
}

export function mergeGroupPayload(world: World, repository: Repository, group: MergeGroup, sender: User): Json {
  const { commit } = group;
  return {
    action: 'checks_requested',
    merge_group: {
      head_sha: commit.sha,
      head_ref: group.headRef,
      base_sha: group.baseSha,
      base_ref: group.baseRef,
      head_commit: {
        id: commit.sha,
        tree_id: commit.tree,
        message: commit.message,
        timestamp: commit.committer.date,
        author: commit.author,
        committer: commit.committer,
      },
    },
    ...envelope(world, repository, sender),
  };
}

export function installationPayload(world: World, action: string, sender: User): Json {
  const repositories = world.state.repositories.filter((repository) => repository.installed);
  return {
    action,
    installation: installationJson(world, world.app.installationId),
    repositories: repositories.map((repository) => {
      const json = repositoryJson(world, repository);
      return {
        id: json['id'],
        node_id: json['node_id'],
        name: json['name'],
        full_name: json['full_name'],
        private: json['private'],
      };
    }),
    requester: null,
    sender: userJson(world, sender),
  };
}
