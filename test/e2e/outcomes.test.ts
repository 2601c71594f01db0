import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type PublicKey, verifyAuditLog } from '#core/audit';
import type { GitHubDouble } from '../support/github-double/index.ts';
import { aShop, asBefore, onPaidLine, openUnheard, outcomesOf, predicatesOf, startShop } from '../support/merges.ts';
import { type RunningApp, startAppFor } from '../support/running-app.ts';

/** What became of pull requests: webhook in, record out, over a real git repository. */

let github: GitHubDouble;
let app: RunningApp;
/** Days by which the App's clock goes before GitHub's. */
let daysLater = 0;

beforeAll(async () => {
  github = await startShop();
  const clock = { now: () => new Date(Date.now() + daysLater * 86_400_000) };
  app = await startAppFor(github, {}, { clock });
});

afterAll(async () => {
  await app.close();
  await github.close();
});

type Repository = GitHubDouble['repository'];
type Merge = Parameters<Repository['mergePullRequest']>[1];

/** What is at stake is what comes after the review. */
function open(repository: Repository, words = {}): Promise<number> {
  return openUnheard(github, app, { repository, words });
}

/** Merges a second later than what was before, and waits until the App has written that down. */
async function merge(repository: Repository, number: number, options: Merge = {}): Promise<string> {
  github.advance(1_000);
  const sha = await repository.mergePullRequest(number, { user: 'cy', ...options });
  await app.settled();
  return sha;
}

/** What is known of a pull request in the end: the push and the closing are looked at in either order. */
async function lastOutcomeOf(repository: Repository, number: number): Promise<unknown> {
  return (await outcomesOf(app, repository, number)).at(-1);
}

/** The daily look at one repository, as if so many days had gone by. */
async function lookAfter(days: number, repository: Repository): Promise<void> {
  daysLater = days;
  await app.lookAt(repository.fullName, github.installationId);
  daysLater = 0;
}

/** Merges, as GitHub's three buttons do. */
const methods = ['merge', 'squash', 'rebase'] as const;

describe('a merge', () => {
  it.each(methods)(
    'by %s is recorded with its people and what they approved, and so is its revert (R1)',
    async (method) => {
      const repository = await aShop(github, `merged-${method}`);
      const number = await open(repository);
      const { base, head } = repository.pull(number);
      repository.reviewAs('bo', number, 'APPROVED');
      repository.reviewAs('dee', number, 'APPROVED', base.sha);
      const mergeCommit = await merge(repository, number, { method });

      expect(await predicatesOf(app, repository, 'merged')).toMatchObject([
        {
          pullNumber: number,
          change: { base: base.sha, head: head.sha, mergeCommit },
          merged: { by: 'cy', at: repository.pull(number).closedAt },
          actors: {
            author: { login: 'ada' },
            reviewers: [
              { login: 'bo', state: 'APPROVED', commit: head.sha, counts: true },
              { login: 'dee', state: 'APPROVED', commit: base.sha, counts: false },
            ],
          },
        },
      ]);
      expect(await outcomesOf(app, repository, number)).toEqual([]);

      const revert = await repository.revertCommit('main', mergeCommit, 'bo');
      await app.settled();
      const evidence = [{ rule: 'R1', where: `commit ${revert}`, what: `reverts commit ${mergeCommit}` }];
      expect(await outcomesOf(app, repository, number)).toEqual([
        { state: 'reverted', confidence: 'explicit', window: 'P14D', evidence },
      ]);
    },
  );

  it('is recorded once, whatever is delivered again', async () => {
    const repository = await aShop(github, 'merged-again');
    await merge(repository, await open(repository), { first: 'closed' });
    const before = await app.auditLines(repository.fullName);
    for (const { event, guid, payload } of github.deliveries.slice(-2)) {
      await github.deliver(event, payload, { guid: `${guid.slice(0, -1)}x` });
    }
    await app.settled();
    expect(await app.auditLines(repository.fullName)).toEqual(before);
  });
});

it('a pull request that is closed is abandoned, and one that is opened again is not lost', async () => {
  const repository = await aShop(github, 'closed');
  const number = await open(repository);
  await repository.closePullRequest(number);
  await app.settled();
  const closed = { rule: 'closed', where: repository.pull(number).closedAt, what: 'closed without a merge' };
  const abandoned = { state: 'abandoned', confidence: 'explicit', window: 'P0D', evidence: [closed] };
  expect(await outcomesOf(app, repository, number)).toEqual([abandoned]);
  await repository.reopenPullRequest(number);
  await merge(repository, number);
  expect(await predicatesOf(app, repository, 'merged')).toHaveLength(1);
});

