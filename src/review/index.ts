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
  ReviewPorts,
  ReviewRequest,
  SqlReader,
} from './ports.ts';
export type { WorkflowArtifact, WorkflowArtifacts } from './workflow-artifacts.ts';
export { workflowLines } from './workflow-lines.ts';
