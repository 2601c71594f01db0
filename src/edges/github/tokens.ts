/** GitHub's installation tokens live an hour; ours are dropped earlier, so that none ends within a request. */
const lifetimeMs = 55 * 60_000;

/** Where Octokit keeps installation tokens. */
export interface TokenStore {
  get(key: string): string;
  set(key: string, value: string): void;
  /** Drops them all, so that the next request fetches a new one. */
  forget(): void;
}

/** Keeps tokens in memory, each for less than its lifetime. */
export function createTokenStore(now: () => number): TokenStore {
  const tokens = new Map<string, { readonly value: string; readonly since: number }>();
  return {
    get(key) {
      const found = tokens.get(key);
      // Octokit takes an empty text for "not there".
      return found === undefined || now() - found.since > lifetimeMs ? '' : found.value;
    },
    set(key, value) {
      tokens.set(key, { value, since: now() });
    },
    forget() {
      tokens.clear();
    },
  };
}
