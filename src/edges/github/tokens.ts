/** GitHub's installation tokens live an hour; ours are dropped earlier, so that none ends within a request. */
const lifetimeMs = 55 * 60_000;
/** A new token may be unknown to some of GitHub's servers for so long (Octokit's own figure). */
const spreadingMs = 5_000;

/** One token, fetched when it is needed and kept for less than its lifetime. */
export interface TokenSource {
  /** Throws what fetching it throws; a failure is not kept. */
  read(): Promise<string>;
  /** Drops it, so that the next request fetches a new one. */
  forget(): void;
  /** Whether it was fetched so lately that a server may not know it yet. */
  isYoung(): boolean;
}

/** Keeps the token that `fetchToken` gives; several requests at once fetch it once. */
export function createTokenSource(fetchToken: () => Promise<string>, now: () => number): TokenSource {
  let kept: { readonly token: Promise<string>; since: number } | null = null;
  const fetchNew = () => {
    const fresh = { token: fetchToken(), since: now() };
    kept = fresh;
    fresh.token.then(
      () => {
        fresh.since = now();
      },
      () => {
        if (kept === fresh) kept = null;
      },
    );
    return fresh;
  };
  return {
    read: () => (kept !== null && now() - kept.since <= lifetimeMs ? kept : fetchNew()).token,
    forget() {
      kept = null;
    },
    isYoung: () => kept !== null && now() - kept.since < spreadingMs,
  };
}
