import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toSha } from '#core/base';
import { openStore, type Store } from '#edges/database';
import { createLog, inProcess, startApp } from '../../src/server/index.ts';
import { recordIn } from '../support/audit.ts';
import { anEnvironment } from '../support/environment.ts';
import { type GitHubDouble, startGitHubDouble } from '../support/github-double/index.ts';
import { linesOf, untilIdle } from '../support/idle.ts';
import { allCheckRuns, checkNames, commentOf, writesSince } from '../support/seen-on-github.ts';
import { aPglite, quick } from '../support/store.ts';

let github: GitHubDouble;
let store: Store;
let database: Awaited<ReturnType<typeof aPglite>>;
let app: Awaited<ReturnType<typeof startApp>>;

beforeEach(async () => {
  github = await startGitHubDouble({ echo: false });
  database = await aPglite();
  store = await openStore({ pglite: database }, quick);
  app = await startApp({
    environment: anEnvironment({
      APP_ID: String(github.appId),
      PRIVATE_KEY: github.privateKey,
      WEBHOOK_SECRET: github.webhookSecret,
      GITHUB_API_URL: github.url,
    }),
    store,
    log: createLog({ level: 'silent' }),
    throttle: false,
    reviewers: inProcess,
    drainMs: 2_000,
  });
});

afterEach(async () => {
  await app.close();
  await github.close();
});

const listen = () => github.setWebhookUrl(app.webhookUrl);
const settled = () => untilIdle(github, store);
const open = () =>
  github.repository.openPullRequest({ title: 'a', user: 'ana', headRef: 'a', files: { 'models/a.sql': 'select 1' } });
const push = (number: number) =>
  github.repository.pushCommit(number, { message: 'more', files: { 'models/b.sql': 'select 2' } });

describe('a delivery that comes late', () => {
  it('under another id, for a head that has been reviewed, writes nothing', async () => {
    listen();
    const pull = await open();
    await settled();
    const before = github.requests.length;
    await github.repository.tellPullRequest(pull.number, 'opened');
    await settled();
    expect(writesSince(github, before)).toEqual([]);
    expect(allCheckRuns(github.repository)).toHaveLength(checkNames.length);
  });

  it.each([
    ['was pushed over', () => undefined],
    ['was reviewed and then pushed over', listen],
  ])('for a head that %s begins no check run on the old commit, and has the new head reviewed', async (_, first) => {
    first();
    const pull = await open();
    const old = pull.head.sha;
    await settled();
    const { checkRuns } = github.repository.publishedState(pull.number, old);
    github.setWebhookUrl(null);
    const lost = github.deliveries.length;
    const event = {
      action: 'opened',
      number: pull.number,
      pull_request: { number: pull.number, state: 'open', head: { sha: old } },
    };
    await push(pull.number);
    listen();
    const { fullName, id } = github.repository;
    const place = { repository: { full_name: fullName, id }, installation: { id: github.installationId } };
    await github.deliver('pull_request', { ...event, ...place, sender: { login: 'ana', type: 'User' } });
    await settled();
    expect(github.deliveries.length).toBe(lost + 1);
    expect(github.repository.publishedState(pull.number, old).checkRuns).toEqual(checkRuns);
    const names = Object.keys(github.repository.publishedState(pull.number).checkRuns);
    expect(names.toSorted()).toEqual([...checkNames].toSorted());
  });
});

/** The comment's text, without the marks that keep words from becoming links. */
const wordsOf = (number: number) => commentOf(github.repository.publishedState(number)).replaceAll('&#8203;', '');

describe('a head that comes back by a forced push', () => {
  it('is what the comment is about again, without a second check run', async () => {
    listen();
    const pull = await open();
    const first = pull.head.sha;
    await settled();
    await push(pull.number);
    await settled();
    expect(wordsOf(pull.number)).not.toContain(first.slice(0, 7));
    Object.assign(github.repository.pull(pull.number).head, { sha: first });
    await github.repository.tellPullRequest(pull.number, 'synchronize');
    await settled();
    expect(wordsOf(pull.number)).toContain(first.slice(0, 7));
    expect(allCheckRuns(github.repository)).toHaveLength(2 * checkNames.length);
  });
});

