import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { openStore } from '#edges/database';
import { aDataFolder, eventually } from '../support/store.ts';
import { deliver } from '../support/webhooks.ts';

const script = fileURLToPath(new URL('../support/server-process.ts', import.meta.url));

describe('a server process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('on %s finishes its job and ends with status 0', async (signal) => {
    const { end, said } = await toldInMidJob(signal, []);
    // 1 would say that the last moment, 20 s, had passed.
    expect(end).toEqual([0, null]);
    expect(said).toMatch(/signal received[^]*job done[^]*server stopped/);
  });

  it('on SIGTERM hands back a job that does not finish, uncounted, and is gone in time', async () => {
    const dataDir = await aDataFolder();
    const { end, said } = await toldInMidJob('SIGTERM', [dataDir]);
    expect(end).toEqual([0, null]);
    expect(said).toMatch(/signal received[^]*server stopped/);
    const store = await openStore({ dataDir });
    const attempts: number[] = [];
    await store.work(async (_, { attempt }) => {
      attempts.push(attempt);
      return { kind: 'done' };
    });
    await eventually(() => attempts.length > 0, 30_000);
    expect(attempts).toEqual([1]);
    await store.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
});

/** Starts the process, gives it a job, and sends it a signal once the job has begun. */
async function toldInMidJob(signal: 'SIGTERM' | 'SIGINT', args: readonly string[]) {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { NODE_OPTIONS: '' },
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  try {
    await eventually(() => said.includes('listening'), 45_000);
    const payload = { action: 'opened' };
    const url = /listening (\S+)/.exec(said)?.[1] ?? '';
    expect((await deliver(url, { event: 'pull_request', deliveryId: 'd1', payload })).status).toBe(200);
    await eventually(() => said.includes('job begun'));
    const ended = once(child, 'exit');
    child.kill(signal);
    return { end: await ended, said };
  } finally {
    child.kill('SIGKILL');
  }
}
