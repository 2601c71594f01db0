import { quote } from './json-bytes.ts';

/** Finds what looks like the divides between the entries of one section. */
export interface Divides {
  /** Offset after the entry that seems to end first at or after `from`; -1 when there is none near. */
  next(from: number): number;
  /**
   * Finds the divides before `end` alone, those in front of keys of the same types as the ids: offset after the entry that seems
   * to end first at or after an offset that never falls; -1 when there is none. Quicker than `next`, for each of many.
   */
  between(ids: readonly string[], end: number): (from: number) => number;
  /** Tells where an entry really ended: what stands from its last byte to the next key is the divide from then on. */
  learn(to: number): void;
  /** Bytes of a divide, from the last one of an entry to the quote of the next key; 0 before one is known. */
  length(): number;
}

/** How far a divide is looked for, in bytes. */
const farthest = 4 * 1024 * 1024;
const longestDivide = 64;

/**
 * Between two entries stand the same bytes, `}, "` as dbt writes them; of the places that look so, only those with a key
 * like a `unique_id` behind them count. A text or a nested object may look so too: whoever asks must check.
 */
export function createDivides(bytes: Buffer): Divides {
  let divide: Buffer | null = null;
  return {
    next(from) {
      if (divide === null) return -1;
      for (
        let end = bytes.indexOf(divide, from);
        end !== -1 && end - from < farthest;
        end = bytes.indexOf(divide, end + 1)
      )
        if (isId(bytes, end + divide.length)) return end + 1;
      return -1;
    },
    between(ids, end) {
      const types = new Set(ids.map((id) => id.slice(0, id.indexOf('.') + 1)));
      const part = bytes.subarray(0, end);
      const found = [...types].map((type) => ({
        divide: Buffer.concat([divide ?? noBytes, Buffer.from(type)]),
        at: -1,
      }));
      return (from) => {
        let nearest = end;
        for (const one of found) {
          if (one.at < from) one.at = indexOf(part, one.divide, from);
          if (one.at < nearest) nearest = one.at;
        }
        return nearest === end ? -1 : nearest + 1;
      };
    },
    learn(to) {
      const key = bytes.indexOf(quote, to);
      if (key !== -1 && key - to < longestDivide) divide = bytes.subarray(to - 1, key + 1);
    },
    length: () => divide?.length ?? 0,
  };
}

const noBytes = Buffer.of();

/** Where the bytes stand first from `from` on; after the last of `bytes` when nowhere. */
function indexOf(bytes: Buffer, looked: Buffer, from: number): number {
  const at = bytes.indexOf(looked, from);
  return at === -1 ? bytes.length : at;
}

const dot = 46;
const underscore = 95;
const longestType = 16;

/** Whether the key here begins as ids do: `model.`, `semantic_model.`. */
function isId(bytes: Buffer, at: number): boolean {
  for (let next = at; next - at < longestType; next++) {
    const code = bytes[next] ?? 0;
    if (code === dot) return next > at;
    if (code !== underscore && (code < 97 || code > 122)) return false;
  }
  return false;
}
