import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toSha } from '#core/base';
import { openStore, type Store } from '#edges/database';
import { createGitHub } from '#edges/github';
import type { ReviewJob } from '#review';
import { createLog } from '../../src/server/index.ts';
import { reconcile } from '../../src/server/reconcile.ts';
import { type GitHubDouble, startGitHubDouble } from '../support/github-double/index.ts';
import { startAppFor } from '../support/running-app.ts';
import { commentOf } from '../support/seen-on-github.ts';
import { aPglite, quick } from '../support/store.ts';

let github: GitHubDouble;
let store: Store;
const log = createLog({ level: 'silent' });
const hourMs = 3_600_000;
const times = { everyMs: hourMs, graceMs: 0 };

beforeEach(async () => {
  github = await startGitHubDouble({ echo: false });
  store = await openStore({ pglite: await aPglite() }, quick);
});

afterEach(async () => {
  await store.close(0);
  await github.close();
});

const look = (at = Date.now() + 1_000) => {
  const { appId, privateKey, url } = github;
  const { appView } = createGitHub({ appId, privateKey, baseUrl: url, throttle: false, retryDelayMs: 1 });
  return reconcile({ app: appView, store, log, times }, new Date(at), () => false);
};
const open = (headRef: string) =>
  github.repository.openPullRequest({ title: headRef, user: 'ana', headRef, files: { [headRef]: 'x' } });
const redeliveries = () => github.requests.filter(({ path }) => path.endsWith('/attempts')).map(({ status }) => status);

describe('reconciling', () => {
  it('asks for a review of each open pull request whose head has none, once', async () => {
    const pull = await open('a');
    await look();
    expect(await store.countJobs()).toEqual({ waiting: 1, failed: 0 });
    const jobs: ReviewJob[] = [];
    await store.work((job) => {
      jobs.push(job);
      return Promise.resolve({ kind: 'done' });
    });
    while ((await store.countJobs()).waiting > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(jobs).toMatchObject([
      { kind: 'review', pullNumber: pull.number, headSha: pull.head.sha, trigger: 'reconcile' },
    ]);
  });

  it('leaves alone a head that was reviewed, and takes up a newer one', async () => {
    const pull = await open('a');
    const where = { repository: github.repository.fullName, pullNumber: pull.number, headSha: toSha(pull.head.sha) };
    await store.reviews.start({ reviewId: 'r', ...where });
    await store.reviews.finish('r', { outcome: 'passed', fingerprints: [], finishedAt: new Date() });
    await look();
    expect((await store.countJobs()).waiting).toBe(0);
    await github.repository.pushCommit(pull.number, { message: 'more', files: { b: 'y' } });
    await look(Date.now() + hourMs);
    expect((await store.countJobs()).waiting).toBe(1);
  });

  it('leaves a pull request alone whose webhook may still be on its way', async () => {
    await open('a');
    const { appId, privateKey, url } = github;
    const { appView } = createGitHub({ appId, privateKey, baseUrl: url, throttle: false });
    const parts = { app: appView, store, log, times: { ...times, graceMs: hourMs } };
    await reconcile(parts, new Date(), () => false);
    expect((await store.countJobs()).waiting).toBe(0);
  });

  it('is done by one of several processes on the same database', async () => {
    await open('a');
    const at = Date.now();
    await Promise.all([look(at), look(at)]);
    expect(github.requests.filter(({ path }) => path === '/app/hook/deliveries')).toHaveLength(1);
  });

  it('has GitHub send again what failed, but not what was stored or is refused for ever', async () => {
    github.setWebhookUrl('http://127.0.0.1:1/');
    github.loseNextDeliveries(100);
    const lost = await github.deliver('ping', { zen: 'x' }, { guid: 'lost' });
    await github.deliver('ping', { zen: 'x' }, { guid: 'stored' });
    for (let i = 0; i < 5; i += 1) await github.deliver('ping', { zen: 'x' }, { guid: 'refused' });
    await store.acceptDelivery({ deliveryId: 'stored', event: 'ping', action: null, jobs: [] });
    await look();
    expect(redeliveries()).toEqual([202]);
    await github.settled();
    expect(github.deliveries.filter(({ redelivery }) => redelivery).map(({ guid }) => guid)).toEqual([lost.guid]);
  });

  it('leads a pull request whose webhook was lost to its review', async () => {
    const app = await startAppFor(github, {}, { reconcile: { everyMs: 1_000, graceMs: 0 } });
    try {
      github.loseNextDeliveries(1);
      const pull = await open('lost');
      const seen = () => github.repository.publishedState(pull.number);
      while (seen().comments.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
      await app.settled();
      expect(commentOf(seen())).toContain('weirkeeper');
      expect(github.deliveries.some(({ redelivery, statusCode }) => redelivery && statusCode === 200)).toBe(true);
    } finally {
      await app.close();
    }
  }, 90_000);
});
