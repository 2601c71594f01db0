// The record of a review: its canonical form, the hash chain, and the check of a whole log without any service.
export { canonicalJson } from './canonical-json.ts';
export { sha256 } from './digest.ts';
export type { AuditCheck, ChainSummary } from './log.ts';
export { auditLine, verifyAuditLog } from './log.ts';
export type { AuditedPolicy, AuditInput, ChainEnd, ClaimCounts, SealedRecord } from './record.ts';
export { auditRecord } from './record.ts';
