import { sha256 } from '#core/base';
import type { Answered, Traced } from './traced.ts';

const digestLength = 64;

type Stored = Omit<Traced, 'answered'> & { readonly answered: readonly (readonly [string, Answered])[] };

/** What is known of the SQL of `key`, as bytes: a digest, and JSON. */
export function encodeTraced(key: string, traced: readonly Traced[]): Uint8Array {
  const stored = traced.map((one): Stored => ({ ...one, answered: [...one.answered] }));
  const json = JSON.stringify(stored);
  return new TextEncoder().encode(`${digestOf(key, json)}${json}`);
}

/** What `encodeTraced` made bytes of; null for bytes that are not whole, or that are of another key. */
export function decodeTraced(key: string, bytes: Uint8Array): readonly Traced[] | null {
  const text = new TextDecoder().decode(bytes);
  const json = text.slice(digestLength);
  if (text.slice(0, digestLength) !== digestOf(key, json)) return null;
  return (JSON.parse(json) as readonly Stored[]).map((one) => ({ ...one, answered: new Map(one.answered) }));
}

function digestOf(key: string, json: string): string {
  return sha256(`${key}\n${json}`);
}
