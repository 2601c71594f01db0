import { ApiError } from './errors.ts';
import { limits } from './limits.ts';

/** The installation's hourly budget of requests. */
export interface RateLimit {
  /** Leaves `remaining` requests, until the reset in `resetInSeconds`. */
  readonly set: (remaining: number, resetInSeconds?: number) => void;
  readonly exhaust: (resetInSeconds?: number) => void;
  readonly headers: () => Readonly<Record<string, string>>;
  /** Counts one request; throws the 403 of an exhausted budget. */
  readonly spend: (installationId: number) => void;
  /** Gives one back: an answer of 304 is free. */
  readonly refund: () => void;
}

const windowSeconds = 3_600;

export function createRateLimit(now: () => number): RateLimit {
  const limit = limits.requestsPerHour.value;
  let used = 0;
  let resetAt = now() / 1000 + windowSeconds;
  const roll = (): void => {
    if (now() / 1000 >= resetAt) {
      used = 0;
      resetAt = now() / 1000 + windowSeconds;
    }
  };
  const set = (remaining: number, resetInSeconds = windowSeconds): void => {
    used = limit - remaining;
    resetAt = now() / 1000 + resetInSeconds;
  };
  return {
    set,
    exhaust: (resetInSeconds) => {
      set(0, resetInSeconds);
    },
    headers: () => ({
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(Math.max(0, limit - used)),
      'x-ratelimit-used': String(used),
      'x-ratelimit-reset': String(Math.ceil(resetAt)),
      'x-ratelimit-resource': 'core',
    }),
    spend: (installationId) => {
      roll();
      if (used >= limit) {
        throw new ApiError(403, `API rate limit exceeded for installation ID ${String(installationId)}.`, {
          documentation_url: 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api',
        });
      }
      used += 1;
    },
    refund: () => {
      used -= 1;
    },
  };
}
