import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AuditEvent, eventKey, extendChain, type SealedRecord, verifyAuditLog } from '#core/audit';
import { toFingerprint } from '#core/base';
import { type Delivery, openStore } from '#edges/database';
import type { JobContext, ReviewJob } from '#review';
import { anAnalysed, aSigner, publicKeyOf } from '../../support/audit.ts';
import { linesOf } from '../../support/idle.ts';
import { aClosedJob, aReviewJob, headOf } from '../../support/jobs.ts';
import { eventually, postgres, quick, type TestStore, testDatabases } from '../../support/store.ts';

function aDelivery(deliveryId: string, ...jobs: readonly ReviewJob[]): Delivery {
  return { deliveryId, event: 'pull_request', action: 'opened', jobs };
}

function headsOf(jobs: readonly ReviewJob[]): readonly unknown[] {
  return jobs.map((job) => (job.kind === 'review' ? job.headSha : job.kind));
}

describe.each(testDatabases().map((database) => [database.name, database] as const))(
  'store on %s',
  (name, database) => {
    let test: TestStore;
    beforeEach(async () => {
      test = await database.open();
    });
    afterEach(() => test.dispose());

    describe('deliveries', () => {
      it('are stored with their jobs', async () => {
        expect(await test.store.acceptDelivery(aDelivery('d1', aReviewJob()))).toBe('stored');
        expect(await test.query('SELECT id, event, action, jobs FROM weirkeeper.deliveries')).toEqual([
          { id: 'd1', event: 'pull_request', action: 'opened', jobs: [aReviewJob()] },
        ]);
        expect(await test.store.countJobs()).toEqual({ waiting: 1, failed: 0 });
      });

      it('change nothing when they come again, also after their job is done', async () => {
        const done: ReviewJob[] = [];
        await test.store.work(async (job) => {
          done.push(job);
          return { kind: 'done' };
        });
        expect(await test.store.acceptDelivery(aDelivery('d1', aReviewJob()))).toBe('stored');
        await eventually(async () => (await test.store.countJobs()).waiting === 0);
        expect(await test.store.acceptDelivery(aDelivery('d1', aReviewJob({ headSha: headOf('b') })))).toBe(
          'duplicate',
        );
        expect(await test.store.countJobs()).toEqual({ waiting: 0, failed: 0 });
        expect(headsOf(done)).toEqual([headOf('a')]);
      });

      it('are stored once when they come twice at the same time', async () => {
        const outcomes = await Promise.all(
          ['d1', 'd1', 'd1'].map((id) => test.store.acceptDelivery(aDelivery(id, aReviewJob()))),
        );
        expect([...outcomes].sort()).toEqual(['duplicate', 'duplicate', 'stored']);
      });

      it('that ask for no work are stored too', async () => {
        expect(await test.store.acceptDelivery({ ...aDelivery('d1'), event: 'installation', action: null })).toBe(
          'stored',
        );
        expect(await test.store.countJobs()).toEqual({ waiting: 0, failed: 0 });
      });

      it('are not stored when their job cannot be: the transaction is one', async () => {
        await test.query('ALTER TABLE weirkeeper.pending_jobs ADD CONSTRAINT none CHECK (attempts > 0)');
        await expect(test.store.acceptDelivery(aDelivery('d1', aReviewJob()))).rejects.toThrow();
        expect(await test.query('SELECT id FROM weirkeeper.deliveries')).toEqual([]);
        await test.query('ALTER TABLE weirkeeper.pending_jobs DROP CONSTRAINT none');
        expect(await test.store.acceptDelivery(aDelivery('d1', aReviewJob()))).toBe('stored');
      });
    });

    describe('jobs', () => {
      it('of one pull request are done as one: the newest head wins', async () => {
        for (const digit of ['a', 'b', 'c']) {
          await test.store.acceptDelivery(aDelivery(`d-${digit}`, aReviewJob({ headSha: headOf(digit) })));
        }
        const done: ReviewJob[] = [];
        await test.store.work(async (job) => {
          done.push(job);
          return { kind: 'done' };
        });
        await eventually(async () => (await test.store.countJobs()).waiting === 0);
        expect(headsOf(done)).toEqual([headOf('c')]);
      });

      it('that are running hear of a newer push and are followed by it, never overtaken', async () => {
        const events: string[] = [];
        await test.store.work(async (job, context) => {
          const head = job.kind === 'review' ? String(job.headSha).slice(0, 1) : job.kind;
          events.push(`start ${head}`);
          if (head === 'a') {
            await aborted(context);
            events.push(`stale ${await context.isStale()} ${String(context.signal.reason)}`);
          }
          events.push(`end ${head}`);
          return { kind: 'done' };
        });
        await test.store.acceptDelivery(aDelivery('d1', aReviewJob({ headSha: headOf('a') })));
        await eventually(() => events.includes('start a'));
        await test.store.acceptDelivery(aDelivery('d2', aReviewJob({ headSha: headOf('b') })));
        await eventually(() => events.includes('end b'));
        expect(events).toEqual(['start a', 'stale true stale', 'end a', 'start b', 'end b']);
      });

      it('are not disturbed by a second event for the same head, which is done afterwards', async () => {
        const events: string[] = [];
        await test.store.work(async (job, context) => {
          const trigger = 'trigger' in job ? job.trigger : job.kind;
          events.push(`start ${trigger}`);
          if (trigger === 'first') {
            await eventually(
              async () => (await test.query("SELECT id FROM weirkeeper.deliveries WHERE id = 'd2'")).length > 0,
            );
            events.push(`stale ${await context.isStale()} ${context.signal.aborted}`);
          }
          events.push(`end ${trigger}`);
          return { kind: 'done' };
        });
        await test.store.acceptDelivery(aDelivery('d1', aReviewJob({ trigger: 'first' })));
        await eventually(() => events.includes('start first'));
        await test.store.acceptDelivery(aDelivery('d2', aReviewJob({ trigger: 'second' })));
        await eventually(() => events.includes('end second'));
        expect(events).toEqual(['start first', 'stale false false', 'end first', 'start second', 'end second']);
      });

      it('of another pull request do not wait for a long one', async () => {
        const done: number[] = [];
        let release: () => void = () => undefined;
        const held = new Promise<void>((resolve) => {
          release = resolve;
        });
        await test.store.work(async (job) => {
          const number = 'pullNumber' in job ? job.pullNumber : 0;
          if (number === 1) await held;
          done.push(number);
          return { kind: 'done' };
        });
        await test.store.acceptDelivery(aDelivery('d1', aReviewJob({ pullNumber: 1, headSha: headOf('a') })));
        await test.store.acceptDelivery(aDelivery('d2', aReviewJob({ pullNumber: 1, headSha: headOf('b') })));
        for (const pullNumber of [2, 3, 4])
          await test.store.acceptDelivery(aDelivery(`d-${pullNumber}`, aReviewJob({ pullNumber })));
        await eventually(() => done.length === 3);
        expect([...done].sort()).toEqual([2, 3, 4]);
        release();
        await eventually(async () => (await test.store.countJobs()).waiting === 0);
      });

      it('are tried again, are told of the last attempt, and fail for good after it', async () => {
        const attempts: string[] = [];
        await test.store.work(async (_, { attempt, isLastAttempt }) => {
          attempts.push(`${attempt}${isLastAttempt ? ' last' : ''}`);
          return { kind: 'retry', code: 'github-unavailable' };
        });
        await test.store.acceptDelivery(aDelivery('d1', aReviewJob()));
        await eventually(async () => (await test.store.countJobs()).failed === 1);
        expect(attempts).toEqual(['1', '2', '3 last']);
        expect(await test.query('SELECT failed_code FROM weirkeeper.pending_jobs')).toEqual([
          { failed_code: 'github-unavailable' },
        ]);
      });

      it('that fail for good are not tried again, and make way for the next push', async () => {
        const heads: unknown[] = [];
        await test.store.work(async (job) => {
          heads.push(...headsOf([job]));
          return heads.length === 1 ? { kind: 'failed', code: 'policy-invalid' } : { kind: 'done' };
        });
        await test.store.acceptDelivery(aDelivery('d1', aReviewJob({ headSha: headOf('a'), depth: 'deep' })));
        await eventually(async () => (await test.store.countJobs()).failed === 1);
        await test.store.acceptDelivery(aDelivery('d2', aReviewJob({ headSha: headOf('b') })));
        await eventually(async () => (await test.store.countJobs()).failed === 0);
        await eventually(async () => (await test.store.countJobs()).waiting === 0);
        expect(heads).toEqual([headOf('a'), headOf('b')]);
      });

      it('that throw have failed, with the name of the error as their code', async () => {
        await test.store.work(() => Promise.reject(new TypeError('boom')));
        await test.store.acceptDelivery(aDelivery('d1', aReviewJob()));
        await eventually(async () => (await test.store.countJobs()).failed === 1);
        expect(await test.query('SELECT failed_code FROM weirkeeper.pending_jobs')).toEqual([
          { failed_code: 'TypeError' },
        ]);
      });

      it('that wait to be tried again are replaced by a newer push, which starts at once', async () => {
        await test.dispose();
        test = await database.open({ ...quick, retryDelaySeconds: 600 });
        const heads: unknown[] = [];
        await test.store.work(async (job) => {
          heads.push(...headsOf([job]));
          return heads.length === 1 ? { kind: 'retry', code: 'rate-limited' } : { kind: 'done' };
        });
        await test.store.acceptDelivery(aDelivery('d1', aReviewJob({ headSha: headOf('a') })));
        await eventually(
          async () => (await test.query("SELECT 1 FROM weirkeeper_queue.job WHERE state = 'retry'")).length === 1,
        );
        await test.store.acceptDelivery(aDelivery('d2', aReviewJob({ headSha: headOf('b') })));
        await eventually(async () => (await test.store.countJobs()).waiting === 0);
        expect(heads).toEqual([headOf('a'), headOf('b')]);
      });

      it('that somebody else holds up wait as long as they were told, and are not counted', async () => {
        const attempts: { readonly attempt: number; readonly at: number }[] = [];
        await test.store.work(async (_, { attempt }) => {
          attempts.push({ attempt, at: Date.now() });
          return attempts.length <= quick.maxAttempts!
            ? { kind: 'retry', code: 'github-rate-limit', afterSeconds: 1 }
            : { kind: 'done' };
        });
        await test.store.acceptDelivery(aDelivery('d1', aReviewJob()));
        await eventually(async () => (await test.store.countJobs()).waiting === 0, 30_000);
        expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1]);
        const pauses = attempts.slice(1).map(({ at }, index) => at - (attempts[index]?.at ?? 0));
        expect(Math.min(...pauses)).toBeGreaterThan(900);
      });

      it('may ask for further jobs', async () => {
        const kinds: string[] = [];
        await test.store.work(async (job, context) => {
          kinds.push(job.kind);
          if (job.kind === 'find-pull-requests') await context.enqueue([aReviewJob(), aClosedJob({ pullNumber: 8 })]);
          return { kind: 'done' };
        });
        const finding = { repository: 'shop/warehouse', installationId: 1, headSha: headOf('a') } as const;
        await test.store.acceptDelivery(
          aDelivery('d1', {
            kind: 'find-pull-requests',
            ...finding,
            trigger: 'workflow_run.completed',
            deliveryId: 'd1',
          }),
        );
        await eventually(() => kinds.length === 3);
        expect([...kinds].sort()).toEqual(['closed', 'find-pull-requests', 'review']);
      });
    });

    describe('a key that was in work when the queue was looked at', () => {
      it('is not passed over once that work is done, also after a restart', async () => {
        await test.query(`UPDATE weirkeeper_queue.queue SET singletons_active = ARRAY['shop/warehouse#7']`);
        const store = await test.reopen();
        const done: ReviewJob[] = [];
        await store.work(async (job) => {
          done.push(job);
          return { kind: 'done' };
        });
        await store.acceptDelivery(aDelivery('d1', aReviewJob()));
        await eventually(() => done.length === 1);
      });
    });

    describe('a stop', () => {
      it('lets a running job finish', async () => {
        let finished = false;
        let started = false;
        await test.store.work(async () => {
          started = true;
          await new Promise((resolve) => setTimeout(resolve, 500));
          finished = true;
          return { kind: 'done' };
        });
        await test.store.acceptDelivery(aDelivery('d1', aReviewJob()));
        await eventually(() => started);
        await test.store.close(10_000);
        expect(finished).toBe(true);
      });

      it('closes once, however often it is asked for', async () => {
        await Promise.all([test.store.close(0), test.store.close(0)]);
        await test.store.close(0);
      });
    });

    describe('audit log', () => {
      const place = (repository: string) => ({ repository, installationId: 1 });
      const sealing = (repository: string) => ({
        repository,
        serverUrl: 'https://github.com',
        time: new Date('2026-03-04T05:06:07.000Z'),
        signer: aSigner(),
      });
      async function append(repository: string, ...events: readonly AuditEvent[]): Promise<readonly SealedRecord[]> {
        let added: readonly SealedRecord[] = [];
        await test.store.auditLog.append(place(repository), events.map(eventKey), (chain) => {
          added = extendChain(chain, events, sealing(repository)).added;
          return added;
        });
        return added;
      }
      const exported = (repository?: string) => linesOf(test.store.exportAuditLog(repository));

      it('keeps one chain a repository, which holds when it is exported', async () => {
        for (const repository of ['shop/b', 'shop/a', 'shop/B', 'shop/a']) {
          await append(repository, anAnalysed({ reviewId: crypto.randomUUID() }));
        }
        const lines = await exported();
        expect(verifyAuditLog(lines, { keys: [publicKeyOf('first')] })).toMatchObject({
          ok: true,
          records: 7,
          chains: [
            { repository: 'shop/B', seq: 2 },
            { repository: 'shop/a', seq: 3 },
            { repository: 'shop/b', seq: 2 },
          ],
        });
        expect(await exported('shop/a')).toEqual(lines.slice(2, 5));
        expect((await test.store.readStreams()).map(({ repository }) => repository).sort()).toEqual(
          ['shop/B', 'shop/a', 'shop/b'].sort(),
        );
      });

      it('keeps the chain whole when records come at the same time', async () => {
        const reviews = Array.from({ length: 20 }, (_, i) => append('shop/a', anAnalysed({ reviewId: `r${i}` })));
        const seqs = (await Promise.all(reviews)).flat().map(({ seq }) => seq);
        expect(seqs.sort((a, b) => a - b)).toEqual(Array.from({ length: 21 }, (_, i) => i + 1));
        expect(verifyAuditLog(await exported())).toMatchObject({ ok: true, records: 21 });
      });

      it('records a review once, however often it is tried', async () => {
        expect(await append('shop/a', anAnalysed())).toHaveLength(2);
        expect(await append('shop/a', anAnalysed())).toEqual([]);
        const answers = new Map();
        expect(await append('shop/a', anAnalysed({ answers }))).toEqual([]);
        expect(await exported()).toHaveLength(2);
      });

      it('records it again, and says so, when a second attempt tells people something else', async () => {
        const [, first] = await append('shop/a', anAnalysed());
        const verdict = { ...anAnalysed().verdict, outcome: 'unknown' as const };
        const [second] = await append('shop/a', anAnalysed({ verdict }));
        expect(JSON.parse(second?.record ?? '')).toMatchObject({
          predicate: { seq: 3, replaces: `sha256:${first?.digest ?? ''}`, verdict: 'unknown' },
        });
        expect(verifyAuditLog(await exported())).toMatchObject({ ok: true, records: 3 });
      });

      it('exports more than one page', async () => {
        const values = Array.from({ length: 1_201 }, (_, i) => `('shop/a', ${i + 1}, '${'0'.repeat(64)}', '{}')`).join(
          ',',
        );
        await test.query(`INSERT INTO weirkeeper.audit_log (repository, seq, digest, record) VALUES ${values}`);
        expect((await exported()).filter((line) => line.length > 0)).toHaveLength(1_201);
      });

      it('stores nothing when the record cannot be made, and refuses a gap', async () => {
        const { auditLog } = test.store;
        const failing = auditLog.append(place('shop/a'), [], () => {
          throw new TypeError('no record');
        });
        await expect(failing).rejects.toThrow('no record');
        const last = { seq: 4, digest: '0'.repeat(64), keyId: aSigner().keyid };
        const late = extendChain({ last, known: new Map() }, [anAnalysed()], sealing('shop/a')).added;
        const gap = auditLog.append(place('shop/a'), [], () => late);
        await expect(gap).rejects.toMatchObject({ code: 'audit-chain-gap' });
        expect(await exported()).toEqual([]);
      });

      it.each([
        "UPDATE weirkeeper.audit_log SET record = 'x'",
        'DELETE FROM weirkeeper.audit_log',
        'TRUNCATE weirkeeper.audit_log',
        "INSERT INTO weirkeeper.audit_log VALUES ('shop/a', 1, 'x', 'x') ON CONFLICT (repository, seq) DO UPDATE SET record = 'x'",
      ])('only grows: refuses %s', async (sql) => {
        const entries = await append('shop/a', anAnalysed());
        await expect(test.query(sql)).rejects.toThrow('only grows');
        expect(await test.query('SELECT record FROM weirkeeper.audit_log ORDER BY seq')).toEqual(
          entries.map(({ record }) => ({ record })),
        );
      });

      it.each(['signing_keys', 'audit_checkpoints'])('%s only grow as well', async (table) => {
        await test.store.signingKeys.add({ ...publicKeyOf('first'), replaces: null, endorsement: null }, 1);
        await test.store.checkpoints.add('shop/a', { size: 1, line: '{}' });
        for (const sql of [`DELETE FROM weirkeeper.${table}`, `TRUNCATE weirkeeper.${table}`]) {
          await expect(test.query(sql)).rejects.toThrow('only grows');
        }
        expect(await test.query(`SELECT * FROM weirkeeper.${table}`)).toHaveLength(1);
      });
    });

    describe('reviews', () => {
      it('remember the last finished review of an earlier head', async () => {
        const { reviews } = test.store;
        const review = { reviewId: 'r1', repository: 'shop/warehouse', pullNumber: 7, headSha: headOf('a') };
        const finishedAt = new Date('2026-03-04T05:06:07.000Z');
        const end = { outcome: 'failed', fingerprints: [toFingerprint('pii', 'lost', 'model.shop.x')], finishedAt };
        await reviews.start(review);
        await reviews.reach('r1', 'collect');
        expect(await reviews.readPrevious('shop/warehouse', 7, headOf('b'))).toBeNull();
        await reviews.start(review);
        await reviews.finish('r1', end);
        await reviews.start({ ...review, reviewId: 'r2', headSha: headOf('b') });
        expect(await reviews.readPrevious('shop/warehouse', 7, headOf('b'))).toEqual({
          reviewId: 'r1',
          headSha: headOf('a'),
          ...end,
        });
        expect(await reviews.readPrevious('shop/warehouse', 7, headOf('a'))).toBeNull();
        expect(await reviews.readPrevious('shop/warehouse', 8, headOf('b'))).toBeNull();
      });
    });

    it(`is ${name} with every migration applied, and can be opened again`, async () => {
      await test.store.acceptDelivery(aDelivery('d1', aReviewJob()));
      const again = await test.reopen();
      expect(await again.acceptDelivery(aDelivery('d1', aReviewJob()))).toBe('duplicate');
      expect(await again.countJobs()).toEqual({ waiting: 1, failed: 0 });
    });
  },
);

