import { describe, expect, it } from '@jest/globals';
import { auditLine, verifyAuditLog } from '#core/audit';
import { DeploymentError, InvariantError, RepositoryError, UpstreamError } from '#core/base';
import { gates } from '#core/gates';
import type { Review } from '#review';
import { reportFailure, reviewPullRequest } from '#review';
import { aPullRequest } from '../support/changes.ts';
import {
  aRequest,
  aSet,
  aWorld,
  BASE,
  countsFrom,
  editedOrders,
  HEAD,
  llmSaying,
  NEWER,
  noSet,
  nothingEdited,
  shop,
  type World,
} from '../support/review-ports.ts';

const POLICY = '.github/weirkeeper.yml';
const sameCounts = countsFrom({ 'base:orders': 10, 'head:orders': 10, 'base:revenue': 1, 'head:revenue': 1 });
const doubled = countsFrom({ 'base:orders': 10, 'head:orders': 20, 'base:revenue': 1, 'head:revenue': 1 });

function publicationOf({ published }: World): World['published'][number]['publication'] {
  const [only, ...more] = published;
  if (only === undefined || more.length > 0) throw new TypeError(`published ${String(published.length)} times`);
  return only.publication;
}

function outcomesOf(review: Review | null): Readonly<Record<string, string>> {
  return Object.fromEntries((review?.verdict.gates ?? []).map(({ gateId, outcome }) => [gateId, outcome]));
}

function conclusionsOf(world: World): ReadonlySet<string | null> {
  return new Set(publicationOf(world).checkRuns.map(({ conclusion }) => conclusion));
}

describe('the line', () => {
  it('announces, reads, asks, records and then publishes, in this order', async () => {
    const world = aWorld({ evidence: [doubled] });
    const review = await reviewPullRequest(aRequest(), world.ports);
    expect(world.effects).toEqual([
      'announce 1',
      'read pull request',
      `read file ${POLICY} at a`,
      'fetch base',
      'fetch head',
      'read file .github/weirkeeper-expect.yml at b',
      'read head',
      `announce ${String(gates.length)}`,
      'read 4 statements',
      'ask rows:base:model.shop.orders',
      'ask rows:head:model.shop.orders',
      'ask rows:base:model.shop.revenue',
      'ask rows:head:model.shop.revenue',
      'read head',
      'append 1',
      'read labels',
      'recall',
      'publish',
      'remember failed',
    ]);
    expect(review?.verdict.outcome).toBe('failed');
    expect(world.announced).toEqual(['weirkeeper', ...gates.map(({ id }) => `weirkeeper / ${id}`)]);
    expect(world.remembered[0]?.fingerprints.join()).toContain('model.shop.orders');
  });

  it('says on the summary and on every gate what it found', async () => {
    const world = aWorld({ evidence: [doubled] });
    await reviewPullRequest(aRequest(), world.ports);
    const { checkRuns, comment } = publicationOf(world);
    const conclusions = Object.fromEntries(checkRuns.map(({ name, conclusion }) => [name, conclusion]));
    expect(conclusions).toMatchObject({ weirkeeper: 'failure', 'weirkeeper / row-count': 'failure' });
    expect(Object.keys(conclusions).toSorted()).toEqual([...world.announced].toSorted());
    expect(comment).toContain('orders');
  });

  it('passes what changes nothing, and asks nothing', async () => {
    const world = aWorld({ artifacts: nothingEdited(), evidence: [doubled] });
    const review = await reviewPullRequest(aRequest(), world.ports);
    expect(review?.verdict.outcome).toBe('passed');
    expect(world.effects.filter((effect) => effect.startsWith('ask'))).toEqual([]);
    expect(conclusionsOf(world)).toEqual(new Set(['success']));
  });

  it('tells each stage with its duration', async () => {
    const world = aWorld({ evidence: [sameCounts] });
    await reviewPullRequest(aRequest(), world.ports);
    expect(world.stages).toEqual([
      ['collected', { comparable: 1, duration_ms: 10 }],
      ['read', { statements: 4, asked: 4, duration_ms: 10 }],
      ['gathered', { questions: 6, duration_ms: 80 }], // the clock is looked at for each question's sake too
      // The record's own time is a look at the clock too.
      ['recorded', { seq: 3, duration_ms: 20 }],
      ['published', { outcome: 'unknown', duration_ms: 10 }],
    ]);
  });

  it('links each record to the one before it', async () => {
    const world = aWorld({ evidence: [sameCounts] });
    await reviewPullRequest(aRequest(), world.ports);
    await reviewPullRequest(aRequest({ reviewId: 'review-2' }), world.ports);
    expect(world.chain.map(({ event }) => event)).toEqual(['key', 'opened', 'analysed', 'analysed']);
    expect(verifyAuditLog(world.chain.map(auditLine))).toMatchObject({ ok: true, records: 4 });
  });

  it('records a review once when it is tried again after it was recorded', async () => {
    const down = new UpstreamError('github-unavailable', 'GitHub is down');
    const world = aWorld({ evidence: [sameCounts], failing: { publish: down } });
    await expect(reviewPullRequest(aRequest(), world.ports)).rejects.toBe(down);
    await expect(reviewPullRequest(aRequest(), world.ports)).rejects.toBe(down);
    expect(world.records).toHaveLength(1);
  });

  it('gives the same bytes for the same input, in whatever order answers come', async () => {
    let turn = 0;
    const slow = {
      kinds: doubled.kinds,
      answer: async (question: Parameters<typeof doubled.answer>[0]) => {
        await new Promise((resolve) => setTimeout(resolve, 8 - 2 * turn++));
        return doubled.answer(question);
      },
    };
    const worlds = [doubled, doubled, slow].map((source) => aWorld({ evidence: [source], previous: ['gone'] }));
    for (const { ports } of worlds) await reviewPullRequest(aRequest(), ports);
    const [first, ...others] = worlds.map((world) => JSON.stringify([world.records, world.published]));
    expect(first).toContain('orders');
    expect(others).toEqual([first, first]);
  });
});

