/** How far apart writes are kept. GitHub asks for at least one second (docs: best practices for using the REST API). */
export interface WriteSpacing {
  readonly writeMs: number;
  /** For writes that send mail: comments and reviews. */
  readonly notifyMs: number;
}

const advised: WriteSpacing = { writeMs: 1_000, notifyMs: 3_000 };

/**
 * Gives out turns to requests of one installation: says how many milliseconds the given request has to wait, and counts
 * it as sent then. Reads never wait, nor do requests for a token, and with `false` nothing does.
 */
export function createSpacing(
  spacing: WriteSpacing | false = advised,
): (method: string, url: string, now: number) => number {
  if (spacing === false) return () => 0;
  let nextWrite = 0;
  let nextNotification = 0;
  return (method, url, now) => {
    if (method === 'GET' || method === 'HEAD' || url.endsWith('/access_tokens')) return 0;
    const notifies = method === 'POST' && /\/(comments|reviews)$/.test(url);
    const turn = Math.max(now, nextWrite, notifies ? nextNotification : 0);
    nextWrite = turn + spacing.writeMs;
    if (notifies) nextNotification = turn + spacing.notifyMs;
    return turn - now;
  };
}
