import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import { Envelope, envelopeLine, preAuthEncoding } from './dsse.ts';
import { type RecordSigner, signPayload } from './keys.ts';

/** What a checkpoint is called when it is signed. */
export const checkpointType = 'application/vnd.weirkeeper.audit-checkpoint+json';

/**
 * The head of one repository's log: `root` is the Merkle tree hash (RFC 6962, section 2.1) over the SHA-256 digests of its
 * first `size` records, each as 32 bytes. Kept where the app's operator cannot rewrite it, it holds the log to what it said.
 */
export const Checkpoint = z.strictObject({
  repository: z.string().min(1),
  size: z.int().positive(),
  root: z.string().regex(/^[0-9a-f]{64}$/),
  /** Digest of record number `size`. */
  last: z.string().regex(/^[0-9a-f]{64}$/),
  time: z.iso.datetime(),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

/** A checkpoint as it was read, its signature still to be checked. */
export interface SignedCheckpoint extends Checkpoint {
  readonly keyid: string;
  readonly sig: string;
  readonly payload: Uint8Array;
}

/** The checkpoint as one line: a DSSE envelope. */
export function checkpointLine(checkpoint: Checkpoint, signer: RecordSigner): string {
  const payload = canonicalJson({ ...checkpoint });
  const signature = signPayload(signer, preAuthEncoding(checkpointType, Buffer.from(payload, 'utf8')));
  return envelopeLine(payload, checkpointType, [signature]);
}

/** Reads a checkpoint's line; null when it is none. */
export function readCheckpoint(line: string): SignedCheckpoint | null {
  try {
    const envelope = Envelope.parse(JSON.parse(line));
    const payload = Buffer.from(envelope.payload, 'base64');
    const [signature] = envelope.signatures;
    if (envelope.payloadType !== checkpointType || signature === undefined) return null;
    return { ...Checkpoint.parse(JSON.parse(payload.toString('utf8'))), ...signature, payload };
  } catch {
    return null;
  }
}
