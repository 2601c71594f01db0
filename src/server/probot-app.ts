import type { ApplicationFunction, Logger } from 'probot';
import type { Store } from '#edges/database';
import type { ReviewJob } from '#review';
import type { Metrics } from './metrics.ts';

/** Which work an event asks for; `payload` is the decoded body. None for what we do not act on. */
export type ToReviewJobs = (name: string, deliveryId: string, payload: unknown) => readonly ReviewJob[];

/** Every event that is stored. Others are answered and forgotten. `app.yml` subscribes to the same. */
const events = [
  'pull_request.opened',
  'pull_request.synchronize',
  'pull_request.reopened',
  'pull_request.ready_for_review',
  'pull_request.labeled',
  'pull_request.unlabeled',
  'pull_request.edited',
  'pull_request.closed',
  'check_run.rerequested',
  'check_run.requested_action',
  'check_suite.rerequested',
  'issue_comment.created',
  'workflow_run.completed',
  'merge_group.checks_requested',
  'push',
  'installation',
] as const;

export interface AppParts {
  readonly store: Pick<Store, 'acceptDelivery'>;
  readonly toReviewJobs: ToReviewJobs;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'delivery'>;
}

/**
 * What Probot loads: stores each delivery with its jobs in one transaction, and nothing more, for GitHub waits ten
 * seconds. When storing fails the answer is 500, so that the delivery can be seen and sent again.
 */
export function createProbotApp({ store, toReviewJobs, log, metrics }: AppParts): ApplicationFunction {
  return (app) => {
    app.on([...events], async ({ id, name, payload }) => {
      const action = 'action' in payload ? payload.action : null;
      const jobs = toReviewJobs(name, id, payload);
      const outcome = await store.acceptDelivery({ deliveryId: id, event: name, action, jobs });
      metrics.delivery(name, outcome);
      log.info(
        { delivery_id: id, event: name, action, outcome, jobs: jobs.length, ...whereOf(jobs) },
        'delivery accepted',
      );
    });
  };
}

function whereOf(jobs: readonly ReviewJob[]): Readonly<Record<string, string | number>> {
  const [job] = jobs;
  return job === undefined ? {} : jobFields(job);
}

/** What every log entry about a job carries. */
export function jobFields(job: ReviewJob): Readonly<Record<string, string | number>> {
  return {
    delivery_id: job.deliveryId,
    installation_id: job.installationId,
    repository: job.repository,
    job: job.kind,
    ...('pullNumber' in job ? { pull_number: job.pullNumber } : {}),
    ...('headSha' in job && job.headSha !== null ? { head_sha: job.headSha } : {}),
  };
}
