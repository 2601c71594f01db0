import type { LineageCache, ReviewRequest } from '#review';

/**
 * Whose files a process has read, and who may read what it has kept: the repository's, or one pull request's where that comes
 * from a fork, whose author may write nothing else of the repository.
 */
export type Trust = string & { readonly __brand: 'Trust' };

/** The trust of one review. */
export function trustOf(
  { installationId, repository, pullNumber }: Pick<ReviewRequest, 'installationId' | 'repository' | 'pullNumber'>,
  fromFork: boolean,
): Trust {
  return `${installationId}/${repository}${fromFork ? `#${pullNumber}` : ''}` as Trust;
}

/** A part of the cache that only reviews of the same trust see. */
export function trustedCache(cache: LineageCache, trust: Trust): LineageCache {
  const prefix = `${trust}:`;
  return {
    async get(keys) {
      const found = await cache.get(keys.map((key) => prefix + key));
      return new Map([...found].map(([key, content]) => [key.slice(prefix.length), content]));
    },
    put: (entries) => cache.put(new Map([...entries].map(([key, content]) => [prefix + key, content]))),
  };
}
