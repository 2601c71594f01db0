import type { Logger } from 'pino';
import { sha256 } from '#core/audit';
import { assertNever, DeploymentError, RepositoryError, type Sha, toSha, WeirkeeperError } from '#core/base';
import type { Store } from '#edges/database';
import type { GitHub } from '#edges/github';
import type { JobContext, OutcomePorts, OutsidePorts, ReviewJob, ReviewRequest } from '#review';
import {
  carryToMergeGroup,
  isWorthRetrying,
  recordClosed,
  recordPush,
  reportFailure,
  settleStream,
  summaryOf,
} from '#review';
import { withJobLog } from './job-log.ts';
import type { Metrics } from './metrics.ts';
import { type Reviewers, trustOf } from './reviewer/index.ts';
import { type RunJob, waitOf } from './worker.ts';

/** What doing a job takes. */
export interface JobParts {
  readonly github: Pick<GitHub, 'findOpenPullRequests'>;
  /** The ports of one review; what it is doing goes to the log given. */
  readonly portsFor: (log: Logger) => OutsidePorts;
  readonly reviewers: Pick<Reviewers, 'review'>;
  readonly outcomePorts: OutcomePorts;
  readonly metrics: Pick<Metrics, 'review'>;
  readonly reviews: Pick<Store['reviews'], 'start' | 'drop' | 'isFinished' | 'readUnfinished' | 'close'>;
}

/** These ask for the review of a head, not for a further one: a late or repeated delivery finds it there. */
const onceAHead: readonly string[] = ['pull_request.opened', 'pull_request.synchronize', 'reconcile'];

type Context = JobContext & { readonly log: Logger };
type Job<Kind extends ReviewJob['kind']> = Extract<ReviewJob, { readonly kind: Kind }>;

/** Does what a delivery asked for. */
export function createRunJob(parts: JobParts): RunJob {
  return async (job, context) => {
    switch (job.kind) {
      case 'review':
        return runReview(job, context, parts);
      case 'find-pull-requests':
        return findPullRequests(job, context, parts);
      case 'merge-group':
        return carryToMergeGroup(job, parts.portsFor(context.log));
      case 'closed':
        return runClosed(job, context, parts);
      case 'pushed':
        return recordPush(job, job, parts.outcomePorts);
      case 'settle':
        return settleStream(job, parts.outcomePorts);
      default:
        assertNever(job);
    }
  };
}

/** What cannot be mended by waiting is told on the pull request; so is the last attempt's failure. */
async function runReview(job: Job<'review'>, context: Context, parts: JobParts): Promise<void> {
  const request = await toRequest(job, parts.portsFor(context.log));
  // A job that names its head has it in its fields already: a name twice in one entry is one too many.
  const head = job.headSha === null ? { head_sha: request.headSha } : {};
  const log = context.log.child({ review_id: request.reviewId, ...head });
  await withJobLog(log, () => reviewHead(job, request, { context, parts, log }));
}

interface Doing {
  readonly context: Context;
  readonly parts: JobParts;
  /** With the fields of this review. */
  readonly log: Logger;
}

async function reviewHead(job: Job<'review'>, request: ReviewRequest, { context, parts, log }: Doing): Promise<void> {
  const ports = parts.portsFor(log);
  const { repository, pullNumber, headSha } = request;
  if (isOnceAHead(job) && (await parts.reviews.isFinished(repository, pullNumber, headSha))) {
    log.info('this head has been reviewed');
    const now = await ports.pullRequests.readHead(request);
    await followNewer(job, now, { headSha, context, log });
    return;
  }
  try {
    const now = await ports.pullRequests.readHead(request);
    if (!now.isOpen) {
      // A late delivery, or one in whose place the closing's stood: the closing has the last word.
      log.info('the pull request is closed');
      await context.enqueue([toClosed(job)]);
      return;
    }
    // A late delivery of an older push must not begin check runs on its commit.
    const isOld = now.sha !== headSha;
    const trust = trustOf(request, now.fromFork);
    await withdrawLeft(request, now.sha, { ports, parts });
    if (!isOld) await parts.reviews.start(request);
    const review = isOld ? null : await parts.reviewers.review(request, ports, { signal: context.signal, trust });
    if (review === null) {
      await parts.reviews.drop(request.reviewId);
      await followHead(job, context, log);
    } else {
      parts.metrics.review(review);
      log.info({ outcome: review.outcome, rung: review.rung }, 'review published');
    }
  } catch (error) {
    const isOver = context.isLastAttempt && waitOf(error) === null;
    if (context.signal.aborted || (isWorthRetrying(error) && !isOver)) throw error;
    logReported(log, error);
    parts.metrics.review(summaryOf(await reportFailure(request, error, ports)));
  }
}

