import { afterAll, beforeAll, expect, it } from '@jest/globals';
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

it('names no repository, no branch and nobody', async () => {
  const text = await scrape();
  for (const name of [opened.repository.fullName, opened.repository.name, opened.pull.head.ref, opened.pull.user.login])
    expect(text).not.toContain(name);
});
