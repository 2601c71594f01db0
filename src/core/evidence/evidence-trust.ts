/** What the policy asks of evidence files. */
export interface EvidenceTrust {
  /** Whether a file that none of the keys has signed is left unread. */
  readonly signed: 'required' | 'optional';
  /** Ed25519 public keys: SPKI DER in base64. */
  readonly keys: readonly string[];
}

/** Nothing is asked of them, so nothing is known of who wrote them. */
export const noTrust: EvidenceTrust = { signed: 'optional', keys: [] };