describe('a newer push', () => {
  it.each([
    ['while artifacts were collected', [NEWER], 0],
    ['while the change was judged', [HEAD, NEWER], 1],
  ] as const)('%s stops the review: nothing is recorded or published', async (_when, heads, readings) => {
    const world = aWorld({ heads, evidence: [doubled] });
    expect(await reviewPullRequest(aRequest(), world.ports)).toBeNull();
    expect(world.effects.at(-1)).toBe('withdraw for c');
    expect(world.effects.filter((effect) => effect.endsWith('statements'))).toHaveLength(readings);
    expect([world.records, world.published, world.remembered]).toEqual([[], [], []]);
  });
});

describe('the policy', () => {
  const off = 'version: 1\ngates:\n  pii:\n    mode: off\n';

  it('is read at the base commit, and what the head says of it is not read', async () => {
    const world = aWorld({ files: { [`${HEAD}:${POLICY}`]: off }, evidence: [sameCounts] });
    const review = await reviewPullRequest(aRequest(), world.ports);
    expect(world.effects.filter((effect) => effect.startsWith(`read file ${POLICY}`))).toEqual([
      `read file ${POLICY} at a`,
    ]);
    expect(world.announced).toContain('weirkeeper / pii');
    expect(review?.snapshot.policyFile).toBeNull();
  });

  it('turns a gate off: it is neither announced nor published', async () => {
    const world = aWorld({ files: { [`${BASE}:${POLICY}`]: off }, evidence: [sameCounts] });
    const review = await reviewPullRequest(aRequest(), world.ports);
    expect(world.announced).not.toContain('weirkeeper / pii');
    expect(
      publicationOf(world)
        .checkRuns.map(({ name }) => name)
        .toSorted(),
    ).toEqual([...world.announced].toSorted());
    expect(review?.snapshot.policyFile).toMatchObject({ path: POLICY, sha: BASE });
    expect(world.records.at(-1)?.record).toContain(review?.snapshot.policyFile?.digest);
  });

  it('that is wrong names file, line, column and remedy, and is told on every check run', async () => {
    const wrong = 'version: 1\ngates:\n  row-cuont:\n    mode: off\n';
    const world = aWorld({ files: { [`${BASE}:${POLICY}`]: wrong } });
    const error: unknown = await reviewPullRequest(aRequest(), world.ports).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RepositoryError);
    expect(String(error)).toMatch(
      /\.github\/weirkeeper\.yml:3:3 .*"row-cuont".*"row-count".*; correct the policy file on the base branch/,
    );
    expect(world.published).toEqual([]);

    const review = await reportFailure(aRequest(), error, world.ports);
    expect(review.verdict.outcome).toBe('unknown');
    expect(conclusionsOf(world)).toEqual(new Set(['action_required']));
    const { checkRuns, comment } = publicationOf(world);
    expect(checkRuns).toHaveLength(gates.length + 1);
    expect(comment).toContain('row-cuont');
    expect(world.effects.indexOf('append 1')).toBeLessThan(world.effects.indexOf('publish'));
    expect(world.stages.map(([name]) => name)).toEqual(['recorded', 'published']);
  });
});

