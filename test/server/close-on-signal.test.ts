import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../support/store.ts';
import { deliver } from '../support/webhooks.ts';

const script = fileURLToPath(new URL('../support/server-process.ts', import.meta.url));

describe('a server process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('on %s finishes its job and ends with status 0', async (signal) => {
    const child = spawn(process.execPath, [script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { NODE_OPTIONS: '' },
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    try {
      await eventually(() => said.includes('listening'), 30_000);
      const payload = { action: 'opened' };
      const url = /listening (\S+)/.exec(said)?.[1] ?? '';
      expect((await deliver(url, { event: 'pull_request', deliveryId: 'd1', payload })).status).toBe(200);
      await eventually(() => said.includes('job begun'));
      const ended = once(child, 'exit');
      child.kill(signal);
      expect(await ended).toEqual([0, null]);
      expect(said).toMatch(/signal received[^]*job done[^]*server stopped/);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
