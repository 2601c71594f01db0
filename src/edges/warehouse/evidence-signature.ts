import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { bytesOfBase64, canonicalJson, keyIdOf, preAuthEncoding } from '#core/audit';
import type { JsonObject, Reason } from '#core/base';
import { reason } from '#core/base';
import { type EvidenceTrust, evidenceFileName } from '#core/evidence';

/** What is signed, in DSSE's words. */
const payloadType = 'application/vnd.weirkeeper.evidence+json';

/** Of a file: the key's id, and Ed25519 over the rest of the file as canonical JSON (RFC 8785) in DSSE's encoding, in base64. */
export interface EvidenceSignature {
  readonly keyid: string;
  readonly sig: string;
}

/** Signs a file that has no signature yet; `publicKey` is what a policy names. */
export function signEvidence(
  file: JsonObject,
  key: KeyObject,
): { readonly signature: EvidenceSignature; readonly publicKey: string } {
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
  const sig = sign(null, bytesOf(file), key).toString('base64');
  return { signature: { keyid: keyIdOf(publicKey), sig }, publicKey };
}

/** Whether one of the policy's keys signed the file, or nobody did; `unchecked`: the policy names no key. A reason not to use the file. */
export function checkSignature(
  file: JsonObject,
  signature: EvidenceSignature | undefined,
  { signed, keys }: EvidenceTrust,
): 'signed' | 'unsigned' | 'unchecked' | Reason {
  if (keys.length === 0) return 'unchecked';
  if (signature === undefined) return signed === 'optional' ? 'unsigned' : unsigned;
  const publicKey = keys.find((one) => keyIdOf(one) === signature.keyid);
  if (publicKey === undefined) return otherKey(signature.keyid);
  const rest = Object.fromEntries(Object.entries(file).filter(([name]) => name !== 'signature'));
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  const sig = bytesOfBase64(signature.sig);
  return sig !== null && verify(null, bytesOf(rest), key, sig) ? 'signed' : changed;
}

function bytesOf(file: JsonObject): Uint8Array {
  return preAuthEncoding(payloadType, Buffer.from(canonicalJson(file), 'utf8'));
}

const unsigned = reason(
  'evidence-unsigned',
  `${evidenceFileName} is not signed, and the policy takes none that is not`,
  'give `weirkeeper measure` the key in WEIRKEEPER_EVIDENCE_KEY; a fork has no such key',
);

const changed = reason(
  'evidence-changed',
  `${evidenceFileName} is not what was signed`,
  'measure again, and upload the file as it was written',
);

function otherKey(keyid: string): Reason {
  return reason(
    'evidence-other-key',
    `${evidenceFileName} is signed by key ${keyid.slice(0, 12)}, which the policy does not name`,
    'add its public key to `evidence.keys` in the policy of the base branch',
  );
}