describe('artifacts that cannot be compared', () => {
  const missing = noSet('no-artifact', 'there is no workflow artifact dbt-head', 'upload it');
  const { base, head } = editedOrders();
  it.each([
    ['no head', { base, head: missing }, 'there is no workflow artifact dbt-head'],
    ['no base', { base: missing, head }, 'there is no workflow artifact dbt-head'],
    [
      'a truncated head',
      { base, head: aSet('{"metadata": {') },
      'manifest.json in memory ends in the middle, at line 1',
    ],
    ['a base of another kind', { base: aSet('{}'), head }, 'manifest.json in memory is not a dbt manifest'],
    [
      'a catalog that is none',
      { base, head: aSet(shop('select 2'), { catalog: Buffer.from('[]') }) },
      'head catalog.json holds JSON',
    ],
    [
      'run results that are none',
      { base, head: aSet(shop('select 2'), { runResults: Buffer.from('x') }) },
      'head run_results.json is',
    ],
  ] as const)('%s: every gate is unknown for this reason, and none is green', async (_case, artifacts, text) => {
    const world = aWorld({ artifacts, evidence: [doubled] });
    const review = await reviewPullRequest(aRequest(), world.ports);
    expect(new Set(Object.values(outcomesOf(review)))).toEqual(new Set(['unknown']));
    for (const gate of review?.verdict.gates ?? []) expect(gate.reason?.text).toContain(text);
    expect(conclusionsOf(world)).toEqual(new Set(['action_required']));
    expect(world.effects.filter((effect) => /^ask|statements$/.test(effect))).toEqual([]);
    expect(world.records.at(-1)?.record).toContain('"result":"UNKNOWN"');
    expect(world.stages.map(([name]) => name)).toEqual(['collected', 'recorded', 'published']);
  });

  it('tells the head’s reason when both sides are missing: the pull request can mend that', async () => {
    const world = aWorld({ artifacts: { base: noSet('a', 'no base', ''), head: noSet('b', 'no head', '') } });
    const review = await reviewPullRequest(aRequest(), world.ports);
    expect(review?.verdict.gates[0]?.reason?.text).toContain('no head');
  });
});

describe('a port that fails', () => {
  const down = new UpstreamError('github-down', 'GitHub answered 500');
  it.each([
    ['announce', { records: 0, published: 0 }],
    ['read pull request', { records: 0, published: 0 }],
    ['read file', { records: 0, published: 0 }],
    ['fetch head', { records: 0, published: 0 }],
    ['read head', { records: 0, published: 0 }],
    ['read 4 statements', { records: 0, published: 0 }],
    ['append', { records: 0, published: 0 }],
    ['read labels', { records: 1, published: 0 }],
    ['recall', { records: 1, published: 0 }],
    ['publish', { records: 1, published: 0 }],
    ['remember', { records: 1, published: 1 }],
  ])('%s: the error goes up as it is, and nothing after it is done', async (effect, { records, published }) => {
    const world = aWorld({ failing: { [effect]: down }, evidence: [doubled] });
    await expect(reviewPullRequest(aRequest(), world.ports)).rejects.toBe(down);
    expect(world.effects.at(-1)).toMatch(new RegExp(`^${effect}`));
    expect([world.records.length, world.published.length]).toEqual([records, published]);
  });

  it('an evidence source that throws has not answered: only the gate that asked is unknown', async () => {
    const world = aWorld({ failing: { ask: new TypeError('password=hunter2') }, evidence: [doubled] });
    const review = await reviewPullRequest(aRequest(), world.ports);
    expect(outcomesOf(review)).toMatchObject({ state: 'passed', 'row-count': 'unknown', pii: 'passed' });
    const all = JSON.stringify([world.published, world.records]);
    expect(all).toContain('the source of the answer failed (TypeError)');
    expect(all).not.toContain('hunter2');
  });
});

