import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifyAuditLog } from '#core/audit';
import { rewritten } from '../support/audit.ts';
import {
  demoWarehouseUrl,
  finishDemoBuild,
  type OpenedPullRequest,
  openDemoPullRequest,
  startDemoGitHub,
} from '../support/demo-pull-requests.ts';
import type { GitHubDouble } from '../support/github-double/index.ts';
import { leaksIn } from '../support/log-canaries.ts';
import { type RunningApp, startAppFor } from '../support/running-app.ts';
import {
  allCheckRuns,
  allConclude,
  commentOf,
  conclusionsOf,
  inlineCommentsOf,
  writesSince,
} from '../support/seen-on-github.ts';

/** Each pull request of the demo: signed webhooks in, what a person sees on GitHub out. */

let github: GitHubDouble;
let app: RunningApp;

beforeAll(async () => {
  github = await startDemoGitHub();
  app = await startAppFor(github, { WAREHOUSE_URL: demoWarehouseUrl });
});

afterAll(async () => {
  await app.close();
  await github.close();
});

async function reviewDemo(number: number): Promise<OpenedPullRequest> {
  const opened = await openDemoPullRequest(github, number);
  await app.settled();
  await finishDemoBuild(opened);
  await app.settled();
  return opened;
}

describe('pull request 1, an LLM-assisted join that doubles rows', () => {
  it('is blocked by its row count, and asks for a senior reviewer', async () => {
    const { pull } = await reviewDemo(1);
    const seen = github.repository.publishedState(pull.number);
    const comment = commentOf(seen);

    expect(conclusionsOf(seen)).toEqual(
      allConclude('success', { weirkeeper: 'failure', 'weirkeeper / row-count': 'failure' }),
    );
    expect(seen.labels).toEqual(['assisted-by:llm', 'hallucination-budget', 'needs-senior-review']);
    expect(comment.split('\n').slice(0, 2)).toEqual([
      '<!-- weirkeeper:review -->',
      expect.stringMatching(/^### ⛔ Blocked · `fct_bookings`: 1,555 → 3,120 rows \(\+101 %\) · rung \d of 4$/),
    ]);
    for (const exposure of ['Studio floor', 'Board pack', 'Campaign sync']) expect(comment).toContain(exposure);
    expect(comment).toMatch(/🤖 Assisted by an LLM \(trailer `Co-Authored-By[^`]*` in 2 .*needs a senior reviewer/);
    const place = { path: 'models/marts/fct_bookings.sql' };
    expect(seen.checkRuns['weirkeeper / row-count']?.annotations).toMatchObject([place]);
    const [first, ...others] = inlineCommentsOf(seen);
    expect(first).toMatchObject({ ...place, side: 'RIGHT', body: expect.stringContaining('1,555 → 3,120 rows') });
    // What the gates that only advise have to say of the same edit.
    expect(others.map(({ body }) => /Gate ([\w-]+)\./.exec(body)?.[1])).toEqual(['sql-rules', 'values']);
  });
});

describe('pull request 2, a rename that loses a PII label', () => {
  it('is blocked by pii: the label that was lost and the new path to the exposure', async () => {
    const { pull } = await reviewDemo(2);
    const seen = github.repository.publishedState(pull.number);
    const comment = commentOf(seen);

    expect(conclusionsOf(seen)).toMatchObject({
      weirkeeper: 'failure',
      'weirkeeper / pii': 'failure',
      'weirkeeper / row-count': 'success',
      'weirkeeper / destructive': 'success',
      'weirkeeper / dbt-run': 'success',
    });
    expect(seen.labels).toEqual([]);
    expect(comment).toMatch(/^### ⛔ Blocked · /m);
    for (const word of ['contact_point', 'member_email', 'campaign_audience', 'Campaign sync']) {
      expect(comment).toContain(word);
    }
    expect(comment).not.toContain('🤖');
    const places = inlineCommentsOf(seen).map(({ path }) => path);
    expect(places).toContain('models/marts/campaign_audience.sql');
  });
});

describe('pull request 3, a pure refactor', () => {
  it('is silent and green', async () => {
    const { pull } = await reviewDemo(3);
    const seen = github.repository.publishedState(pull.number);
    const comment = commentOf(seen);

    expect(conclusionsOf(seen)).toEqual(allConclude('success'));
    expect(seen.labels).toEqual([]);
    expect(seen.reviews).toEqual([]);
    expect(comment).toMatch(/^### ✅ Clear · /m);
    expect(comment).toContain('Looked at 3 modified models');
    expect(comment).not.toMatch(/\| gate \||<details>|⛔|⚠️/);
    expect(Object.values(seen.checkRuns).flatMap(({ annotations }) => annotations)).toEqual([]);
  });
});

describe('pull request 4, one thing of each kind', () => {
  it('is blocked by what it deletes, removes and filters', async () => {
    const { pull } = await reviewDemo(4);
    const seen = github.repository.publishedState(pull.number);
    const comment = commentOf(seen);

    expect(conclusionsOf(seen)).toEqual(
      allConclude('success', {
        weirkeeper: 'failure',
        'weirkeeper / row-count': 'failure',
        // A column of exposures warns, and warnings conclude nothing.
        'weirkeeper / destructive': 'failure',
      }),
    );
    const destructive = seen.checkRuns['weirkeeper / destructive'];
    expect(destructive?.annotations.map(({ path }) => path)).toEqual([
      'macros/forget_market_stall.sql',
      'macros/forget_market_stall.sql',
      'models/marts/fct_shop_sales.sql',
    ]);
    const columns = seen.checkRuns['weirkeeper / column-lineage']?.text ?? '';
    expect(columns).toContain('`shelf_units` of `dim_kilns` is removed');
    expect(columns).toMatch(
      /`capacity_units` of `met_kiln_utilisation_weekly` is now made from `fct_firings.loaded_units`/,
    );
    expect(columns).toMatch(/`utilisation` of `met_kiln_utilisation_weekly` is now made from/);
    expect(columns).toContain('`peak_celsius` of `fct_firings`: double → integer');
    expect(columns).not.toContain('is_weekend');
    expect(comment).toContain('800 → **613** (−23 %)');
    expect(seen.labels).toEqual([]);
  });
});

describe('after all four', () => {
  it('a second delivery of any event changes nothing', async () => {
    const before = github.repository.state.pulls.map(({ number }) => github.repository.publishedState(number));
    const runs = allCheckRuns(github.repository);
    const records = await app.auditLines();
    const length = github.requests.length;
    const asking = github.deliveries.filter(({ event }) => event === 'pull_request' || event === 'workflow_run');
    expect(asking.length).toBeGreaterThanOrEqual(8);

    for (const delivery of asking) expect((await github.redeliver(delivery)).statusCode).toBe(200);
    await app.settled();

    expect(writesSince(github, length)).toEqual([]);
    expect(allCheckRuns(github.repository)).toEqual(runs);
    expect(github.repository.state.pulls.map(({ number }) => github.repository.publishedState(number))).toEqual(before);
    expect(await app.auditLines()).toEqual(records);
  });

  it('every review is recorded in a chain that verifies', async () => {
    const lines = await app.auditLines();
    // The key; each pull request's first notice; two reviews of each: before its artifacts came, and after.
    expect(verifyAuditLog(lines)).toMatchObject({ ok: true, records: 13 });
    const forged = rewritten(lines[12] ?? '', '"rows":593', '"rows":793');
    expect(forged).not.toBe(lines[12]);
    expect(verifyAuditLog([...lines.slice(0, 12), forged])).toMatchObject({ ok: false, line: 13 });
  });

  it('has never approved, merged, dismissed or pushed, nor sent its token to the storage host', () => {
    expect(github.forbidden).toEqual([]);
    expect(github.leakedCredentials()).toBe(0);
  });

  it('has logged no token, secret, SQL or text of a pull request', () => {
    expect(app.logText().split('"review published"')).toHaveLength(9);
    expect(leaksIn(app.logText(), github)).toEqual([]);
  });
});
