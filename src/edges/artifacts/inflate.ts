import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Reason, reason } from '#core/base';
import type { ReadLimits } from './limits.ts';

export type BytesAnswer =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: Reason };

/** What one inflated file may cost: the limits, less what was read from the same place before. */
export interface Allowance {
  readonly limits: ReadLimits;
  /** Bytes still allowed in all. */
  readonly left: number;
  /** Size before inflating. */
  readonly compressed: number;
}

/** Inflates gzip. `place` names the file for the reader. */
export async function gunzip(compressed: Uint8Array, place: string, allowance: Allowance): Promise<BytesAnswer> {
  const stream = createGunzip();
  stream.end(compressed);
  return readInflated(stream, place, allowance);
}

/** Bytes of a stream that inflates, refused as soon as they exceed what is allowed. */
export async function readInflated(stream: Readable, place: string, allowance: Allowance): Promise<BytesAnswer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    // Leaving the loop destroys the stream: nothing more is inflated.
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      const refusal = refuse(size, place, allowance);
      if (refusal !== null) return { ok: false, reason: refusal };
      chunks.push(chunk);
    }
  } catch (error) {
    return { ok: false, reason: brokenFile(place, error) };
  }
  return { ok: true, bytes: Buffer.concat(chunks) };
}

/** Why this many bytes of one file are too many; null while they are not. */
export function refuse(size: number, place: string, { limits, left, compressed }: Allowance): Reason | null {
  if (size > limits.fileBytes) {
    return reason('artifact-too-large', `${place} is larger than ${inMegabytes(limits.fileBytes)}`, shrink);
  }
  if (size > left) {
    return reason(
      'artifact-too-large',
      `the files up to ${place} are larger than ${inMegabytes(limits.totalBytes)}`,
      shrink,
    );
  }
  if (size > limits.ratioFloorBytes && size > compressed * limits.ratio) {
    const text = `${place} inflates to more than ${limits.ratio} times its size, as a zip bomb does`;
    return reason('artifact-zip-bomb', text, 'upload the files that dbt wrote, and nothing else');
  }
  return null;
}

const shrink = 'upload manifest.json without compiled tests, or leave catalog.json out';

function brokenFile(place: string, error: unknown): Reason {
  const message = error instanceof Error ? error.message : 'unknown';
  return reason(
    'artifact-broken',
    `${place} cannot be inflated (${message})`,
    'upload it again: it was cut off or damaged',
  );
}

export function inMegabytes(bytes: number): string {
  return `${Math.max(1, Math.round(bytes / (1024 * 1024)))} MB`;
}
