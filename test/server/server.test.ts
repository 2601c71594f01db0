import { afterEach, describe, expect, it } from '@jest/globals';
import { UpstreamError } from '#core/base';
import { openStore } from '#edges/database';
import type { ReviewJob } from '#review';
import { createLog, type RunJob, type RunningServer, startServer } from '../../src/server/index.ts';
import { publicKeyOf } from '../support/audit.ts';
import { anEnvironment } from '../support/environment.ts';
import { aReviewJob, headOf } from '../support/jobs.ts';
import { aPglite, eventually, quick } from '../support/store.ts';
import { deliver } from '../support/webhooks.ts';

let server: RunningServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

interface TestServer extends RunningServer {
  readonly lines: readonly string[];
  readonly count: (table: string) => Promise<number>;
}

async function start(run: RunJob = () => Promise.resolve()): Promise<TestServer> {
  const pglite = await aPglite();
  const lines: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } });
  server = await startServer(
    { environment: anEnvironment(), store: await openStore({ pglite }, quick), log, drainMs: 3_000 },
    { toReviewJobs, createRunJob: () => run },
  );
  return {
    ...server,
    lines,
    async count(table) {
      const { rows } = await pglite.query<{ n: number }>(`SELECT count(*)::integer AS n FROM weirkeeper.${table}`);
      return rows[0]?.n ?? 0;
    },
  };
}

/** A translation for these tests: every pull_request event asks for a review. */
function toReviewJobs(name: string, deliveryId: string, payload: unknown): readonly ReviewJob[] {
  if (name !== 'pull_request') return [];
  const { number, head } = (payload as ReturnType<typeof aPullRequest>).pull_request;
  return [aReviewJob({ deliveryId, pullNumber: number, headSha: headOf(head.sha.slice(0, 1)) })];
}

function aPullRequest(action: string, digit: string) {
  return {
    action,
    installation: { id: 1 },
    repository: { full_name: 'shop/warehouse' },
    pull_request: { number: 7, head: { sha: digit.repeat(40) }, title: 'CANARY-TITLE' },
  };
}

function opened(deliveryId: string, digit = 'a') {
  return { event: 'pull_request', deliveryId, payload: aPullRequest('opened', digit) };
}

it('GET /keys answers the public keys of the audit log, the oldest first, and nothing else of them', async () => {
  const { url, store } = await start();
  const keys = ['first', 'second'].map((name) => ({ ...publicKeyOf(name), replaces: null, endorsement: null }));
  for (const [i, key] of keys.entries()) await store.signingKeys.add(key, i + 1);
  const response = await fetch(`${url}/keys`);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  expect(await response.json()).toEqual({ keys });
});

describe('a webhook', () => {
  it('is stored and answered at once; its job is done afterwards, and a redelivery changes nothing', async () => {
    const heads: unknown[] = [];
    const { webhookUrl, store, count, lines } = await start(async (job) => {
      heads.push(job.kind === 'review' ? job.headSha : job.kind);
    });
    const response = await deliver(webhookUrl, opened('d1'));
    expect([response.status, await response.text()]).toEqual([200, 'ok\n']);
    await eventually(async () => (await store.countJobs()).waiting === 0);
    expect((await deliver(webhookUrl, opened('d1'))).status).toBe(200);
    expect(await count('deliveries')).toBe(1);
    expect(heads).toEqual([headOf('a')]);
    expect(lines.filter((line) => line.includes('delivery accepted')).map((line) => JSON.parse(line))).toMatchObject([
      { delivery_id: 'd1', outcome: 'stored', repository: 'shop/warehouse', pull_number: 7, installation_id: 1 },
      { delivery_id: 'd1', outcome: 'duplicate' },
    ]);
  });

  it('with a wrong signature is refused, nothing is stored, and its payload is not logged', async () => {
    const { webhookUrl, count, lines } = await start();
    const response = await deliver(webhookUrl, { ...opened('d1'), secret: 'wrong' });
    expect(response.status).toBe(400);
    expect(await count('deliveries')).toBe(0);
    expect(await count('pending_jobs')).toBe(0);
    expect(lines.join('')).toContain('signature does not match');
    expect(lines.join('')).not.toContain('CANARY-TITLE');
  });

  it.each<[string, RequestInit, number]>([
    ['without a signature', { body: '{}', headers: { 'content-type': 'application/json' } }, 400],
    ['that is no JSON', { body: '{}', headers: { 'content-type': 'text/plain' } }, 415],
    [
      'that is larger than GitHub sends',
      { body: 'x'.repeat(26 * 1024 * 1024), headers: { 'content-type': 'application/json' } },
      413,
    ],
  ])('%s is refused', async (_, request, status) => {
    const { webhookUrl, count } = await start();
    expect((await fetch(webhookUrl, { method: 'POST', ...request })).status).toBe(status);
    expect(await count('deliveries')).toBe(0);
  });

  it('of an event that asks for no work is stored when we know the event, and else only answered', async () => {
    const { webhookUrl, count, store } = await start();
    const payload = { action: 'created', installation: { id: 1 } };
    expect((await deliver(webhookUrl, { event: 'installation', deliveryId: 'd1', payload })).status).toBe(200);
    expect((await deliver(webhookUrl, { event: 'star', deliveryId: 'd2', payload })).status).toBe(200);
    expect((await deliver(webhookUrl, { event: 'ping', deliveryId: 'd3', payload: { zen: 'x' } })).status).toBe(200);
    expect(await count('deliveries')).toBe(1);
    expect(await store.countJobs()).toEqual({ waiting: 0, failed: 0 });
  });

  it('that cannot be stored is answered with 500, so that GitHub shows it as failed', async () => {
    const { webhookUrl, store } = await start();
    await store.close(0);
    expect((await deliver(webhookUrl, opened('d1'))).status).toBe(500);
  });
});

