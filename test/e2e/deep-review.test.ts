import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { recordIn } from '../support/audit.ts';
import {
  demoProject,
  demoWarehouseUrl,
  finishDemoBuild,
  type OpenedPullRequest,
  openDemoPullRequest,
  readDemoPullRequest,
  startDemoGitHub,
} from '../support/demo-pull-requests.ts';
import type { GitHubDouble } from '../support/github-double/index.ts';
import { type LlmDouble, startLlmDouble } from '../support/llm-double.ts';
import { leaksIn } from '../support/log-canaries.ts';
import { type RunningApp, startAppFor } from '../support/running-app.ts';
import { commentOf, conclusionsOf, inlineCommentsOf } from '../support/seen-on-github.ts';

/** The label `weirkeeper:deep-review`, with an LLM on loopback and with none. */

const path = 'models/metrics/met_studio_revenue_daily.sql';
const quote = "sum(case when bookings.revision_reason = 'disputed' then 1 else 0 end) as disputed_charges";
const headText = readDemoPullRequest(1).files[path] ?? '';
const line = 1 + headText.split('\n').findIndex((text) => text.includes(quote));
const trueClaim = {
  file: path,
  start_line: line,
  end_line: line,
  quote,
  entities: [{ node: 'model.cinderhouse.met_studio_revenue_daily', column: 'disputed_charges' }],
  evidence_ids: ['model:model.cinderhouse.met_studio_revenue_daily'],
  claim: 'A booking disputed twice is counted twice here, because each revision is a row of its own.',
};
const falseClaim = {
  ...trueClaim,
  quote: 'sum(bookings.refunded_amount) as refunds',
  claim: 'Refunds are summed without a currency, so that two currencies are added up.',
};

let github: GitHubDouble;
let llm: LlmDouble;
let app: RunningApp | null = null;

beforeAll(async () => {
  github = await startDemoGitHub();
  llm = await startLlmDouble(JSON.stringify({ claims: [trueClaim, falseClaim] }));
});

afterEach(async () => {
  await app?.close();
  app = null;
});

afterAll(async () => {
  await llm.close();
  await github.close();
});

async function reviewDeeply(running: RunningApp, name: string): Promise<OpenedPullRequest> {
  const repository = await github.addRepository({ owner: 'cinderhouse', name, files: demoProject() });
  const opened = await openDemoPullRequest(github, 1, { repository });
  await finishDemoBuild(opened);
  await running.settled();
  await repository.addLabelAs('ada', opened.pull.number, 'weirkeeper:deep-review');
  await running.settled();
  return opened;
}

describe('a deep review', () => {
  it('posts the claim that holds as an inline comment, and drops and counts the other', async () => {
    app = await startAppFor(github, {
      WAREHOUSE_URL: demoWarehouseUrl,
      OPENAI_BASE_URL: llm.baseUrl,
      OPENAI_API_KEY: 'sk-canary-0123456789abcdef',
      OPENAI_MODEL: 'local-model',
    });
    const { repository, pull } = await reviewDeeply(app, 'with-llm');
    const seen = repository.publishedState(pull.number);

    const claims = inlineCommentsOf(seen).filter(({ body }) => body.includes('disputed twice'));
    expect(claims).toMatchObject([{ path, line, side: 'RIGHT' }]);
    expect(JSON.stringify(seen)).not.toContain('two currencies');
    expect(commentOf(seen)).toMatch(/Deep review: 1 of 2 claims of the LLM held against the code, 1 dropped/);
    expect(conclusionsOf(seen)['weirkeeper / deep-review']).toBe('success');
    const last = recordIn((await app.auditLines()).at(-1) ?? '');
    expect(last).toContain('local-model-2026-05');
    expect(last).toMatch(/\\?"claims\\?":\{[^}]*\\?"dropped\\?":1/);

    expect(llm.requests).toHaveLength(1);
    const asked = llm.requests[0] ?? '';
    for (const told of [pull.title, 'grain of `fct_bookings` does not change', 'Carry the charge revision', 'Claude']) {
      expect(asked).not.toContain(told);
    }
    expect(asked).toContain('disputed_charges');
    expect(leaksIn(app.logText(), github)).toEqual([]);
  });

  it('says in the comment that no LLM is configured', async () => {
    app = await startAppFor(github, { WAREHOUSE_URL: demoWarehouseUrl });
    const { repository, pull } = await reviewDeeply(app, 'without-key');
    const seen = repository.publishedState(pull.number);

    expect(commentOf(seen)).toMatch(/Deep review was asked for and did not run: no LLM is configured/);
    expect(conclusionsOf(seen)['weirkeeper / deep-review']).toBe('neutral');
    expect(llm.requests.length).toBeLessThanOrEqual(1);
  });
});
