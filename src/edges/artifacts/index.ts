// Where dbt's artifacts come from: one source a file, every one of them read within limits.
export type { ArtifactSource } from './artifact-source.ts';
export { committedArtifacts } from './committed.ts';
export { type ArtifactConnections, createArtifacts } from './create-artifacts.ts';
export { type DirectorySettings, directoryArtifacts, readDirectory } from './directory.ts';
export { keepArtifacts } from './keep-artifacts.ts';
export { type ReadLimits, standardLimits } from './limits.ts';
export { workflowArtifacts } from './workflow-artifact.ts';
