import type { Traced } from '#core/lineage';
import type { SqlAnswer } from '#core/sql';
import type { SqlReader } from './ports.ts';

/** Bytes, as they are stored, of what is kept in this process: some 8,000 models of 20 columns. */
const mostBytes = 64_000_000;
/** Refused statements whose answers are kept. */
const mostRefused = 1_000;

/** What came of SQL that was read lately, by SQL key; the longest unused is dropped first. */
export interface Recent {
  readonly get: (key: string) => readonly Traced[] | undefined;
  readonly set: (key: string, traced: readonly Traced[], bytes: number) => void;
  /** Why no engine took it: asking again would take as long and come to the same. */
  readonly refusal: (key: string) => SqlAnswer | undefined;
  readonly refuse: (key: string, answer: SqlAnswer) => void;
}

const recents = new WeakMap<SqlReader, Recent>();

/** What came of the SQL that this reader has read. */
export function recentOf(reader: SqlReader): Recent {
  const recent = recents.get(reader) ?? newRecent();
  recents.set(reader, recent);
  return recent;
}

function newRecent(): Recent {
  const kept = new Map<string, { readonly traced: readonly Traced[]; readonly bytes: number }>();
  const refused = new Map<string, SqlAnswer>();
  let total = 0;
  const drop = (key: string): void => {
    total -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  };
  return {
    get(key) {
      const found = kept.get(key);
      if (found === undefined) return undefined;
      kept.delete(key);
      kept.set(key, found);
      return found.traced;
    },
    set(key, traced, bytes) {
      drop(key);
      kept.set(key, { traced, bytes });
      total += bytes;
      for (const oldest of kept.keys()) {
        if (total <= mostBytes) break;
        drop(oldest);
      }
    },
    refusal: (key) => refused.get(key),
    refuse(key, answer) {
      refused.set(key, answer);
      for (const oldest of refused.keys()) {
        if (refused.size <= mostRefused) break;
        refused.delete(oldest);
      }
    },
  };
}
