// What the LLM is asked, what it may claim, and how each claim is verified before anyone reads it.
export type { KnownFinding } from './ask-claims.ts';
export { askClaims } from './ask-claims.ts';
export type { ClaimsVerdict, DropReason, GroundedClaim } from './verify-claims.ts';
export { verifyClaims } from './verify-claims.ts';