/** A job for a head that has been reviewed may stand in the place of a newer head's, whose delivery came before it. */
async function followNewer(
  job: Job<'review'>,
  now: { readonly isOpen: boolean; readonly sha: Sha },
  { headSha, context, log }: { readonly headSha: Sha; readonly context: Context; readonly log: Logger },
): Promise<void> {
  if (now.isOpen && now.sha !== headSha) await followHead(job, context, log);
}

/**
 * A process killed in the middle of a review could not withdraw its check runs, and its job gave way to this one. What was
 * begun on the head that stands is gone on with.
 */
async function withdrawLeft(
  request: ReviewRequest,
  because: Sha | 'closed',
  { ports, parts }: { readonly ports: Pick<OutsidePorts, 'publisher'>; readonly parts: Pick<JobParts, 'reviews'> },
): Promise<void> {
  for (const left of await parts.reviews.readUnfinished(request.repository, request.pullNumber)) {
    if (left.headSha === because) continue;
    await ports.publisher.withdraw({ ...request, ...left }, because);
    await parts.reviews.drop(left.reviewId);
  }
}

/** Of a pull request that is closed nothing stays under way, and what became of it is recorded. */
async function runClosed(job: Job<'closed'>, { log }: Context, parts: JobParts): Promise<void> {
  log.info({ merged: job.merged }, 'pull request closed');
  const place = {
    ...job,
    depth: 'standard',
    trigger: 'pull_request.closed',
    reviewId: '',
    headSha: toSha(''),
  } as const;
  const ports = parts.portsFor(log);
  if (!(await ports.pullRequests.readHead(place)).isOpen) {
    await withdrawLeft(place, 'closed', { ports, parts });
    await parts.reviews.close(job.repository, job.pullNumber);
  }
  await recordClosed(job, job.pullNumber, parts.outcomePorts);
}

function toClosed({ repository, installationId, pullNumber, deliveryId }: Job<'review'>): ReviewJob {
  return { kind: 'closed', repository, installationId, pullNumber, merged: false, deliveryId };
}

/** Deliveries come in any order: if nobody else has asked for the newer head, it is asked for here. */
async function followHead(job: Job<'review'>, context: Context, log: Logger): Promise<void> {
  log.info('review superseded');
  if (!(await context.isStale())) await context.enqueue([{ ...job, headSha: null }]);
}

function isOnceAHead({ depth, trigger }: Job<'review'>): boolean {
  return depth === 'standard' && onceAHead.includes(trigger);
}

/**
 * The same job makes the same request at every attempt, so that what an earlier attempt left is found again. So do all jobs
 * that ask for a head's one review: after a crash another delivery may stand in the place of the one that began it.
 */
async function toRequest(job: Job<'review'>, ports: OutsidePorts): Promise<ReviewRequest> {
  const { repository, installationId, pullNumber, depth, trigger, deliveryId } = job;
  const place = { repository, installationId, pullNumber, depth, trigger, deliveryId };
  const headSha = job.headSha ?? (await ports.pullRequests.readHeadSha({ ...place, reviewId: '', headSha: toSha('') }));
  const identity = `${repository}#${pullNumber}@${headSha}/${isOnceAHead(job) ? 'once' : deliveryId}`;
  return { ...place, headSha, reviewId: sha256(identity).slice(0, 20) };
}

/** A commit's checks were asked for again, or its artifacts have arrived: every open pull request with this head. */
async function findPullRequests(job: Job<'find-pull-requests'>, context: Context, { github }: JobParts): Promise<void> {
  const { repository, installationId, headSha, trigger, deliveryId } = job;
  const numbers = await github.findOpenPullRequests(installationId, repository, headSha);
  const common = {
    kind: 'review',
    repository,
    installationId,
    headSha,
    depth: 'standard',
    trigger,
    deliveryId,
  } as const;
  await context.enqueue(numbers.map((pullNumber) => ({ ...common, pullNumber })));
}

function logReported(log: Logger, error: unknown): void {
  if (error instanceof RepositoryError)
    log.info({ code: error.code }, 'review could not be made: the repository must act');
  else if (isWorthRetrying(error)) log.warn({ err: error }, 'review could not be made: an upstream stays down');
  else if (error instanceof DeploymentError)
    log.error({ err: error }, 'review could not be made: the deployment must act');
  else if (error instanceof WeirkeeperError) log.error({ err: error }, 'review could not be made: internal error');
  else log.error({ err: error }, 'review could not be made: unexpected error');
}
