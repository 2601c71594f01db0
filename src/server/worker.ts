import type { Logger } from 'pino';
import { DeploymentError, InvariantError, RepositoryError, UpstreamError, WeirkeeperError } from '#core/base';
import type { DoJob, JobEnd } from '#edges/database';
import type { JobContext, ReviewJob } from '#review';
import { withJobLog } from './job-log.ts';
import type { Metrics } from './metrics.ts';
import { jobFields } from './probot-app.ts';

/** Does one job to its end. It throws one of the four errors; only UpstreamError has it tried again. */
export type RunJob = (job: ReviewJob, context: JobContext & { readonly log: Logger }) => Promise<void>;

/** Makes of `run` what the store asks of a worker: its errors become ends, and every end a log entry. */
export function createWorker(run: RunJob, log: Logger, metrics: Pick<Metrics, 'jobEnded'>): DoJob {
  return async (job, context) => {
    const jobLog = log.child(jobFields(job));
    const begun = performance.now();
    const measured = () => ({ attempt: context.attempt, duration_ms: Math.round(performance.now() - begun) });
    try {
      await withJobLog(jobLog, () => run(job, { ...context, log: jobLog }));
      metrics.jobEnded(job.kind, 'done');
      jobLog.info(measured(), 'job done');
      return { kind: 'done' };
    } catch (error) {
      if (context.signal.aborted) {
        metrics.jobEnded(job.kind, 'stopped');
        jobLog.info({ ...measured(), reason: String(context.signal.reason) }, 'job stopped');
        return { kind: 'retry', code: 'stopped' };
      }
      const end = toEnd(error);
      metrics.jobEnded(job.kind, end.kind);
      logFailure(jobLog, error, { ...measured(), last_attempt: context.isLastAttempt });
      return end;
    }
  };
}

function toEnd(error: unknown): JobEnd {
  if (error instanceof UpstreamError) {
    const afterSeconds = waitOf(error);
    return { kind: 'retry', code: error.code, ...(afterSeconds === null ? {} : { afterSeconds }) };
  }
  return { kind: 'failed', code: error instanceof WeirkeeperError ? error.code : 'unexpected-error' };
}

/** Seconds that GitHub told us to wait, where it did. */
export function waitOf(error: unknown): number | null {
  const wait = error instanceof UpstreamError ? error.details['retry_after_s'] : null;
  return typeof wait === 'number' ? wait : null;
}

/** Levels by who must act: nobody yet, the repository's people, or whoever runs the app. */
function logFailure(log: Logger, err: unknown, fields: Readonly<Record<string, unknown>>): void {
  if (err instanceof UpstreamError) log.warn({ err, ...fields }, 'job failed: an upstream is down');
  else if (err instanceof RepositoryError) log.info({ err, ...fields }, 'job failed: the repository must act');
  else if (err instanceof DeploymentError) log.error({ err, ...fields }, 'job failed: the deployment must act');
  else if (err instanceof InvariantError) log.error({ err, ...fields }, 'job failed: internal error');
  else log.error({ err, ...fields }, 'job failed: unexpected error');
}
