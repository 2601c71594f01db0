// The straight line from a pull request to a published review, and what it needs from the world.
export type { ReviewJob } from './job.ts';
export type { JobContext } from './job-context.ts';
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
