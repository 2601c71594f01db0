import { DeploymentError, type Sha } from '#core/base';
import type { CheckpointPublisher, Publisher, RepositoryHistory, WorkflowArtifacts } from '#review';
import { type AppView, createAppView } from './app-view.ts';
import { createCheckpointPublisher } from './checkpoint-ref.ts';
import { type ConnectOptions, connect, type Octokit } from './connect.ts';
import { createPublisher, type PublisherOptions } from './publisher.ts';
import {
  type Connections,
  createPullRequests,
  findOpenPullRequests,
  type GitHubPullRequests,
} from './pull-requests.ts';
import { createRepositoryHistory } from './repository-history.ts';
import type { AppIdentity } from './target.ts';
import { createWorkflowArtifacts } from './workflow-artifacts.ts';

export interface GitHubOptions extends ConnectOptions {
  /** Tells a review that its head is no longer the pull request's; by default GitHub is asked. */
  readonly newerHead?: PublisherOptions['newerHead'];
}

/** GitHub as one App sees it; which installation is meant, each request says. */
export interface GitHub {
  readonly pullRequests: GitHubPullRequests;
  readonly publisher: Publisher;
  readonly workflowArtifacts: WorkflowArtifacts;
  readonly appView: AppView;
  readonly history: RepositoryHistory;
  readonly checkpointPublisher: CheckpointPublisher;
  /** Numbers of the open pull requests, forks' included, whose head is this commit. */
  findOpenPullRequests(installationId: number, repository: string, headSha: Sha): Promise<readonly number[]>;
  /** Asks GitHub who we are: fails with DeploymentError when the App id and the key do not belong together. */
  identity(installationId: number): Promise<AppIdentity>;
}

const silent = { debug: ignore, warn: ignore };

/** Connects to GitHub as an App. Nothing is sent before the first call. */
export function createGitHub(options: GitHubOptions): GitHub {
  const connections = connectOnce(options);
  const { log = silent, newerHead } = options;
  let app: Octokit | null = null;
  const pullRequests = createPullRequests(connections);
  return {
    pullRequests,
    history: createRepositoryHistory(connections, pullRequests),
    checkpointPublisher: createCheckpointPublisher((installationId) => connections.octokit(installationId)),
    publisher: createPublisher({ connections, log, ...(newerHead === undefined ? {} : { newerHead }) }),
    workflowArtifacts: createWorkflowArtifacts(connections),
    appView: createAppView(
      () => (app ??= connect(options, null)),
      (installationId) => connections.octokit(installationId),
    ),
    findOpenPullRequests: (installationId, repository, headSha) =>
      findOpenPullRequests(connections.octokit(installationId), repository, headSha),
    identity: (installationId) => connections.identity(installationId),
  };
}

/** One client an installation, so that its writes are kept apart whichever review makes them. */
function connectOnce(options: GitHubOptions): Connections {
  const clients = new Map<number, Octokit>();
  const octokit = (installationId: number): Octokit => {
    const known = clients.get(installationId) ?? connect(options, installationId);
    clients.set(installationId, known);
    return known;
  };
  let identity: Promise<AppIdentity> | null = null;
  return {
    octokit,
    identity(installationId) {
      const asked = identity ?? readIdentity(octokit(installationId), options.appId);
      identity = asked;
      // A failed answer is not kept: the next review asks again.
      asked.catch(() => {
        identity = null;
      });
      return asked;
    },
  };
}

async function readIdentity(octokit: Octokit, appId: number): Promise<AppIdentity> {
  const { data } = await octokit.rest.apps.getAuthenticated();
  if (data?.slug === undefined || data.id !== appId) {
    const text = `GitHub knows the App by another id than ${appId}: check the App id`;
    throw new DeploymentError('github-app-id', text, { app_id: appId });
  }
  return { appId, botLogin: `${data.slug}[bot]` };
}

function ignore(): void {
  // Nobody asked for a log.
}
