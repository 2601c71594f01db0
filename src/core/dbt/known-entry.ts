import type { JsonValue } from '#core/base';
import { isJsonObject } from '#core/base';
import { openObject } from './json-bytes.ts';

/** One entry of a section: its value, and where it stands among the bytes. */
export interface PlacedEntry {
  readonly from: number;
  readonly to: number;
  readonly value: JsonValue;
}

/**
 * The entry at `at` when it has the bytes of one that was read already: its value is that one's. `created_at`, the time at
 * which dbt parsed the file, may differ: nobody reads it. Null when anything else differs.
 */
export function knownEntry(
  bytes: Buffer,
  at: number,
  knownBytes: Buffer,
  known: PlacedEntry | undefined,
): PlacedEntry | null {
  if (known === undefined || knownBytes[known.from] !== openObject) return null;
  const to = at + known.to - known.from;
  if (isSame({ bytes, at }, knownBytes, known.from, known.to)) return { from: at, to, value: known.value };
  const written = writtenTime(knownBytes, known);
  if (written === null) return null;
  const time = at + written.from - known.from;
  const rest = endOfNumber(bytes, time);
  if (!isSame({ bytes, at }, knownBytes, known.from, written.from)) return null;
  if (!number.test(bytes.toString('latin1', time, rest))) return null;
  if (!isSame({ bytes, at: rest }, knownBytes, written.to, known.to)) return null;
  return { from: at, to: rest + known.to - written.to, value: known.value };
}

function isSame(
  { bytes, at }: { readonly bytes: Buffer; readonly at: number },
  known: Buffer,
  from: number,
  to: number,
): boolean {
  const end = at + to - from;
  return end <= bytes.length && bytes.compare(known, from, to, at, end) === 0;
}

const number = /^(?:0|[1-9]\d*)(?:\.\d+)?$/;
const timeKey = Buffer.from('"created_at": ');

/** Where the number behind `created_at` stands, if the entry has that key once: then it is the entry's own, as its value shows. */
function writtenTime(bytes: Buffer, { from, to, value }: PlacedEntry): { from: number; to: number } | null {
  const own = isJsonObject(value) ? value['created_at'] : undefined;
  if (typeof own !== 'number') return null;
  const entry = bytes.subarray(from, to);
  const key = entry.indexOf(timeKey);
  if (key === -1) return null;
  const number = from + key + timeKey.length;
  const end = endOfNumber(bytes, number);
  if (own !== Number(bytes.toString('latin1', number, end)) || entry.includes(timeKey, key + 1)) return null;
  return { from: number, to: end };
}

function endOfNumber(bytes: Buffer, at: number): number {
  let end = at;
  for (let code = bytes[end] ?? 0; (code >= 48 && code <= 57) || code === 46; code = bytes[end] ?? 0) end++;
  return end;
}
