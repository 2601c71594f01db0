import { describe, expect, it } from '@jest/globals';
import { jobKey, makesStale, mergeJobs, type ReviewJob } from '#review';
import { aClosedJob, aReviewJob, headOf } from '../support/jobs.ts';

const finding: ReviewJob = {
  kind: 'find-pull-requests',
  repository: 'shop/warehouse',
  installationId: 1,
  headSha: headOf('a'),
  trigger: 'workflow_run.completed',
  deliveryId: 'd',
};

describe('key of a job', () => {
  it('is the pull request, the head, or the head in the merge queue', () => {
    expect(jobKey(aReviewJob({ pullNumber: 7 }))).toBe('shop/warehouse#7');
    expect(jobKey(aClosedJob({ pullNumber: 7 }))).toBe('shop/warehouse#7');
    expect(jobKey(finding)).toBe(`shop/warehouse@${headOf('a')}`);
    expect(jobKey({ ...finding, kind: 'merge-group', headBranch: 'gh-readonly-queue/main/pr-7-bbbb' })).toBe(
      `shop/warehouse@${headOf('a')}/merge-group`,
    );
  });
});

describe('a newer job in the place of one that waits', () => {
  const standard = aReviewJob({ headSha: headOf('a') });
  const deep = aReviewJob({ headSha: headOf('a'), depth: 'deep' });
  const pushed = aReviewJob({ headSha: headOf('b'), deliveryId: 'newer' });
  it.each<[string, ReviewJob, ReviewJob, ReviewJob]>([
    ['a newer push wins', standard, pushed, pushed],
    ['a newer push ends a deep review of the older head', deep, pushed, pushed],
    ['a deep review of the same head stays deep', deep, { ...standard, deliveryId: 'n' }, { ...deep, deliveryId: 'n' }],
    [
      'a deep review stays deep when the head is not told',
      deep,
      { ...standard, headSha: null },
      { ...deep, headSha: null },
    ],
    ['closing wins over a review', deep, aClosedJob({ merged: false }), aClosedJob({ merged: false })],
    ['reopening wins over closing', aClosedJob({ merged: false }), standard, standard],
    ['nothing wins over a merge', aClosedJob({ merged: true }), standard, aClosedJob({ merged: true })],
  ])('%s', (_, waiting, newer, expected) => {
    expect(mergeJobs(waiting, newer)).toEqual(expected);
  });
});

describe('a review in work', () => {
  const running = aReviewJob({ headSha: headOf('a') });
  it.each<[string, ReviewJob, ReviewJob, boolean]>([
    ['is stale after a newer push', running, aReviewJob({ headSha: headOf('b') }), true],
    ['is stale after closing', running, aClosedJob({}), true],
    ['goes on when the same head is asked for again', running, running, false],
    ['goes on when the newer head is not told', running, aReviewJob({ headSha: null }), false],
    ['goes on when its own head was not told', aReviewJob({ headSha: null }), running, false],
  ])('%s', (_, job, newer, expected) => {
    expect(makesStale(job, newer)).toBe(expected);
  });

  it('only reviews become stale', () => {
    expect(makesStale(aClosedJob({}), running)).toBe(false);
  });
});