describe('a review that a crash cut off', () => {
  it('after its last check run is gone on with by another delivery of the same head, and says nothing twice', async () => {
    listen();
    const pull = await open();
    await settled();
    const { rows } = await database.query('UPDATE weirkeeper.reviews SET finished_at = NULL RETURNING 1');
    expect(rows).toHaveLength(1);
    await github.repository.tellPullRequest(pull.number, 'opened');
    await settled();
    expect(allCheckRuns(github.repository)).toHaveLength(checkNames.length);
    expect(await store.reviews.isFinished(github.repository.fullName, pull.number, toSha(pull.head.sha))).toBe(true);
  });

  it('leaves no check run under way on its head once a newer head is reviewed', async () => {
    const pull = await open();
    const { fullName } = github.repository;
    const old = toSha(pull.head.sha);
    const reviewId = 'cut-off';
    await store.reviews.start({ reviewId, repository: fullName, pullNumber: pull.number, headSha: old });
    const response = await fetch(`${github.url}/repos/${fullName}/check-runs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${github.issueToken()}` },
      body: JSON.stringify({ name: 'weirkeeper', head_sha: old, status: 'in_progress', external_id: reviewId }),
    });
    expect(response.status).toBe(201);
    listen();
    await push(pull.number);
    await settled();
    expect(github.repository.publishedState(pull.number, old).checkRuns).toMatchObject({
      weirkeeper: { status: 'completed', conclusion: 'cancelled' },
    });
    expect(await store.reviews.readUnfinished(fullName, pull.number)).toEqual([]);
  });
});

describe('a pull request that is closed', () => {
  const started = async (pull: { readonly number: number; readonly head: { readonly sha: string } }) => {
    const { fullName } = github.repository;
    const headSha = toSha(pull.head.sha);
    const reviewId = `cut-off-${pull.number}`;
    await store.reviews.start({ reviewId, repository: fullName, pullNumber: pull.number, headSha });
    const body = { name: 'weirkeeper', head_sha: headSha, status: 'in_progress', external_id: reviewId };
    await fetch(`${github.url}/repos/${fullName}/check-runs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${github.issueToken()}` },
      body: JSON.stringify(body),
    });
  };
  const cancelled = { weirkeeper: { status: 'completed', conclusion: 'cancelled', title: 'pull request closed' } };

  it('while the process of its review is down leaves no check run under way', async () => {
    const pull = await open();
    await started(pull);
    listen();
    await github.repository.closePullRequest(pull.number);
    await settled();
    expect(github.repository.publishedState(pull.number).checkRuns).toMatchObject(cancelled);
    expect(await store.reviews.readUnfinished(github.repository.fullName, pull.number)).toEqual([]);
  });

  it('is not reviewed when an older delivery comes late, and its end is recorded although the closing was never told', async () => {
    const pull = await open();
    await started(pull);
    await github.repository.closePullRequest(pull.number);
    const opening = github.deliveries.length;
    listen();
    await github.repository.tellPullRequest(pull.number, 'opened', {
      extra: { pull_request: { number: pull.number, state: 'open', head: { sha: pull.head.sha } } },
    });
    await settled();
    expect(github.deliveries.length).toBe(opening + 1);
    const seen = github.repository.publishedState(pull.number);
    expect(seen.checkRuns).toMatchObject(cancelled);
    expect(seen.comments).toEqual([]);
    expect((await linesOf(store.exportAuditLog())).map(recordIn).join('')).toContain('abandoned');
  });

  it('and opened again is reviewed', async () => {
    listen();
    const pull = await open();
    await github.repository.closePullRequest(pull.number);
    await settled();
    await github.repository.reopenPullRequest(pull.number);
    await settled();
    const { checkRuns, comments } = github.repository.publishedState(pull.number);
    expect(Object.keys(checkRuns).toSorted()).toEqual([...checkNames].toSorted());
    expect(Object.values(checkRuns).every(({ title }) => title !== 'pull request closed')).toBe(true);
    expect(comments).toHaveLength(1);
  });
});
