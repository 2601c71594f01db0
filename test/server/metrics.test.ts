import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createMetrics } from '../../src/server/metrics.ts';
import {
  finishDemoBuild,
  type OpenedPullRequest,
  openDemoPullRequest,
  startDemoGitHub,
} from '../support/demo-pull-requests.ts';
import type { GitHubDouble } from '../support/github-double/index.ts';
import { type RunningApp, startAppFor } from '../support/running-app.ts';

let github: GitHubDouble;
let app: RunningApp;
let opened: OpenedPullRequest;

beforeAll(async () => {
  github = await startDemoGitHub();
  app = await startAppFor(github);
  opened = await openDemoPullRequest(github, 1);
  await finishDemoBuild(opened);
  await app.settled();
}, 60_000);

afterAll(async () => {
  await app.close();
  await github.close();
});

const scrape = async () => (await fetch(new URL('/metrics', app.webhookUrl))).text();

it('tells deliveries, jobs, stages, gates, the queue and the budget of GitHub', async () => {
  const text = await scrape();
  expect(text).toMatch(/^weirkeeper_deliveries_total\{event="pull_request",outcome="stored"\} [1-9]/m);
  expect(text).toMatch(/^weirkeeper_jobs_total\{kind="review",end="done"\} [1-9]/m);
  expect(text).toMatch(/^weirkeeper_reviews_total\{outcome="\w+"\} [1-9]/m);
  expect(text).toMatch(/^weirkeeper_gate_outcomes_total\{gate="row-count",outcome="\w+"\} [1-9]/m);
  for (const stage of ['collected', 'read', 'gathered', 'recorded', 'published'])
    expect(text).toMatch(new RegExp(`^weirkeeper_review_stage_seconds_count\\{stage="${stage}"\\} [1-9]`, 'm'));
  expect(text).toMatch(/^weirkeeper_jobs\{state="waiting"\} 0$/m);
  expect(text).toMatch(/^weirkeeper_oldest_job_seconds 0$/m);
  expect(text).toMatch(/^weirkeeper_github_requests_total\{status="200"\} [1-9]/m);
  expect(text).toMatch(
    new RegExp(`^weirkeeper_github_budget_remaining\\{installation="${github.installationId}"\\} [1-9]`, 'm'),
  );
});

const idle = {
  countJobs: () => Promise.resolve({ waiting: 3, failed: 1 }),
  readOldestJobAge: () => Promise.resolve(42.5),
};
const summary = { outcome: 'passed', rung: 'T1', gates: [] } as const;

it('tells how deep the queue is and how long its oldest job has waited', async () => {
  const { text, type } = await createMetrics().read(idle);
  expect(type).toMatch(/^text\/plain; version=/);
  expect(text).toMatch(/^weirkeeper_jobs\{state="waiting"\} 3$/m);
  expect(text).toMatch(/^weirkeeper_jobs\{state="failed"\} 1$/m);
  expect(text).toMatch(/^weirkeeper_oldest_job_seconds 42.5$/m);
});

it('tells what the LLM was asked, what it cost, and how often it could not answer', async () => {
  const metrics = createMetrics();
  const answer = {
    known: true,
    kind: 'claims',
    text: '',
    model: 'm',
    templateDigest: '',
    promptDigest: '',
    replyDigest: '',
    tokens: { prompt: 1_200, completion: 80 },
  } as const;
  metrics.review({ ...summary, claims: answer });
  metrics.review({ ...summary, claims: { known: false, reason: { code: 'no-llm', text: '' } } });
  metrics.review({ ...summary, claims: null });
  const { text } = await metrics.read(idle);
  expect(text).toMatch(/^weirkeeper_reviews_total\{outcome="passed"\} 3$/m);
  expect(text).toMatch(/^weirkeeper_llm_answers_total\{outcome="answered"\} 1$/m);
  expect(text).toMatch(/^weirkeeper_llm_answers_total\{outcome="unavailable"\} 1$/m);
  expect(text).toMatch(/^weirkeeper_llm_tokens_total\{direction="prompt"\} 1200$/m);
  expect(text).toMatch(/^weirkeeper_llm_tokens_total\{direction="completion"\} 80$/m);
});

it('tells what is left of GitHub’s budget, and requests without an answer', async () => {
  const metrics = createMetrics();
  metrics.githubAnswered({ installationId: 7, status: 200, remaining: 4_321 });
  metrics.githubAnswered({ installationId: null, status: 0, remaining: null });
  const { text } = await metrics.read(idle);
  expect(text).toMatch(/^weirkeeper_github_budget_remaining\{installation="7"\} 4321$/m);
  expect(text).toMatch(/^weirkeeper_github_requests_total\{status="0"\} 1$/m);
});

it('names no repository, no branch and nobody', async () => {
  const text = await scrape();
  for (const name of [opened.repository.fullName, opened.repository.name, opened.pull.head.ref, opened.pull.user.login])
    expect(text).not.toContain(name);
});