describe('a merge is reverted', () => {
  it('by GitHub’s button (R1 by its commit), and the revert of the revert brings it back', async () => {
    const repository = await aShop(github, 'reverted-by-button');
    const number = await open(repository);
    const sha = await merge(repository, number);
    github.setWebhookUrl(null);
    const revert = await repository.revertPullRequest(number, 'bo');
    github.setWebhookUrl(app.webhookUrl);
    const revertSha = await merge(repository, revert.number, { first: 'closed' });
    const evidence = [{ rule: 'R1', what: `reverts commit ${sha}` }];
    expect(await lastOutcomeOf(repository, number)).toMatchObject({
      state: 'reverted',
      confidence: 'explicit',
      evidence,
    });
    await repository.revertCommit('main', revertSha, 'ada');
    await app.settled();
    expect(await lastOutcomeOf(repository, revert.number)).toMatchObject({ state: 'reverted' });
    expect(await lastOutcomeOf(repository, number)).toMatchObject({ state: 'merged', confidence: 'explicit' });
  });

  it('by a pull request whose commit names nothing (R2), which is more than that the content is back', async () => {
    const repository = await aShop(github, 'reverted-by-words');
    const number = await open(repository);
    await merge(repository, number, { method: 'squash' });
    const words = { title: 'revert: paid orders', body: `Reverts shop/reverted-by-words#${String(number)}` };
    const later = await open(repository, { ...words, user: 'bo', headRef: 'undo', files: asBefore });
    await merge(repository, later, { method: 'squash' });
    const evidence = [{ rule: 'R2', where: `pull request #${String(later)}`, what: `reverts #${String(number)}` }];
    expect(await lastOutcomeOf(repository, number)).toMatchObject({
      state: 'reverted',
      confidence: 'explicit',
      evidence,
    });
  });

  it('by content alone, which is only probable (R3)', async () => {
    const repository = await aShop(github, 'reverted-by-content');
    const number = await open(repository);
    await merge(repository, number, { method: 'squash' });
    const sha = await repository.commitTo('main', { message: 'Tidy', files: asBefore, author: 'bo' });
    await app.settled();
    const what = '1 of 1 changed model files are as before the merge';
    expect(await outcomesOf(app, repository, number)).toMatchObject([
      { state: 'reverted', confidence: 'probable', evidence: [{ rule: 'R3', where: `commit ${sha}`, what }] },
    ]);
  });

  it('and the daily look sees it when GitHub’s push was lost', async () => {
    const repository = await aShop(github, 'reverted-unheard');
    const number = await open(repository);
    const sha = await merge(repository, number);
    github.loseNextDeliveries(1);
    await repository.revertCommit('main', sha, 'bo');
    await app.settled();
    expect(await outcomesOf(app, repository, number)).toEqual([]);
    await lookAfter(1, repository);
    expect(await outcomesOf(app, repository, number)).toMatchObject([
      { state: 'reverted', confidence: 'explicit', evidence: [{ rule: 'R1' }] },
    ]);
    await lookAfter(2, repository);
    expect(await outcomesOf(app, repository, number)).toHaveLength(1);
  });
});

describe('a merge is fixed forward', () => {
  it('by a pull request that changes the lines it added and says that it is a fix (F1)', async () => {
    const repository = await aShop(github, 'fixed');
    const number = await open(repository);
    await merge(repository, number, { method: 'squash' });
    const later = await open(repository, onPaidLine('fix: count refunded orders'));
    await merge(repository, later);
    const what = 'takes away 1 added line (first in models/orders.sql) and says it is a fix (title';
    expect(await outcomesOf(app, repository, number)).toMatchObject([
      {
        state: 'fixed_forward',
        confidence: 'probable',
        evidence: [{ rule: 'F1', where: `pull request #${String(later)}`, what: expect.stringContaining(what) }],
      },
    ]);
  });

  it('by a commit that names it (F2), which is explicit', async () => {
    const repository = await aShop(github, 'fixed-by-name');
    const number = await open(repository);
    const sha = await merge(repository, number, { method: 'rebase' });
    const message = `Count refunds too\n\nFixes: ${sha.slice(0, 12)}`;
    const fix = await repository.commitTo('main', {
      message,
      files: { 'models/items.sql': 'select 2\n' },
      author: 'bo',
    });
    await app.settled();
    expect(await outcomesOf(app, repository, number)).toMatchObject([
      { state: 'fixed_forward', confidence: 'explicit', evidence: [{ rule: 'F2', where: `commit ${fix}` }] },
    ]);
  });

  it('not by one that changes the same lines and says nothing of a fix', async () => {
    const repository = await aShop(github, 'touched-again');
    const number = await open(repository);
    await merge(repository, number);
    await merge(repository, await open(repository, onPaidLine('Count refunded orders')));
    expect(await outcomesOf(app, repository, number)).toEqual([]);
  });
});

describe('a merge of which nothing is seen', () => {
  it('is said to be that when its time is over, and not a day before; what comes later is not looked for', async () => {
    const repository = await aShop(github, 'quiet', 'version: 1\naudit: { outcome_days: 3 }\n');
    const number = await open(repository);
    const sha = await merge(repository, number);
    await lookAfter(2, repository);
    expect(await outcomesOf(app, repository, number)).toEqual([]);
    await lookAfter(4, repository);
    const none = [
      {
        state: 'none_observed',
        confidence: 'none',
        window: 'P3D',
        evidence: [{ rule: 'window', where: 'main', what: 'no revert and no fix within 3 days' }],
      },
    ];
    expect(await outcomesOf(app, repository, number)).toEqual(none);
    await repository.revertCommit('main', sha, 'bo');
    await lookAfter(5, repository);
    expect(await outcomesOf(app, repository, number)).toEqual(none);
  });
});

describe('after all that', () => {
  it('every repository’s log holds, and says nothing in anybody’s words', async () => {
    const lines = await app.auditLines();
    const { keys } = JSON.parse(await app.get('/keys')) as { keys: readonly PublicKey[] };
    expect(verifyAuditLog(lines, { keys })).toMatchObject({ ok: true, records: lines.length });
    const text = lines
      .map((line) => Buffer.from((JSON.parse(line) as { payload: string }).payload, 'base64'))
      .join('\n');
    expect(text).not.toMatch(/paid|refund|Tidy|noreply|select|where status/i);
    expect(github.forbidden).toEqual([]);
  });
});
