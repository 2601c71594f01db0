import type { ArtifactSettings } from '#core/policy';
import type { Artifacts, PullRequests, WorkflowArtifacts } from '#review';
import type { ArtifactSource } from './artifact-source.ts';
import { committedArtifacts } from './committed.ts';
import { workflowArtifacts } from './workflow-artifact.ts';

export interface ArtifactConnections {
  readonly workflow: WorkflowArtifacts;
  readonly pullRequests: Pick<PullRequests, 'readFile'>;
}

/** One way to get the artifacts of a repository on GitHub, by the name that the policy calls it. */
type Source = (connections: ArtifactConnections, settings: ArtifactSettings) => ArtifactSource;

const sources: Readonly<Record<ArtifactSettings['source'], Source>> = {
  workflow: (connections, settings) => workflowArtifacts(connections.workflow, settings),
  committed: (connections, settings) => committedArtifacts(connections.pullRequests, settings),
};

/** The port `Artifacts` of a repository on GitHub: each repository's policy says which source is its own. */
export function createArtifacts(connections: ArtifactConnections): Artifacts {
  return {
    fetch: (side, request, pullRequest, settings) =>
      sources[settings.source](connections, settings).fetch(side, request, pullRequest),
  };
}
