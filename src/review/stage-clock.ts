import type { ReviewPorts } from './ports.ts';

/** The ports of one review, and whom it tells that a stage has ended. */
export interface TimedPorts extends ReviewPorts {
  /** Logs one entry: the stage that ended now, what is worth telling of it, and how long it took. */
  readonly ended: ReviewPorts['progress']['stage'];
}

/** Times the stages of a review: each lasts from the end of the one before it. */
export function withStageClock(ports: ReviewPorts): TimedPorts {
  const { clock, progress } = ports;
  let since = clock.now().getTime();
  return {
    ...ports,
    ended(name, details = {}) {
      const now = clock.now().getTime();
      // A wall clock may be set back.
      progress.stage(name, { ...details, duration_ms: Math.max(0, now - since) });
      since = now;
    },
  };
}
