import { RepositoryError, UpstreamError } from '#core/base';
import type { OutsidePorts, ReviewRequest, ReviewSummary } from '#review';
import { createReviewer, type Death, type Reviewer, type ReviewerOptions } from './reviewer.ts';
import { type Trust, trustedCache } from './trust.ts';

export interface ReviewersOptions extends ReviewerOptions {
  /** How long one review may take, waiting included; 20 minutes unless told. */
  readonly deadlineMs?: number;
}

export interface HowToReview {
  /** Aborted when the review must end. */
  readonly signal: AbortSignal;
  /** With which other reviews it may share a process and what is kept. */
  readonly trust: Trust;
}

export interface Reviewers {
  /** Runs the review's line. Null when a newer push came. Throws what the line throws. */
  review(request: ReviewRequest, ports: OutsidePorts, how: HowToReview): Promise<ReviewSummary | null>;
  close(): Promise<void>;
}

export type StartReviewers = (options: ReviewersOptions) => Reviewers;

const standardDeadlineMs = 20 * 60_000;
/** Processes that are kept warm: a start takes time, and what a process knows of SQL goes with it. */
const keptIdle = 2;
/** What has taken more memory than this is not kept: it does not give it back. */
const keptMb = 1_024;

/**
 * Processes that review, one for each review that runs at the same time. One is used again only for what has the same trust.
 * RepositoryError when a review took too much memory or time.
 */
export const childProcesses: StartReviewers = (options) => {
  const { deadlineMs = standardDeadlineMs } = options;
  const pool = createPool(() => createReviewer(options));
  return {
    async review(request, ports, { signal, trust }) {
      const reviewer = pool.take(trust);
      let late = false;
      const stop = () => {
        // A review that a newer push has overtaken ends by itself, and withdraws its check runs.
        if (signal.reason !== 'stale') reviewer.kill();
      };
      const timer = setTimeout(() => {
        late = true;
        reviewer.kill();
      }, deadlineMs);
      signal.addEventListener('abort', stop);
      if (signal.aborted) stop();
      try {
        const lineageCache = trustedCache(ports.lineageCache, trust);
        const ended = await reviewer.review(request, { ...ports, lineageCache });
        if (ended.kind === 'died') throw toError(ended, { late, stopped: signal.aborted, ...options, deadlineMs });
        if (ended.kind === 'reviewed' && ended.peakMb <= keptMb) pool.keep(reviewer, trust);
        else reviewer.kill();
        if (ended.kind === 'failed') throw ended.error;
        return ended.summary;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
      }
    },
    close: () => pool.close(),
  };
};

/** Processes, those that are at work and those that wait for more of the same trust. */
function createPool(start: () => Reviewer) {
  const all = new Set<Reviewer>();
  let idle: readonly { readonly reviewer: Reviewer; readonly trust: Trust }[] = [];
  return {
    take(trust: Trust): Reviewer {
      const kept = idle.findLast((one) => one.trust === trust)?.reviewer;
      if (kept !== undefined) {
        idle = idle.filter(({ reviewer }) => reviewer !== kept);
        return kept;
      }
      const reviewer = start();
      all.add(reviewer);
      void reviewer.died.then(() => {
        all.delete(reviewer);
        idle = idle.filter((one) => one.reviewer !== reviewer);
      });
      return reviewer;
    },
    keep(reviewer: Reviewer, trust: Trust): void {
      const kept = [...idle, { reviewer, trust }];
      for (const old of kept.slice(0, -keptIdle)) old.reviewer.kill();
      idle = kept.slice(-keptIdle);
    },
    async close(): Promise<void> {
      for (const reviewer of all) reviewer.kill();
      await Promise.all([...all].map(({ died }) => died));
    },
  };
}

interface Circumstances {
  readonly late: boolean;
  readonly stopped: boolean;
  readonly memoryMb: number;
  readonly deadlineMs: number;
}

const fewer = 'upload artifacts of fewer models, or let whoever runs Weirkeeper';

/** Why a process that was reviewing is gone. V8 aborts when its memory is full, and so many kill for lack of memory. */
function toError({ code, signal, said }: Death, { late, stopped, memoryMb, deadlineMs }: Circumstances): Error {
  if (late) {
    const minutes = Math.ceil(deadlineMs / 60_000);
    return new RepositoryError('review-too-slow', `the review took more than ${minutes} minutes; ${fewer} report it`);
  }
  if (stopped) return new UpstreamError('stopped', 'the review was stopped');
  if (signal === 'SIGABRT' || signal === 'SIGKILL' || code === 134) {
    const text = `the review needed more memory than the ${memoryMb} MB that it may take`;
    return new RepositoryError('review-out-of-memory', `${text}; ${fewer} raise WEIRKEEPER_REVIEW_MEMORY_MB`);
  }
  // V8 crashed, or the program: another process may fare better, and the attempts are limited.
  const text = `the process that reviews has ended (${code ?? signal ?? 'not started'}); the review is tried again`;
  return new UpstreamError('review-process-died', text, { code, signal, said });
}
