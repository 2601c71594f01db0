import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifyAuditLog } from '#core/audit';
import { recordIn } from '../support/audit.ts';
import {
  demoProject,
  demoWarehouseUrl,
  finishDemoBuild,
  type OpenedPullRequest,
  openDemoPullRequest,
  startDemoGitHub,
} from '../support/demo-pull-requests.ts';
import type { GitHubDouble } from '../support/github-double/index.ts';
import { leaksIn } from '../support/log-canaries.ts';
import { type RunningApp, startAppFor } from '../support/running-app.ts';
import { checkNames, commentOf, conclusionsOf } from '../support/seen-on-github.ts';
import { eventually } from '../support/store.ts';

/** Newer pushes, the merge queue, and what people do with checks and labels. */

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

/** Opens a demo pull request whose build is over before the App hears of it, in a repository of its own. */
async function openBuilt(demoNumber: number, name: string): Promise<OpenedPullRequest> {
  github.setWebhookUrl(null);
  const repository = await github.addRepository({ owner: 'cinderhouse', name, files: demoProject() });
  const opened = await openDemoPullRequest(github, demoNumber, { repository });
  await finishDemoBuild(opened);
  github.setWebhookUrl(app.webhookUrl);
  return opened;
}

/** Takes the change back: the head is then as the base is. */
async function pushRepair({ repository, pull }: OpenedPullRequest): Promise<void> {
  const base = demoProject();
  const paths = ['models/marts/fct_bookings.sql', 'models/marts/_marts__models.yml'];
  const metrics = ['models/metrics/met_studio_revenue_daily.sql', 'models/metrics/_metrics__models.yml'];
  const files = Object.fromEntries([...paths, ...metrics].map((path) => [path, base[path] ?? '']));
  await repository.pushCommit(pull.number, { message: 'Keep the latest revision only', files });
}

describe('a newer push', () => {
  it('stops the review of the older head before it has said anything', async () => {
    const opened = await openBuilt(1, 'pushed-while-read');
    const { repository, pull } = opened;
    const oldHead = pull.head.sha;
    github.faults.next({ method: 'GET', path: /\/artifacts\/\d+\/zip$/, delayMs: 1_000 });
    await repository.tellPullRequest(pull.number, 'opened');
    await eventually(() => github.faults.pending() === 0);
    await pushRepair(opened);
    await finishDemoBuild(opened, 'base');
    await app.settled();

    const old = repository.publishedState(pull.number, oldHead);
    expect(new Set(Object.values(conclusionsOf(old)))).toEqual(new Set(['cancelled']));
    const seen = repository.publishedState(pull.number);
    expect(conclusionsOf(seen)).toMatchObject({ weirkeeper: 'success', 'weirkeeper / row-count': 'success' });
    expect(commentOf(seen)).toMatch(/^### ✅ Clear · no model is modified/m);
    expect(commentOf(seen)).not.toContain('fct_bookings');
    expect((await app.auditLines()).map(recordIn).filter((record) => record.includes(oldHead))).toEqual([]);
  });

  it('leaves no check of the older head under way when it comes between two steps of publishing', async () => {
    const opened = await openBuilt(1, 'pushed-while-published');
    const { repository, pull } = opened;
    const oldHead = pull.head.sha;
    github.faults.next({ method: 'POST', path: /\/issues\/\d+\/comments$/, delayMs: 1_000 });
    await repository.tellPullRequest(pull.number, 'opened');
    await eventually(() => github.faults.pending() === 0);
    await pushRepair(opened);
    await finishDemoBuild(opened, 'base');
    await app.settled();

    const old = conclusionsOf(repository.publishedState(pull.number, oldHead));
    expect(old['weirkeeper']).toBe('cancelled');
    expect(Object.values(old)).not.toContain('in_progress');
    const seen = repository.publishedState(pull.number);
    expect(conclusionsOf(seen)).toMatchObject({ weirkeeper: 'success' });
    expect(commentOf(seen)).toMatch(/^### ✅ Clear · no model is modified/m);
    expect(seen.labels).toEqual(['assisted-by:llm', 'hallucination-budget']);
  });
});

describe('a pull request from a fork', () => {
  it('is reviewed when its artifacts come, though GitHub names no pull request then', async () => {
    const repository = await github.addRepository({ owner: 'cinderhouse', name: 'forked', files: demoProject() });
    const opened = await openDemoPullRequest(github, 2, { repository, fork: 'stranger' });
    await app.settled();
    expect(conclusionsOf(repository.publishedState(opened.pull.number))['weirkeeper']).toBe('action_required');
    await finishDemoBuild(opened);
    await app.settled();

    const seen = repository.publishedState(opened.pull.number);
    expect(conclusionsOf(seen)).toMatchObject({ weirkeeper: 'failure', 'weirkeeper / pii': 'failure' });
    expect(commentOf(seen)).toContain('contact_point');
  });
});

describe('people and the merge queue', () => {
  let opened: OpenedPullRequest;

  beforeAll(async () => {
    opened = await openBuilt(1, 'people');
    await opened.repository.tellPullRequest(opened.pull.number, 'opened');
    await app.settled();
  });

  it('pressing "re-run" on a check makes a review anew, with check runs of its own', async () => {
    const { repository, pull } = opened;
    const before = repository.publishedState(pull.number);
    const runs = repository.state.checkRuns.length;
    const check = repository.state.checkRuns.find(({ name }) => name === 'weirkeeper / row-count');
    await repository.rerequestCheckRun('ada', check?.id ?? 0);
    await app.settled();

    expect(repository.state.checkRuns).toHaveLength(runs + checkNames.length);
    const after = repository.publishedState(pull.number);
    expect(conclusionsOf(after)).toEqual(conclusionsOf(before));
    expect(commentOf(after)).toContain('fct_bookings');
  });

  it('a label that a person took off stays off', async () => {
    const { repository, pull } = opened;
    expect(repository.publishedState(pull.number).labels).toContain('needs-senior-review');
    await repository.removeLabelAs('ada', pull.number, 'needs-senior-review');
    await app.settled();
    await repository.comment('cinderhouse-oswin', pull.number, '/weirkeeper review');
    await app.settled();

    expect(repository.publishedState(pull.number).labels).toEqual(['assisted-by:llm', 'hallucination-budget']);
  });

  it('a merge group gets the checks of its pull request, by the same names', async () => {
    const { repository, pull } = opened;
    const onPull = conclusionsOf(repository.publishedState(pull.number));
    const groupSha = await repository.enqueue(pull.number);
    await app.settled();

    expect(conclusionsOf(repository.publishedState(pull.number, groupSha))).toEqual(onPull);
    expect(repository.publishedState(pull.number, groupSha).checkRuns['weirkeeper']?.summary).toContain(
      `#${String(pull.number)}`,
    );
  });

  it('keeps one chain of records a repository', async () => {
    expect(verifyAuditLog(await app.auditLines())).toMatchObject({ ok: true });
    expect(github.forbidden).toEqual([]);
  });

  it('has logged no token, secret, SQL or text of a pull request', () => {
    expect(app.logText()).toContain('"review superseded"');
    expect(leaksIn(app.logText(), github)).toEqual([]);
  });
});
