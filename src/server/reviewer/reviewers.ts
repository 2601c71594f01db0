import { RepositoryError, UpstreamError } from '#core/base';
import type { OutsidePorts, ReviewRequest, ReviewSummary } from '#review';
import { createReviewer, type Death, type Reviewer, type ReviewerOptions } from './reviewer.ts';

export interface ReviewersOptions extends ReviewerOptions {
  /** How long one review may take, waiting included; 20 minutes unless told. */
  readonly deadlineMs?: number;
}

export interface Reviewers {
  /**
   * Runs the review's line in a process of its own and answers for its ports. Null when a newer push came. Throws what the
   * line throws; RepositoryError when it took too much memory or time.
   */
  review(request: ReviewRequest, ports: OutsidePorts, signal: AbortSignal): Promise<ReviewSummary | null>;
  close(): Promise<void>;
}

const standardDeadlineMs = 20 * 60_000;
/** Processes that are kept warm: a start takes time, and what a process knows of SQL goes with it. */
const keptIdle = 2;

/** Processes that review, one for each review that runs at the same time, used again. */
export function createReviewers(options: ReviewersOptions): Reviewers {
  const { deadlineMs = standardDeadlineMs } = options;
  const all = new Set<Reviewer>();
  const idle: Reviewer[] = [];

  function take(): Reviewer {
    const kept = idle.pop();
    if (kept !== undefined) return kept;
    const reviewer = createReviewer(options);
    all.add(reviewer);
    void reviewer.died.then(() => {
      all.delete(reviewer);
      if (idle.includes(reviewer)) idle.splice(idle.indexOf(reviewer), 1);
    });
    return reviewer;
  }

  return {
    async review(request, ports, signal) {
      const reviewer = take();
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
        const ended = await reviewer.review(request, ports);
        if (ended.kind === 'died') throw toError(ended, { late, stopped: signal.aborted, ...options, deadlineMs });
        if (idle.length < keptIdle) idle.push(reviewer);
        else reviewer.kill();
        if (ended.kind === 'failed') throw ended.error;
        return ended.summary;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
      }
    },
    async close() {
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
function toError({ code, signal }: Death, { late, stopped, memoryMb, deadlineMs }: Circumstances): Error {
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
  return new UpstreamError('review-process-died', text, { code, signal });
}