describe('evidence', () => {
  it('of files comes before a warehouse, the base’s file before the head’s', async () => {
    const { base, head } = editedOrders();
    if (!base.ok || !head.ok) throw new TypeError('not a pair');
    const artifacts = {
      base: aSet(base.set.manifest, { evidence: JSON.stringify({ 'base:orders': 10 }) }),
      head: aSet(head.set.manifest, { evidence: JSON.stringify({ 'base:orders': 99, 'head:orders': 20 }) }),
    };
    const world = aWorld({ artifacts, evidence: [sameCounts] });
    const review = await reviewPullRequest(aRequest(), world.ports);
    const counts = [...(review?.answers ?? [])].filter(([key]) => key.startsWith('rows:'));
    const rows = counts.map(([key, answer]) => [
      key.split(':')[1],
      key.split('.').at(-1),
      answer.known && answer.kind === 'row-count' ? [answer.rows, answer.source] : null,
    ]);
    expect(rows).toEqual([
      ['base', 'orders', [10, 'the file']],
      ['head', 'orders', [20, 'the file']],
      ['base', 'revenue', [1, 'a warehouse']],
      ['head', 'revenue', [1, 'a warehouse']],
    ]);
  });
});

describe('a deep review', () => {
  const patch = '@@ -1 +1 @@\n-select 1 as id\n+select 2 as id';
  const pullRequest = {
    ...aPullRequest(),
    changedFiles: [{ path: 'models/orders.sql', previousPath: null, status: 'modified' as const, patch }],
  };
  const claim = {
    file: 'models/orders.sql',
    start_line: 1,
    end_line: 1,
    quote: 'select 2 as id',
    entities: [{ node: 'model.shop.orders', column: null }],
    evidence_ids: ['model:model.shop.orders'],
    claim: 'Every order now has the id 2, so revenue adds up another number.',
  };
  const reply = JSON.stringify({ claims: [claim, { ...claim, quote: 'delete from orders' }] });

  it('posts the claim that holds beside its line, and drops and counts the one that does not', async () => {
    const world = aWorld({ pullRequest, evidence: [sameCounts, llmSaying(reply)] });
    await reviewPullRequest(aRequest({ depth: 'deep' }), world.ports);
    const { inlineComments } = publicationOf(world);
    expect(inlineComments).toHaveLength(1);
    expect(inlineComments[0]).toMatchObject({ path: 'models/orders.sql', line: 1, side: 'RIGHT' });
    expect(inlineComments[0]?.body).toContain('now has the id 2');
    expect(JSON.parse(world.records.at(-1)?.record ?? '{}')).toMatchObject({
      predicate: {
        event: 'deep-reviewed',
        llm: { used: true, model: 'local-model', claims: { total: 2, grounded: 1, dropped: 1 } },
      },
    });
  });

  it('is not asked for by a standard review', async () => {
    const world = aWorld({ pullRequest, evidence: [sameCounts, llmSaying(reply)] });
    await reviewPullRequest(aRequest(), world.ports);
    expect(world.effects).not.toContain('ask claims');
    expect(publicationOf(world).inlineComments).toEqual([]);
  });

  it('without an LLM says so and changes no other gate', async () => {
    const world = aWorld({ pullRequest, evidence: [sameCounts] });
    const review = await reviewPullRequest(aRequest({ depth: 'deep' }), world.ports);
    expect(outcomesOf(review)).toMatchObject({ 'deep-review': 'unknown', 'row-count': 'passed' });
    expect(publicationOf(world).comment).toContain('no LLM is configured');
  });
});

describe('a failure that is reported', () => {
  it.each([
    ['an upstream that stays down', new UpstreamError('github-down', 'GitHub answered 500'), 'could not check: GitHub'],
    ['a deployment not set up', new DeploymentError('bad-key', 'PRIVATE_KEY is hunter2'), 'the app is not set up'],
    ['a broken promise of ours', new InvariantError('impossible', 'hunter2'), 'internal error'],
    ['anything else', new TypeError('hunter2'), 'internal error'],
  ])('%s is told on every check run without details of the deployment', async (_case, error, text) => {
    const world = aWorld();
    await reportFailure(aRequest(), error, world.ports);
    expect(conclusionsOf(world)).toEqual(new Set(['action_required']));
    const { comment, labels } = publicationOf(world);
    expect(comment).toContain(text);
    expect(JSON.stringify([world.published, world.records])).not.toContain('hunter2');
    expect(labels).toEqual({ add: [], remove: [] });
    expect(world.records).toHaveLength(1);
  });
});
