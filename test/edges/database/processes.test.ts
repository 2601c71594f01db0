import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { aReviewJob, headOf } from '../../support/jobs.ts';
import { eventually, postgres, type TestStore } from '../../support/store.ts';

const script = fileURLToPath(new URL('../../support/worker-process.ts', import.meta.url));
const children: ChildProcess[] = [];
let test: TestStore | null = null;

afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  await test?.dispose();
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

interface Saying {
  readonly what: string;
  readonly pull: string;
  readonly head: string;
  readonly attempt: string;
  readonly at: number;
}

/** A process that works, and all that it has said. */
async function aWorker(databaseUrl: string, jobMs: number) {
  const child = spawn(process.execPath, [script, JSON.stringify({ databaseUrl }), String(jobMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  children.push(child);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await eventually(() => text.includes('works\n'), 45_000);
  const said = (): readonly Saying[] =>
    [...text.matchAll(/^(begin|end) (\S+) (\S+) (\S+) (\d+)$/gm)].map(
      ([, what = '', pull = '', head = '', attempt = '', at]) => ({ what, pull, head, attempt, at: Number(at) }),
    );
  return { child, said };
}

async function databaseUrlOf(store: TestStore): Promise<string> {
  const url = new URL(process.env['WEIRKEEPER_TEST_DATABASE_URL'] ?? '');
  const [row] = await store.query('SELECT current_database() AS name');
  url.pathname = `/${String(row?.['name'])}`;
  return url.href;
}

const accept = (pullNumber: number, digit: string) => {
  const deliveryId = `d-${pullNumber}-${digit}`;
  const job = aReviewJob({ pullNumber, headSha: headOf(digit), deliveryId });
  return test?.store.acceptDelivery({ deliveryId, event: 'pull_request', action: 'opened', jobs: [job] });
};
const allDone = async () => (await test?.store.countJobs())?.waiting === 0;

if (postgres === null) it.skip('processes on one PostgreSQL: WEIRKEEPER_TEST_DATABASE_URL is not set', () => undefined);
else {
  const server = postgres;
  describe('processes on one PostgreSQL', () => {
    it('share the work: each job is done once, and those of a pull request one after the other, in order', async () => {
      test = await server.open();
      const url = await databaseUrlOf(test);
      const workers = await Promise.all([aWorker(url, 150), aWorker(url, 150)]);
      for (const digit of ['a', 'b', 'c']) {
        for (let pull = 1; pull <= 6; pull += 1) await accept(pull, digit);
        // So that not every older head gives way before anybody has seen it.
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      await eventually(allDone, 45_000);
      const said = workers.flatMap((worker) => worker.said()).toSorted((a, b) => a.at - b.at);
      expect(workers.map((worker) => worker.said().length > 0)).toEqual([true, true]);
      for (let pull = 1; pull <= 6; pull += 1) {
        const own = said.filter((saying) => saying.pull === String(pull));
        const heads = own.filter(({ what }) => what === 'begin').map(({ head }) => head.slice(0, 1));
        expect(own.map(({ what }) => what)).toEqual(heads.flatMap(() => ['begin', 'end']));
        expect(heads).toEqual([...new Set(heads)].toSorted());
        expect(heads.at(-1)).toBe('c');
      }
    }, 120_000);

    it('give each other turns to write: all apart, those that send mail further, an installation at a time', async () => {
      test = await server.open();
      const others = await test.reopen();
      const take = async (installation: number, notifies: boolean) =>
        Promise.all(
          [test?.store, others].map(async (store) =>
            store?.takeWriteTurn?.(installation, notifies, { writeMs: 60_000, notifyMs: 600_000 }),
          ),
        );
      const minutes = (waits: readonly (number | undefined)[]) =>
        waits.map((ms) => Math.ceil((ms ?? 0) / 60_000)).toSorted((a, b) => a - b);
      expect(minutes(await take(1, false))).toEqual([0, 1]);
      expect(minutes(await take(1, true))).toEqual([2, 12]);
      expect(minutes(await take(1, false))).toEqual([13, 14]);
      expect(minutes(await take(2, true))).toEqual([0, 10]);
    });

    it('take over the job of one that was killed', async () => {
      test = await server.open();
      const url = await databaseUrlOf(test);
      const killed = await aWorker(url, 600_000);
      await accept(7, 'a');
      await eventually(() => killed.said().length === 1, 45_000);
      const other = await aWorker(url, 10);
      await kill(killed.child);
      await eventually(allDone, 60_000);
      expect(other.said()).toMatchObject([
        { what: 'begin', pull: '7', attempt: '2' },
        { what: 'end', pull: '7', attempt: '2' },
      ]);
    }, 180_000);

    it('give up a job of which others must think that nobody does it, and one of them does it', async () => {
      test = await server.open();
      const url = await databaseUrlOf(test);
      const cutOff = await aWorker(url, 600_000);
      await accept(8, 'a');
      await eventually(() => cutOff.said().length === 1, 45_000);
      const held = `FROM pg_stat_activity WHERE application_name = 'weirkeeper presence' AND datname = current_database()`;
      await test.query(`SELECT pg_terminate_backend(pid) ${held}`);
      const other = await aWorker(url, 10);
      // The one or the other: the first has a new connection, and may be free again before.
      await eventually(async () => (await allDone()) || cutOff.said().length === 2, 60_000);
      const begun = [...cutOff.said(), ...other.said()].filter(({ what }) => what === 'begin');
      expect(begun.map(({ attempt }) => attempt)).toEqual(['1', '2']);
    }, 180_000);
  });
}
