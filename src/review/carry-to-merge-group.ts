import { gates } from '#core/gates';
import type { CheckRunOutput } from '#core/render';
import { gateCheckName, SUMMARY_CHECK } from '#core/render';
import type { ReviewJob } from './job.ts';
import type { ReviewPorts, ReviewRequest } from './ports.ts';

type MergeGroupJob = Extract<ReviewJob, { readonly kind: 'merge-group' }>;

/**
 * Answers a merge queue that waits for our checks on its own commit: what the review of the pull request's head said is
 * said again there. Without such a review the checks are `action_required`, never green (GitHub docs: managing a merge queue).
 */
export async function carryToMergeGroup(
  job: MergeGroupJob,
  ports: Pick<ReviewPorts, 'pullRequests' | 'publisher'>,
): Promise<void> {
  const { repository, installationId, headSha, headBranch, trigger, deliveryId } = job;
  const group: ReviewRequest = {
    reviewId: `merge-group-${headSha}`,
    repository,
    installationId,
    pullNumber: 0,
    headSha,
    depth: 'standard',
    trigger,
    deliveryId,
  };
  const pullNumber = Number(/\/pr-(\d+)-/.exec(headBranch)?.[1] ?? 0);
  const runs = pullNumber === 0 ? [] : await readReviewed({ ...group, pullNumber }, ports);
  const checkRuns = runs.length > 0 ? runs.map((run) => carried(run, pullNumber)) : notReviewed(pullNumber);
  await ports.publisher.publish(
    group,
    { checkRuns, comment: null, inlineComments: [], labels: { add: [], remove: [] } },
    [],
  );
}

async function readReviewed(
  pull: ReviewRequest,
  { pullRequests, publisher }: Pick<ReviewPorts, 'pullRequests' | 'publisher'>,
): Promise<readonly CheckRunOutput[]> {
  return publisher.readCheckRuns({ ...pull, headSha: await pullRequests.readHeadSha(pull) });
}

function carried(run: CheckRunOutput, pullNumber: number): CheckRunOutput {
  return { ...run, summary: `As the review of #${pullNumber} found.\n\n${run.summary}`.slice(0, 60_000) };
}

function notReviewed(pullNumber: number): readonly CheckRunOutput[] {
  const which = pullNumber === 0 ? 'the pull request of this merge group' : `#${pullNumber}`;
  return [...gates.map(({ id }) => gateCheckName(id)), SUMMARY_CHECK].map((name) => ({
    name,
    status: 'completed',
    conclusion: 'action_required',
    title: 'Not reviewed',
    summary: `There is no finished review of the head of ${which}. Take it out of the queue, ask for a review with \`/weirkeeper review\`, and queue it again.`,
    text: '',
    annotations: [],
  }));
}
