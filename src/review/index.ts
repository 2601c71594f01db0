// The straight line from a pull request to a published review, and what it needs from the world.
export type { ReviewJob } from './job.ts';
export { jobKey, makesStale, mergeJobs } from './order-jobs.ts';
export type {
  Annotation,
  ArtifactAnswer,
  ArtifactSet,
  Artifacts,
  AuditEntry,
  AuditLog,
  CheckRunOutput,
  Clock,
  EvidenceSource,
  InlineComment,
  LabelEvent,
  Progress,
  Publication,
  Publisher,
  PullRequests,
  ReviewMemory,
  ReviewPorts,
  ReviewRequest,
  SqlReader,
} from './ports.ts';
export type { Review } from './review.ts';
export { reviewPullRequest } from './review-pull-request.ts';
export { explainFailure, isWorthRetrying } from './explain-failure.ts';
export { toView } from './to-view.ts';
export { traceManifest } from './trace-manifest.ts';
export type { WorkflowArtifact, WorkflowArtifacts } from './workflow-artifacts.ts';
export { workflowLines } from './workflow-lines.ts';
