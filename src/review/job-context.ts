import type { ReviewJob } from './job.ts';

/** What whoever does a job may know and ask of the queue that gave it. */
export interface JobContext {
  /** This attempt's number, from 1. */
  readonly attempt: number;
  /** Whether nothing is tried again after this attempt: say so now, or never. */
  readonly isLastAttempt: boolean;
  /** Aborted when a newer push makes the job stale (as far as this process hears of it), and when the process must end. */
  readonly signal: AbortSignal;
  /** Asks the store whether a newer job makes this one stale, also when another process accepted it. */
  isStale(): Promise<boolean>;
  /** Asks for further work, as a delivery would. */
  enqueue(jobs: readonly ReviewJob[]): Promise<void>;
}
