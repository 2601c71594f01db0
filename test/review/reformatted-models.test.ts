import { afterAll, expect, it } from '@jest/globals';
import { changedInMeaning } from '#core/policy';
import { reviewPullRequest } from '#review';
import { aPullRequest } from '../support/changes.ts';
import { manifestOfMarts } from '../support/generated-models.ts';
import { reader } from '../support/read-sql.ts';
import { aRequest, aSet, aWorld } from '../support/review-ports.ts';

afterAll(() => reader.close());

it('a pull request that only writes its models otherwise is one line: no finding, no row, no note on a column', async () => {
  const count = 14;
  const names = Array.from({ length: count }, (_, at) => `mart_${String(at).padStart(5, '0')}`);
  const world = aWorld({
    pullRequest: aPullRequest(...names.map((name) => `models/${name}.sql`)),
    artifacts: { base: aSet(manifestOfMarts(count, () => 'none')), head: aSet(manifestOfMarts(count, () => 'form')) },
  });
  const review = await reviewPullRequest(aRequest(), { ...world.ports, sqlReader: reader });
  expect(review?.change?.modified).toHaveLength(count);
  const found = review?.verdict.gates.flatMap(({ findings }) => findings.map(({ messageId }) => messageId));
  expect(found).toEqual([]);
  expect(review?.change && changedInMeaning(review.change)).toEqual([]);
  const lines = (world.published[0]?.publication.comment ?? '').split('\n');
  expect(lines.filter((line) => line.includes('mean the same')).join('\n')).toContain(`in ${count} models`);
  expect(lines.join('\n')).not.toContain('recomputed');
  expect(lines.filter((line) => line.startsWith('| `mart_'))).toEqual([]);
});
