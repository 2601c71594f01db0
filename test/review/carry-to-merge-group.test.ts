import { describe, expect, it } from '@jest/globals';
import { toSha, UpstreamError } from '#core/base';
import { gates } from '#core/gates';
import type { CheckRunOutput } from '#review';
import { carryToMergeGroup } from '#review';
import { aWorld, HEAD } from '../support/review-ports.ts';

const GROUP = toSha('d'.repeat(40));

function aJob(headBranch: string): Parameters<typeof carryToMergeGroup>[0] {
  return {
    kind: 'merge-group',
    repository: 'shop/dbt',
    installationId: 1,
    headSha: GROUP,
    headBranch,
    trigger: 'merge_group.checks_requested',
    deliveryId: 'delivery-2',
  };
}

function aRun(name: string, conclusion: CheckRunOutput['conclusion'], summary = 'Rows doubled.'): CheckRunOutput {
  return { name, status: 'completed', conclusion, title: 'a title', summary, text: '', annotations: [] };
}

describe('carryToMergeGroup', () => {
  it('says on the group’s commit what the review of the pull request’s head said', async () => {
    const runs = [aRun('weirkeeper', 'failure'), aRun('weirkeeper / pii', 'success')];
    const world = aWorld({ checkRuns: runs });
    await carryToMergeGroup(aJob('gh-readonly-queue/main/pr-12-0123abc'), world.ports);
    expect(world.effects).toEqual(['read head', `read check runs of #12 at ${HEAD.slice(0, 1)}`, 'publish']);
    const [{ request, publication } = { request: null, publication: null }] = world.published;
    expect(request).toMatchObject({ headSha: GROUP, pullNumber: 0, reviewId: `merge-group-${GROUP}` });
    expect(publication?.checkRuns.map(({ name, conclusion }) => [name, conclusion])).toEqual([
      ['weirkeeper', 'failure'],
      ['weirkeeper / pii', 'success'],
    ]);
    expect(publication?.checkRuns[0]?.summary).toBe('As the review of #12 found.\n\nRows doubled.');
    expect(publication).toMatchObject({ comment: null, inlineComments: [], labels: { add: [], remove: [] } });
  });

  it('keeps a long summary within GitHub’s limit', async () => {
    const world = aWorld({ checkRuns: [aRun('weirkeeper', 'success', 'x'.repeat(65_000))] });
    await carryToMergeGroup(aJob('gh-readonly-queue/main/pr-12-0123abc'), world.ports);
    expect(world.published[0]?.publication.checkRuns[0]?.summary.length).toBeLessThan(65_535);
  });

  it.each([
    ['no finished review of the pull request', 'gh-readonly-queue/main/pr-12-0123abc', '#12'],
    ['a branch that names no pull request', 'gh-readonly-queue/main/what', 'the pull request of this merge group'],
  ])('%s: every check asks for action, none is green', async (_case, headBranch, which) => {
    const world = aWorld();
    await carryToMergeGroup(aJob(headBranch), world.ports);
    const runs = world.published[0]?.publication.checkRuns ?? [];
    expect(runs.map(({ name }) => name)).toEqual([...gates.map(({ id }) => `weirkeeper / ${id}`), 'weirkeeper']);
    expect(new Set(runs.map(({ conclusion }) => conclusion))).toEqual(new Set(['action_required']));
    expect(runs[0]?.summary).toContain(which);
    expect(runs[0]?.summary).toContain('/weirkeeper review');
  });

  it('publishes nothing when GitHub cannot say what the head is', async () => {
    const down = new UpstreamError('github-down', 'GitHub answered 500');
    const world = aWorld({ failing: { 'read head': down }, checkRuns: [aRun('weirkeeper', 'success')] });
    await expect(carryToMergeGroup(aJob('gh-readonly-queue/main/pr-12-0123abc'), world.ports)).rejects.toBe(down);
    expect(world.published).toEqual([]);
  });
});
