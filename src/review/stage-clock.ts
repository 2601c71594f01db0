import type { ReviewPorts } from './ports.ts';

/** Whom a review tells that a stage has ended. */
export interface Timed {
  /** Logs one entry: the stage that ended now, what is worth telling of it, and how long it took. */
  readonly ended: ReviewPorts['progress']['stage'];
}

/** Times the stages of a review: each lasts from the end of the one before it. */
export function withStageClock<Ports extends Pick<ReviewPorts, 'clock' | 'progress'>>(ports: Ports): Ports & Timed {
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
