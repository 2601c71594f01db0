import { type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';

/** What an in-toto Statement is called in an envelope (in-toto attestation framework, "Envelope"). */
export const statementType = 'application/vnd.in-toto+json';

/** One signature of an envelope: base64 over the payload's pre-authentication encoding. */
export interface Signature {
  readonly keyid: string;
  readonly sig: string;
}

export const keyIdShape = z.string().regex(/^[0-9a-f]{64}$/);
export const base64Shape = z.base64();

/** A DSSE envelope (secure-systems-lab/dsse, protocol 1.0), strict: nothing beside its three members. */
export const Envelope = z.strictObject({
  payload: base64Shape,
  payloadType: z.string().max(200),
  signatures: z
    .array(z.strictObject({ keyid: keyIdShape, sig: base64Shape }))
    .min(1)
    .max(8),
});
export type Envelope = z.infer<typeof Envelope>;

/** DSSE's pre-authentication encoding: what is signed instead of the payload alone. Lengths are in bytes. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = Buffer.from(payloadType, 'utf8');
  const head = `DSSEv1 ${type.length} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head, 'utf8'), payload]);
}

/** The envelope of a payload as one canonical line, without a line end. */
export function envelopeLine(payload: string, payloadType: string, signatures: readonly Signature[]): string {
  const signed = signatures.map(({ keyid, sig }) => `{"keyid":"${keyid}","sig":"${sig}"}`).join(',');
  const body = Buffer.from(payload, 'utf8').toString('base64');
  return `{"payload":"${body}","payloadType":${JSON.stringify(payloadType)},"signatures":[${signed}]}`;
}

/** What a signature is made over, through its pre-authentication encoding. */
export interface SignedBytes {
  readonly payloadType: string;
  readonly payload: Uint8Array;
}

/** The bytes of a base64 text; null of a text that is not the one way to write them, which Node would read all the same. */
export function bytesOfBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

/** Whether the key made this signature over the payload. Ed25519 (RFC 8032). */
export function isSignedBy(key: KeyObject, sig: string, { payloadType, payload }: SignedBytes): boolean {
  return verify(null, preAuthEncoding(payloadType, payload), key, Buffer.from(sig, 'base64'));
}
