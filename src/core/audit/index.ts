// The record of a review: its canonical form, the hash chain, and the check of a whole log without any service.
export { canonicalJson } from './canonical-json.ts';
export { sha256 } from './digest.ts';
export { auditLine, verifyAuditLog } from './log.ts';
export type { AuditInput, ChainEnd, ClaimCounts } from './record.ts';
export { auditRecord } from './record.ts';
