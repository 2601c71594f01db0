/** How far apart writes are kept. GitHub asks for at least one second (docs: best practices for using the REST API). */
export interface WriteSpacing {
  readonly writeMs: number;
  /** For writes that send mail: comments and reviews. */
  readonly notifyMs: number;
}

const advised: WriteSpacing = { writeMs: 1_000, notifyMs: 3_000 };

/**
 * Gives a write of an installation its turn: how many milliseconds it has to wait. Of processes on one database all ask the
 * same, so that together they keep apart what each of them would.
 */
export type TakeTurn = (installationId: number, notifies: boolean, spacing: WriteSpacing) => Promise<number>;

/** Says how many milliseconds the given request has to wait, and counts it as sent then. */
export type Turn = (method: string, url: string, now: number) => Promise<number>;

/**
 * Turns of one installation. Reads never wait, nor do requests for a token, and with `false` nothing does. Where `takeTurn` is
 * not given, or fails, writes are kept apart within this process.
 */
export function createSpacing(
  spacing: WriteSpacing | false = advised,
  takeTurn?: (notifies: boolean, spacing: WriteSpacing) => Promise<number>,
): Turn {
  if (spacing === false) return () => Promise.resolve(0);
  const takeOwn = createOwnTurns(spacing);
  return async (method, url, now) => {
    if (method === 'GET' || method === 'HEAD' || url.endsWith('/access_tokens')) return 0;
    const notifies = method === 'POST' && /\/(comments|reviews)$/.test(url);
    const own = takeOwn(notifies, now);
    return takeTurn === undefined ? own : takeTurn(notifies, spacing).catch(() => own);
  };
}

function createOwnTurns({ writeMs, notifyMs }: WriteSpacing): (notifies: boolean, now: number) => number {
  let nextWrite = 0;
  let nextNotification = 0;
  return (notifies, now) => {
    const turn = Math.max(now, nextWrite, notifies ? nextNotification : 0);
    nextWrite = turn + writeMs;
    if (notifies) nextNotification = turn + notifyMs;
    return turn - now;
  };
}
