import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { JsonObject } from '#core/base';
import { Handover, isEndorsed, PublicKey, toVerifyingKey } from './keys.ts';

const KeyBody = z.looseObject({ key: PublicKey.extend({ handovers: z.array(Handover).max(1_000) }) });

interface Keyed {
  /** The key that signs from here on; null before the first. */
  readonly keyId: string | null;
  /** Every key that has signed. */
  readonly keys: ReadonlyMap<string, KeyObject>;
}

/**
 * The chain's keys once this key record is taken in, or why it is refused. A key is taken when it is trusted, when a chain
 * of handovers signed by each older key leads to it, or when the reader trusts none and it is the chain's first.
 */
export function admitKey(
  { keyId, keys }: Keyed,
  body: JsonObject,
  trusted: ReadonlyMap<string, KeyObject>,
): Keyed | string {
  const parsed = KeyBody.safeParse(body);
  const key = parsed.success ? toVerifyingKey(pick(parsed.data.key)) : null;
  if (!parsed.success || key === null) return 'the record introduces a key that is none';
  const { keyid, handovers } = parsed.data.key;
  if (keys.has(keyid)) return `key ${keyid.slice(0, 12)} signed before and was replaced: it cannot come back`;
  const reached = reach(new Map([...trusted, ...keys]), handovers);
  const isFirstOfAll = trusted.size === 0 && keyId === null;
  if (!reached.has(keyid) && !isFirstOfAll) return refusal(keyid, keyId);
  return { keyId: keyid, keys: new Map([...keys, [keyid, key]]) };
}

function reach(known: Map<string, KeyObject>, handovers: readonly Handover[]): ReadonlyMap<string, KeyObject> {
  for (const handover of handovers) {
    const older = known.get(handover.replaces);
    const key = toVerifyingKey(pick(handover));
    if (older !== undefined && key !== null && isEndorsed(handover, older)) known.set(handover.keyid, key);
  }
  return known;
}

function pick({ keyid, publicKey }: PublicKey): PublicKey {
  return { keyid, publicKey };
}

function refusal(keyid: string, keyId: string | null): string {
  const whose = keyId === null ? 'none of the keys that were given' : `not handed over to by key ${keyId.slice(0, 12)}`;
  return `key ${keyid.slice(0, 12)} is ${whose}: the log was signed by somebody else from here on`;
}