describe('the worker behind the server', () => {
  it('stops a review when a newer push comes, and does the newer one', async () => {
    const events: string[] = [];
    const { webhookUrl } = await start(async (job, { signal }) => {
      const head = job.kind === 'review' ? (job.headSha ?? '').slice(0, 1) : '';
      events.push(`start ${head}`);
      if (head === 'a') {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        throw new UpstreamError('stopped', 'a newer push came');
      }
      events.push(`end ${head}`);
    });
    await deliver(webhookUrl, opened('d1', 'a'));
    await eventually(() => events.includes('start a'));
    await deliver(webhookUrl, opened('d2', 'b'));
    await eventually(() => events.includes('end b'));
    expect(events).toEqual(['start a', 'start b', 'end b']);
  });

  it('tries again while an upstream is down', async () => {
    const attempts: number[] = [];
    const { webhookUrl, store } = await start(async (_, { attempt }) => {
      attempts.push(attempt);
      if (attempt === 1) throw new UpstreamError('github-down', 'GitHub answers 502');
    });
    await deliver(webhookUrl, opened('d1'));
    await eventually(async () => (await store.countJobs()).waiting === 0);
    expect(attempts).toEqual([1, 2]);
  });
});

describe('the server', () => {
  it('tells its health, and knows no other page', async () => {
    const { url } = await start();
    const statuses = await Promise.all(
      ['/healthz', '/readyz', '/', '/api/github/webhooks/x', '/probot'].map(
        async (path) => (await fetch(url + path)).status,
      ),
    );
    expect(statuses).toEqual([200, 200, 404, 404, 404]);
  });

  it('is not ready when its database is gone', async () => {
    const { url, store } = await start();
    await store.close(0);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('lets a running job finish when it closes, then takes no request', async () => {
    let finished = false;
    let begun = false;
    const running = await start(async () => {
      begun = true;
      await new Promise((resolve) => setTimeout(resolve, 400));
      finished = true;
    });
    await deliver(running.webhookUrl, opened('d1'));
    await eventually(() => begun);
    await Promise.all([running.close(), running.close()]);
    expect(finished).toBe(true);
    await expect(fetch(running.url)).rejects.toThrow();
  });

  it('says that its port is taken', async () => {
    const { url } = await start();
    const port = new URL(url).port;
    const store = await openStore({ pglite: await aPglite() }, quick);
    await expect(
      startServer(
        { environment: anEnvironment({ PORT: port }), store, log: createLog({ level: 'silent' }) },
        { toReviewJobs, createRunJob: () => () => Promise.resolve() },
      ),
    ).rejects.toMatchObject({
      name: 'DeploymentError',
      code: 'port-unusable',
      message: expect.stringContaining('PORT'),
    });
  });
});
