import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifyAuditLog } from '#core/audit';
import { openStore, type Store } from '#edges/database';
import { createLog, inProcess, type RunningServer, startApp } from '../../src/server/index.ts';
import { recordIn } from '../support/audit.ts';
import { anEnvironment } from '../support/environment.ts';
import type { Fault } from '../support/github-double/faults.ts';
import { type GitHubDouble, startGitHubDouble } from '../support/github-double/index.ts';
import { linesOf, untilIdle } from '../support/idle.ts';
import { allCheckRuns, checkNames } from '../support/seen-on-github.ts';
import { aStrikingChange, smallProject } from '../support/small-project.ts';
import { aPglite, eventually } from '../support/store.ts';

/** The whole App against a GitHub whose bad moment comes at each call of a review in turn. */

const maxAttempts = 2;
let github: GitHubDouble;
let store: Store;
let app: RunningServer;

beforeAll(async () => {
  github = await startGitHubDouble({ files: smallProject, echo: false });
  github.rateLimit.set(1_000_000);
  store = await openStore({ pglite: await aPglite() }, { retryDelaySeconds: 0, maxAttempts, concurrency: 1 });
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
    requests: { retryDelayMs: 1, maxWaitMs: 1 },
    drainMs: 2_000,
  });
  github.setWebhookUrl(app.webhookUrl);
});

afterAll(async () => {
  await app.close();
  await github.close();
});

let opened = 0;

/** Opens a pull request and gives what its review leaves: the same of each but for numbers and commits. */
async function reviewed(fault: (method: string) => Fault | null) {
  opened += 1;
  const before = github.requests.length;
  Object.assign(github.faults, { take: fault });
  const message = 'Strike the log\n\nCo-Authored-By: Claude <noreply@anthropic.com>';
  const commits = [{ message, files: aStrikingChange(1) }];
  const pull = await github.repository.openPullRequest({
    title: 'a',
    user: 'ana',
    headRef: `b${String(opened)}`,
    commits,
    labels: ['needs-senior-review'],
  });
  const summary = () => github.repository.publishedState(pull.number).checkRuns['weirkeeper'];
  // Looked for here first: asking the database again and again costs more than the review.
  await eventually(() => summary()?.status === 'completed', 120_000);
  await untilIdle(github, store, 120_000);
  const state = JSON.stringify(github.repository.publishedState(pull.number), null, 1)
    .replaceAll('&#8203;', '')
    .replaceAll(pull.head.sha, 'HEAD')
    .replaceAll(pull.head.sha.slice(0, 7), 'HEAD')
    .replaceAll(`/pull/${String(pull.number)}`, '/pull/N')
    .replace(/record \d+ `sha256:[0-9a-f]+`/g, 'record');
  const records = (await linesOf(store.exportAuditLog())).map(recordIn).filter((text) => text.includes(pull.head.sha));
  const events = records.map((text) => (JSON.parse(text) as { predicate: { event: string } }).predicate.event);
  const runs = allCheckRuns(github.repository).length - checkNames.length * (opened - 1);
  const calls = github.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
  return { state, events, runs, calls };
}

const nothing = () => null;
const isWrite = (method: string) => method !== 'GET';
/** Cuts the connection at the write of this number, counted from 0. */
function cutAtWrite(number: number, takesEffect: boolean) {
  let write = -1;
  return (method: string): Fault | null => {
    if (!isWrite(method)) return null;
    write += 1;
    return write === number ? { dropConnection: true, takesEffect } : null;
  };
}

/** What a write is, whichever object it is of. */
const kindOf = (write: string) => write.replace(/\/\d+|\/[0-9a-f]{40}/g, '');

describe('a review that is cut off between two calls', () => {
  // Before the first write, after the first, and after the last of each kind in a row; the publisher's spec cuts at every one.
  it('is done again and leaves the same: comment, check runs, inline comments, labels, records', async () => {
    await reviewed(nothing); // fetches a token, makes labels, asks who we are
    const { calls, ...expected } = await reviewed(nothing);
    expect(expected).toMatchObject({ events: ['opened', 'analysed'], runs: checkNames.length });
    expect(expected.state).toMatch(/"labels": \[\s*"assisted-by:llm"/);
    expect(expected.state).toContain('weirkeeper:finding');
    const writes = calls.filter((call) => isWrite(call.split(' ')[0] ?? ''));
    expect(writes.length).toBeGreaterThan(15);
    const borders = writes.flatMap((write, at) => (kindOf(write) === kindOf(writes[at + 1] ?? '') ? [] : [at]));
    for (const cut of [-1, 0, ...borders]) {
      const { calls: sent, ...seen } = await reviewed(cutAtWrite(Math.max(0, cut), cut >= 0));
      expect(sent.length).toBeGreaterThan(calls.length);
      expect({ after: writes[cut], ...seen }).toEqual({ after: writes[cut], ...expected });
    }
    expect(verifyAuditLog(await linesOf(store.exportAuditLog()))).toMatchObject({ ok: true });
  }, 600_000);
});

describe('a limit of GitHub in mid-review', () => {
  const limited = { message: 'You have exceeded a secondary rate limit.' };
  const later = { status: 403, headers: { 'retry-after': '1' }, body: limited };
  const spent = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' };
  it.each<[string, Fault]>([
    ['403 with retry-after', later],
    ['429 with retry-after', { ...later, status: 429 }],
    ['the hour’s requests spent', { status: 403, headers: spent, body: { message: 'API rate limit exceeded.' } }],
  ])(
    '%s: puts the job off for as long as GitHub says, more often than a job is tried',
    async (_, fault) => {
      const { calls: usual, ...expected } = await reviewed(nothing);
      let met = 0;
      const { calls, ...seen } = await reviewed((method) =>
        isWrite(method) && (met += 1) <= maxAttempts + 1 ? fault : null,
      );
      expect(calls.length).toBeGreaterThan(usual.length);
      expect(seen).toEqual(expected);
      expect(met).toBeGreaterThan(maxAttempts + 1);
    },
    240_000,
  );
});

describe('a pull request of which GitHub does not list all', () => {
  it('is reviewed, and the comment says what was not seen', async () => {
    Object.assign(github.faults, { take: nothing });
    const commits = [{ message: 'm', files: aStrikingChange(1) }];
    github.setWebhookUrl(null);
    const pull = await github.repository.openPullRequest({ title: 'large', user: 'ana', headRef: 'large', commits });
    const { fullName } = github.repository;
    const path = `/repos/${fullName}/pulls/${String(pull.number)}`;
    const headers = { authorization: `Bearer ${github.issueToken()}` };
    const body = (await (await fetch(github.url + path, { headers })).json()) as Record<string, unknown>;
    const large = { status: 200, body: { ...body, commits: 251, changed_files: 3_001 } };
    Object.assign(github.faults, { take: (_: string, asked: string) => (asked === path ? large : null) });
    github.setWebhookUrl(app.webhookUrl);
    await github.repository.tellPullRequest(pull.number, 'opened');
    await untilIdle(github, store, 120_000);
    const [comment] = github.repository.publishedState(pull.number).comments;
    expect(comment?.body).toContain('✂️ GitHub listed only 1 of the commits: an LLM’s part in the others is not seen.');
    expect(comment?.body).toMatch(
      /GitHub listed only 2 of the changed files: findings in the others are shown without their line/,
    );
  });
});