function aborted({ signal }: JobContext): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

if (postgres !== null) {
  const server = postgres;
  describe('two processes on one PostgreSQL', () => {
    it('share the work, and keep the order of each pull request', async () => {
      const test = await server.open();
      const other = await test.reopen();
      const done: string[] = [];
      const busy = new Set<number>();
      const workOf = (name: string) => async (job: ReviewJob, context: JobContext) => {
        const number = 'pullNumber' in job ? job.pullNumber : 0;
        expect(busy).not.toContain(number);
        busy.add(number);
        await new Promise((resolve) => setTimeout(resolve, 100));
        busy.delete(number);
        done.push(`${number} ${name} stale ${await context.isStale()}`);
        return { kind: 'done' } as const;
      };
      await Promise.all([test.store.work(workOf('one')), other.work(workOf('other'))]);
      for (let i = 0; i < 24; i += 1) {
        const job = aReviewJob({ pullNumber: i % 6, headSha: headOf((i % 16).toString(16)), deliveryId: `d${i}` });
        await (i % 2 === 0 ? test.store : other).acceptDelivery(aDelivery(`d${i}`, job));
      }
      await eventually(async () => (await test.store.countJobs()).waiting === 0);
      expect(new Set(done.map((line) => line.split(' ')[0])).size).toBe(6);
      expect(new Set(done.map((line) => line.split(' ')[1]))).toEqual(new Set(['one', 'other']));
      await test.dispose();
    });

    it('says what is wrong when the server cannot be reached', async () => {
      await expect(openStore({ databaseUrl: 'postgres://nobody:hunter2@127.0.0.1:1/none' })).rejects.toMatchObject({
        name: 'DeploymentError',
        code: 'database-unreachable',
        message: expect.not.stringContaining('hunter2'),
      });
    });
  });
}
