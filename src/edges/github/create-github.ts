import type { Sha } from '#core/base';
import type { CheckpointPublisher, Publisher, RepositoryHistory, WorkflowArtifacts } from '#review';
import { type AppView, createAppView } from './app-view.ts';
import { storageRules } from './artifact-storage.ts';
import { createCheckpointPublisher } from './checkpoint-ref.ts';
import type { ConnectOptions } from './connect.ts';
import { createConnections } from './connections.ts';
import { createPublisher, type PublisherOptions } from './publisher.ts';
import { createPullRequests, findOpenPullRequests, type GitHubPullRequests } from './pull-requests.ts';
import { createRepositoryHistory } from './repository-history.ts';
import type { AppIdentity } from './target.ts';
import { createWorkflowArtifacts } from './workflow-artifacts.ts';

export interface GitHubOptions extends ConnectOptions {
  /** Hosts of artifact storage besides those known: names, or `*.` and a domain. */
  readonly artifactHosts?: readonly string[];
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
  identity(): Promise<AppIdentity>;
}

const silent = { debug: ignore, warn: ignore };

/** Connects to GitHub as an App. Nothing is sent before the first call. */
export function createGitHub(options: GitHubOptions): GitHub {
  const connections = createConnections(options);
  const { log = silent, newerHead, baseUrl = 'https://api.github.com', artifactHosts } = options;
  const pullRequests = createPullRequests(connections);
  return {
    pullRequests,
    history: createRepositoryHistory(connections, pullRequests),
    checkpointPublisher: createCheckpointPublisher(connections),
    publisher: createPublisher({ connections, log, ...(newerHead === undefined ? {} : { newerHead }) }),
    workflowArtifacts: createWorkflowArtifacts(connections, storageRules(baseUrl, artifactHosts)),
    appView: createAppView(connections),
    findOpenPullRequests: (installationId, repository, headSha) =>
      findOpenPullRequests(connections.octokit({ installationId, repository }), repository, headSha),
    identity: () => connections.identity(),
  };
}

function ignore(): void {
  // Nobody asked for a log.
}
