import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openStore } from '#edges/database';
import { aDataFolder, eventually } from '../../support/store.ts';

const script = fileURLToPath(new URL('../../support/store-process.ts', import.meta.url));

let folder: string;
let child: ChildProcess | null = null;

beforeEach(async () => {
  folder = await aDataFolder();
});
afterEach(async () => {
  await kill();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a process on the folder and waits until it says the given word. */
async function inAnotherProcess(task: string, word: string): Promise<number> {
  const started = spawn(process.execPath, [script, JSON.stringify({ dataDir: folder }), task], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  child = started;
  let said = '';
  started.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await eventually(() => said.includes(word), 30_000);
  return started.pid ?? 0;
}

async function kill(): Promise<void> {
  if (child === null) return;
  const ended = once(child, 'exit');
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await ended;
  }
  child = null;
}

describe('a data folder', () => {
  it('is refused while another process has it, and taken once that process is dead', async () => {
    const pid = await inAnotherProcess('open', 'opened');
    await expect(openStore({ dataDir: folder })).rejects.toMatchObject({
      name: 'DeploymentError',
      code: 'data-folder-in-use',
      details: { pid },
      message: expect.stringMatching(/WEIRKEEPER_DATA_DIR.*DATABASE_URL/),
    });
    await kill();
    const store = await openStore({ dataDir: folder });
    await store.close(0);
  });

  it('is refused to the same process twice, and let go on close', async () => {
    const store = await openStore({ dataDir: folder });
    await expect(openStore({ dataDir: folder })).rejects.toMatchObject({ code: 'data-folder-in-use' });
    expect(readFileSync(join(folder, 'weirkeeper.lock'), 'utf8')).toContain(`"pid":${process.pid}`);
    await store.close(0);
    expect(existsSync(join(folder, 'weirkeeper.lock'))).toBe(false);
  });
});

describe('a crash', () => {
  it('between storing a delivery and doing its job loses nothing', async () => {
    await inAnotherProcess('accept', 'accepted');
    await kill();
    const store = await openStore({ dataDir: folder });
    const attempts: number[] = [];
    await store.work(async (_, { attempt }) => {
      attempts.push(attempt);
      return { kind: 'done' };
    });
    await eventually(() => attempts.length === 1);
    expect(attempts).toEqual([1]);
    await store.close(5_000);
  });

  it('in the middle of a job has it tried again at once', async () => {
    await inAnotherProcess('work', 'working');
    await kill();
    const store = await openStore({ dataDir: folder });
    const begun = Date.now();
    const attempts: number[] = [];
    await store.work(async (_, { attempt }) => {
      attempts.push(attempt);
      return { kind: 'done' };
    });
    await eventually(() => attempts.length === 1);
    expect(Date.now() - begun).toBeLessThan(5_000);
    expect(attempts).toEqual([2]);
    await eventually(async () => (await store.countJobs()).waiting === 0);
    await store.close(5_000);
  });

  it('that each attempt repeats ends with the job failed, not with a crash for ever', async () => {
    await inAnotherProcess('work', 'working');
    await kill();
    const store = await openStore({ dataDir: folder }, { maxAttempts: 1 });
    await store.work(() => Promise.resolve({ kind: 'done' }));
    await eventually(async () => (await store.countJobs()).failed === 1);
    await store.close(0);
  });
});

describe('an end in the middle of a job', () => {
  it('gives it back uncounted when it does not finish in time', async () => {
    const store = await openStore({ dataDir: folder });
    const reasons: unknown[] = [];
    let begun = false;
    await store.work((_, { signal }) => {
      begun = true;
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason);
          resolve({ kind: 'failed', code: 'aborted' });
        });
      });
    });
    const job = { kind: 'closed', repository: 'shop/a', installationId: 1, pullNumber: 1, merged: true } as const;
    await store.acceptDelivery({ deliveryId: 'd1', event: 'x', action: null, jobs: [{ ...job, deliveryId: 'd1' }] });
    await eventually(() => begun);
    const stopped = Date.now();
    await store.close(1_500);
    expect(Date.now() - stopped).toBeLessThan(4_000);
    expect(reasons).toEqual(['stopping']);

    const again = await openStore({ dataDir: folder });
    const attempts: number[] = [];
    await again.work(async (_, { attempt }) => {
      attempts.push(attempt);
      return { kind: 'done' };
    });
    await eventually(() => attempts.length === 1);
    expect(attempts).toEqual([1]);
    await again.close(5_000);
  });

  it('gives it back also when it does not heed its signal', async () => {
    const store = await openStore({ dataDir: folder });
    let begun = false;
    await store.work(() => {
      begun = true;
      return new Promise(() => undefined);
    });
    const job = { kind: 'closed', repository: 'shop/a', installationId: 1, pullNumber: 1, merged: true } as const;
    await store.acceptDelivery({ deliveryId: 'd1', event: 'x', action: null, jobs: [{ ...job, deliveryId: 'd1' }] });
    await eventually(() => begun);
    const stopped = Date.now();
    await store.close(0);
    expect(Date.now() - stopped).toBeLessThan(4_000);
    const again = await openStore({ dataDir: folder });
    expect(await again.countJobs()).toEqual({ waiting: 1, failed: 0 });
    await again.close(0);
  });
});
