import { isJson, type Json } from '../../test/support/github-double/json.ts';
import type { CheckRun } from '../../test/support/github-double/state.ts';

/**
 * When each head was first told of, when it had its first check run, and when its review was finished. Heads that the App
 * found by itself before their delivery was sent, after a late one of an older head, have no such time.
 */
export function watchHeads(readCheckRuns: () => readonly CheckRun[]) {
  const toldAt = new Map<string, number>();
  const firstAt = new Map<string, number>();
  const finishedAt = new Map<string, number>();
  const earlier = new Set<string>();
  const look = () => {
    for (const { headSha, name, status, conclusion } of readCheckRuns()) {
      if (earlier.has(headSha)) continue;
      if (!firstAt.has(headSha)) firstAt.set(headSha, performance.now());
      const isEnd = name === 'weirkeeper' && status === 'completed' && conclusion !== 'cancelled';
      if (isEnd && !finishedAt.has(headSha)) finishedAt.set(headSha, performance.now());
    }
  };
  setInterval(look, 20).unref();
  const since = (times: ReadonlyMap<string, number>) =>
    [...times]
      .map(([sha, at]) => at - (toldAt.get(sha) ?? Number.POSITIVE_INFINITY))
      .filter((ms) => ms >= 0)
      .toSorted((a, b) => a - b);
  return {
    /** A delivery is sent now. */
    told({ event, payload }: { readonly event: string; readonly payload: Json }) {
      const pull = event === 'pull_request' ? payload['pull_request'] : null;
      const head = isJson(pull) ? pull['head'] : null;
      const sha = isJson(head) ? String(head['sha']) : null;
      if (sha !== null && !toldAt.has(sha)) toldAt.set(sha, performance.now());
    },
    /** What was seen so far does not count. */
    forget() {
      for (const times of [toldAt, firstAt, finishedAt]) times.clear();
      for (const { headSha } of readCheckRuns()) earlier.add(headSha);
    },
    seen() {
      look();
      const reviewed = finishedAt.size;
      return { heads: toldAt.size, reviewed, firstRunMs: since(firstAt), finishedMs: since(finishedAt) };
    },
  };
}
