// The record of a review: its statement, the signed hash chain, checkpoints, and the check of a whole log without any service.
export type { AnalysedEvent, ClaimCounts, QuestionPrice } from './analysed.ts';
export { canonicalJson } from './canonical-json.ts';
export type { ChainEnd, ChainState, Extension, SealedRecord, Sealing } from './chain.ts';
export { auditLine, extendChain } from './chain.ts';
export type { Checkpoint, SignedCheckpoint } from './checkpoint.ts';
export { checkpointLine, readCheckpoint } from './checkpoint.ts';
export { sha256 } from './digest.ts';
export type { Signature } from './dsse.ts';
export { bytesOfBase64, preAuthEncoding } from './dsse.ts';
export type { AuditEvent, MergedEvent, OutcomeEvent, OutcomeEvidence, OverriddenEvent, Reviewer } from './events.ts';
export { eventKey } from './events.ts';
export type { Handover, PublicKey, RecordSigner } from './keys.ts';
export { handoverPayload, handoverType, keyIdOf } from './keys.ts';
export { emptyFrontier, type Frontier, rootOf, withLeaf } from './merkle.ts';
export type { Found, LaterCommit } from './outcomes/find-outcomes.ts';
export {
  broughtBack,
  newFindings,
  nothingObserved,
  outcomeByContent,
  outcomeByPull,
  outcomeEvent,
  outcomesByCommits,
  watchedUntil,
} from './outcomes/find-outcomes.ts';
export type { MergedPullRequest, MergeFacts } from './outcomes/merge-facts.ts';
export { mergeFacts } from './outcomes/merge-facts.ts';
export type { DatedLabelEvent, RecordedReview } from './overrides.ts';
export { overriddenBy } from './overrides.ts';
export type { LogEntry } from './read-line.ts';
export { readLogLine } from './read-line.ts';
export type { AuditCheck, AuditVerifier, BrokenRecord, ChainSummary, SignedRecord, VerifyOptions } from './verify.ts';
export { auditVerifier, signatureFault, verifyAuditLog } from './verify.ts';
