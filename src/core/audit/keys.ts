import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import { sha256 } from './digest.ts';
import { base64Shape, isSignedBy, keyIdShape, type Signature } from './dsse.ts';

/** What a key's handover is called when it is signed. */
export const handoverType = 'application/vnd.weirkeeper.key-handover+json';

/** A public key: SPKI DER in base64. Its id is the SHA-256 of those bytes. */
export const PublicKey = z.strictObject({ keyid: keyIdShape, publicKey: base64Shape });
export type PublicKey = z.infer<typeof PublicKey>;

/**
 * A key that takes over from another. `endorsement` is the older key's signature over `handoverPayload`; null when that key
 * was lost, and then nothing but the reader's own knowledge speaks for the new one.
 */
export const Handover = PublicKey.extend({ replaces: keyIdShape, endorsement: base64Shape.nullable() });
export type Handover = z.infer<typeof Handover>;

/** What seals records. It is made by an edge, which holds the private key. */
export interface RecordSigner extends PublicKey {
  /** Every handover that led to this key, the oldest first. */
  readonly handovers: readonly Handover[];
  /** Ed25519 over the bytes given, base64. */
  sign(bytes: Uint8Array): string;
  /** HMAC-SHA-256 under a key that is kept apart from the log, hexadecimal: tells equal texts without telling which. */
  hmac(text: string): string;
}

/** The id of a public key: SHA-256 of its SPKI DER bytes, which are given in base64. */
export function keyIdOf(publicKey: string): string {
  return sha256(Buffer.from(publicKey, 'base64'));
}

/** The text that the older key signs to hand over to the newer. */
export function handoverPayload({ keyid, publicKey, replaces }: Omit<Handover, 'endorsement'>): string {
  return canonicalJson({ keyid, publicKey, replaces });
}

/** A key ready to verify with; null when it is no Ed25519 key, or not the one its id names. */
export function toVerifyingKey({ keyid, publicKey }: PublicKey): KeyObject | null {
  const der = Buffer.from(publicKey, 'base64');
  if (sha256(der) !== keyid) return null;
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}

/** Whether the older key has signed this handover. */
export function isEndorsed(handover: Handover, older: KeyObject): boolean {
  if (handover.endorsement === null) return false;
  const payload = Buffer.from(handoverPayload(handover), 'utf8');
  return isSignedBy(older, handover.endorsement, { payloadType: handoverType, payload });
}

/** The handovers that lie between a chain's last key and the signer's; all of them when the chain has none yet. */
export function handoversSince(
  keyId: string | null,
  { handovers }: Pick<RecordSigner, 'handovers'>,
): readonly Handover[] {
  const from = handovers.findIndex(({ replaces }) => replaces === keyId);
  return from === -1 ? (keyId === null ? handovers : []) : handovers.slice(from);
}

/** A signature over a payload by the signer's key, as an envelope holds it. */
export function signPayload(signer: RecordSigner, encoded: Uint8Array): Signature {
  return { keyid: signer.keyid, sig: signer.sign(encoded) };
}
