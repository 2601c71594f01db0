import { createHash } from 'node:crypto';
import { assertNever, WeirkeeperError } from '#core/base';
import type { DoJob, JobEnd } from '#edges/database';
import type { GitHub } from '#edges/github';
import type { JobContext, ReviewJob, ReviewPorts, ReviewRequest } from '#review';
import { carryToMergeGroup, isWorthRetrying, reportFailure, reviewPullRequest } from '#review';
import type { JobLog } from './job-log.ts';

type Review = Extract<ReviewJob, { readonly kind: 'review' }>;

/** What the worker needs to do a job. */
export interface JobParts {
  readonly github: Pick<GitHub, 'findOpenPullRequests'>;
  /** The ports of one review; its stages go to the log given. */
  readonly portsFor: (log: JobLog) => ReviewPorts;
  readonly log: JobLog;
}

/** Does what a delivery asked for. What fails for want of GitHub, a warehouse or time is tried again; the rest is told on the pull request. */
export function createDoJob(parts: JobParts): DoJob {
  return async (job, context) => {
    switch (job.kind) {
      case 'review':
        return doReview(job, context, parts);
      case 'find-pull-requests':
        return doSafely(parts.log.with(job), () => findPullRequests(job, context, parts));
      case 'merge-group':
        return doSafely(parts.log.with(job), (log) => carryToMergeGroup(job, parts.portsFor(log)));
      case 'closed':
        parts.log.with(job).info('pull request closed');
        return { kind: 'done' };
      default:
        return assertNever(job);
    }
  };
}

async function doReview(job: Review, context: JobContext, parts: JobParts): Promise<JobEnd> {
  let log = parts.log.with(job);
  return doSafely(log, async () => {
    const request = await toRequest(job, parts.portsFor(log));
    log = parts.log.with(request);
    const ports = parts.portsFor(log);
    try {
      const review = await reviewPullRequest(request, ports);
      log.info(review === null ? 'review superseded' : 'review published', { outcome: review?.verdict.outcome ?? null });
    } catch (error) {
      if (isWorthRetrying(error) && !context.isLastAttempt) throw error;
      log.failure(error);
      await reportFailure(request, error, ports);
    }
  });
}

/** The same job makes the same request at every attempt, so that what an earlier one left is found again. */
async function toRequest(job: Review, ports: ReviewPorts): Promise<ReviewRequest> {
  const { repository, installationId, pullNumber, depth, trigger, deliveryId } = job;
  const place = { repository, installationId, pullNumber, depth, trigger, deliveryId };
  const headSha = job.headSha ?? (await ports.pullRequests.readHeadSha({ ...place, reviewId: '', headSha: '' as ReviewRequest['headSha'] }));
  const reviewId = createHash('sha256').update(`${repository}#${pullNumber}@${headSha}/${deliveryId}`).digest('hex').slice(0, 20);
  return { ...place, reviewId, headSha };
}

async function findPullRequests(
  job: Extract<ReviewJob, { readonly kind: 'find-pull-requests' }>,
  context: JobContext,
  { github }: JobParts,
): Promise<void> {
  const { repository, installationId, headSha, trigger, deliveryId } = job;
  const numbers = await github.findOpenPullRequests(installationId, repository, headSha);
  await context.enqueue(
    numbers.map((pullNumber) => ({ kind: 'review', repository, installationId, pullNumber, headSha, depth: 'standard', trigger, deliveryId })),
  );
}

async function doSafely(log: JobLog, work: (log: JobLog) => Promise<void>): Promise<JobEnd> {
  try {
    await work(log);
    return { kind: 'done' };
  } catch (error) {
    log.failure(error);
    const code = error instanceof WeirkeeperError ? error.code : 'internal-error';
    return { kind: isWorthRetrying(error) ? 'retry' : 'failed', code };
  }
}
