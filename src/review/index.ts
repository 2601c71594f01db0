// The straight line from a pull request to a published review, and what it needs from the world.
export type { LabelEvent } from '#core/policy';
export type { Annotation, CheckRunOutput, InlineComment } from '#core/render';
export type {
  ArtifactAnswer,
  ArtifactSet,
  Artifacts,
  AuditEntry,
  AuditLog,
  Clock,
  EvidenceSource,
  Progress,
  Publication,
  Publisher,
  PullRequests,
  ReviewPorts,
  ReviewRequest,
  SqlReader,
} from './ports.ts';
