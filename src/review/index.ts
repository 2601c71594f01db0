// The straight line from a pull request to a published review, and what it needs from the world.

export type { DatedLabelEvent, MergeFacts } from '#core/audit';
export type { LabelEvent } from '#core/policy';
export type { Annotation, CheckRunOutput, InlineComment } from '#core/render';
export { workflowLines } from '#core/render';
export { analyzeSides } from './analyze-sides.ts';
export { createRecorder } from './append-events.ts';
export { carryToMergeGroup } from './carry-to-merge-group.ts';
export { missingOf } from './collect-snapshot.ts';
export type { SqlDiff } from './diff-sql.ts';
export { diffSql } from './diff-sql.ts';
export { explainFailure, isWorthRetrying } from './explain-failure.ts';
export type { ReviewJob } from './job.ts';
export type { JobContext } from './job-context.ts';
export { localRequest } from './local-request.ts';
export type { Measured } from './measure.ts';
export { measure } from './measure.ts';
export { jobKey, makesStale, mergeJobs } from './order-jobs.ts';
export type {
  ArtifactAnswer,
  ArtifactSet,
  Artifacts,
  AuditLog,
  CheckpointMemory,
  CheckpointPublisher,
  Clock,
  ClosedPullRequest,
  Comparison,
  EvidenceSource,
  LineageCache,
  OutcomeMemory,
  OutsidePorts,
  Progress,
  Publication,
  Publisher,
  PullRequests,
  RecordedReviews,
  Recorder,
  RepositoryHistory,
  ReviewMemory,
  ReviewPorts,
  ReviewRequest,
  SqlReader,
  StreamPlace,
} from './ports.ts';
export type { OutcomePorts } from './record-outcome.ts';
export { recordClosed, recordPush, settleStream } from './record-outcome.ts';
export type { Review } from './review.ts';
export { reportFailure, reviewPullRequest } from './review-pull-request.ts';
export type { ReviewSummary } from './review-summary.ts';
export { summaryOf } from './review-summary.ts';
export type { SqlPair } from './sql-pair.ts';
export { toView } from './to-view.ts';
export { traceArtifacts } from './trace-artifacts.ts';
export type { LineagePorts } from './trace-sides.ts';
export { noLineageCache, traceSides } from './trace-sides.ts';
export type { ArtifactCache, WorkflowArtifact, WorkflowArtifacts } from './workflow-artifacts.ts';
