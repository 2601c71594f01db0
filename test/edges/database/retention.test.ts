import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventKey, extendChain } from '#core/audit';
import { toSha } from '#core/base';
import { anAnalysed, aSigner } from '../../support/audit.ts';
import { linesOf } from '../../support/idle.ts';
import { aReviewJob, headOf } from '../../support/jobs.ts';
import { type TestStore, testDatabases } from '../../support/store.ts';

const retention = { deliveryDays: 30, reviewDays: 180 };
const repository = 'shop/warehouse';

describe.each(testDatabases().map((database) => [database.name, database] as const))(
  'old rows on %s',
  (_name, database) => {
    let test: TestStore;
    beforeEach(async () => {
      test = await database.open();
    });
    afterEach(() => test.dispose());

    const ids = async (sql: string) => (await test.query(sql)).map((row) => Object.values(row)[0]);
    const makeOld = (table: string, column: string, days: number, where: string) =>
      test.query(`UPDATE weirkeeper.${table} SET ${column} = now() - interval '${days} days' WHERE ${where}`);

    async function aReview(reviewId: string, pullNumber: number, days: number, finished = true): Promise<void> {
      await test.store.reviews.start({ reviewId, repository, pullNumber, headSha: toSha(headOf('a')) });
      const finishedAt = new Date(Date.now() - days * 86_400_000);
      if (finished) await test.store.reviews.finish(reviewId, { outcome: 'passed', fingerprints: [], finishedAt });
      await makeOld('reviews', 'started_at', days, `review_id = '${reviewId}'`);
    }

    it('of deliveries and of jobs that failed for good go after their days, and no others', async () => {
      for (const [id, pullNumber] of [
        ['new', 1],
        ['old', 2],
        ['waits', 3],
      ] as const)
        await test.store.acceptDelivery({
          deliveryId: id,
          event: 'pull_request',
          action: 'opened',
          jobs: [aReviewJob({ pullNumber })],
        });
      await test.query(`UPDATE weirkeeper.pending_jobs SET failed_code = 'x' WHERE NOT key LIKE '%3%'`);
      await makeOld('deliveries', 'received_at', 31, `id = 'old'`);
      await makeOld('pending_jobs', 'accepted_at', 31, `NOT key LIKE '%1%'`);
      expect(await test.store.prune(retention)).toEqual({ deliveries: 1, jobs: 1, reviews: 0 });
      expect(await ids('SELECT id FROM weirkeeper.deliveries ORDER BY id')).toEqual(['new', 'waits']);
      expect(await test.store.countJobs()).toEqual({ waiting: 1, failed: 1 });
      expect(await test.store.prune(retention)).toEqual({ deliveries: 0, jobs: 0, reviews: 0 });
    });

    it('of reviews go when a newer one followed or the pull request was closed; the last of an open one stays', async () => {
      await aReview('followed', 1, 400);
      await aReview('broken-off', 1, 390, false);
      await aReview('last', 1, 300);
      await aReview('closed', 2, 181);
      await aReview('closed-lately', 3, 179);
      for (const number of [2, 3]) await test.store.reviews.close(repository, number);
      expect(await test.store.prune(retention)).toEqual({ deliveries: 0, jobs: 0, reviews: 3 });
      expect(await ids('SELECT review_id FROM weirkeeper.reviews ORDER BY review_id')).toEqual([
        'closed-lately',
        'last',
      ]);
      expect(await test.store.reviews.isFinished(repository, 1, toSha(headOf('a')))).toBe(true);
    });

    it('of a pull request that was opened again and reviewed stay', async () => {
      await aReview('last', 1, 300);
      await test.store.reviews.close(repository, 1);
      await aReview('last', 1, 300);
      expect((await test.store.prune(retention)).reviews).toBe(0);
    });

    it('of the audit log never go', async () => {
      const event = anAnalysed();
      const sealing = { repository, serverUrl: 'https://github.example', time: new Date(0), signer: aSigner() };
      await test.store.auditLog.append(
        { repository, installationId: 1 },
        [eventKey(event)],
        (chain) => extendChain(chain, [event], sealing).added,
      );
      const lines = await linesOf(test.store.exportAuditLog());
      await test.store.prune({ deliveryDays: 4, reviewDays: 1 });
      expect(await linesOf(test.store.exportAuditLog())).toEqual(lines);
      expect(lines.length).toBeGreaterThan(0);
      await expect(test.query('DELETE FROM weirkeeper.audit_log')).rejects.toThrow(/only grows/);
    });
  },
);
