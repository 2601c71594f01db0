import type { Json } from './json.ts';

/** What to do to the next requests that match. */
export interface Fault {
  readonly method?: string;
  readonly path?: RegExp;
  /** How many requests it meets; 1 when not said. */
  readonly times?: number;
  /** Matching requests to let through first. */
  readonly after?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
  /** Closes the socket without an answer. */
  readonly dropConnection?: boolean;
  /** Waits before anything else; alone, the ordinary answer follows. */
  readonly delayMs?: number;
  /** Waits when the work is done, or left undone, and before the answer. */
  readonly stallMs?: number;
  /** The request does its work first, and only the answer is lost. */
  readonly takesEffect?: boolean;
}

export interface Faults {
  readonly next: (fault: Fault) => void;
  /** Secondary rate limit: 403 (or 429) with `retry-after`. */
  readonly secondaryLimit: (options?: Fault & { readonly retryAfterSeconds?: number }) => void;
  readonly clear: () => void;
  /** Faults that have not met all their requests. */
  readonly pending: () => number;
  /** The fault for a request, used up by asking. */
  readonly take: (method: string, path: string) => Fault | null;
}

interface Armed {
  readonly fault: Fault;
  left: number;
  skip: number;
}

export function createFaults(): Faults {
  const armed: Armed[] = [];
  const next = (fault: Fault): void => {
    armed.push({ fault, left: fault.times ?? 1, skip: fault.after ?? 0 });
  };
  return {
    next,
    secondaryLimit: ({ retryAfterSeconds = 60, ...fault } = {}) => {
      next({
        status: 403,
        headers: { 'retry-after': String(retryAfterSeconds) },
        body: {
          message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
          documentation_url:
            'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits',
        },
        ...fault,
      });
    },
    clear: () => {
      armed.length = 0;
    },
    pending: () => armed.length,
    take: (method, path) => take(armed, method, path),
  };
}

function take(armed: Armed[], method: string, path: string): Fault | null {
  for (const entry of armed) {
    const { fault } = entry;
    if ((fault.method !== undefined && fault.method !== method) || fault.path?.test(path) === false) {
      continue;
    }
    if (entry.skip > 0) {
      entry.skip -= 1;
      continue;
    }
    entry.left -= 1;
    if (entry.left <= 0) {
      armed.splice(armed.indexOf(entry), 1);
    }
    return fault;
  }
  return null;
}
