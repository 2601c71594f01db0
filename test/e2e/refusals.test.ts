import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  demoProject,
  finishDemoBuild,
  type OpenedPullRequest,
  openDemoPullRequest,
  startDemoGitHub,
} from '../support/demo-pull-requests.ts';
import type { GitHubDouble } from '../support/github-double/index.ts';
import { leaksIn } from '../support/log-canaries.ts';
import { type RunningApp, startAppFor } from '../support/running-app.ts';
import { allCheckRuns, allConclude, commentOf, conclusionsOf, writesSince } from '../support/seen-on-github.ts';

/** What is missing, wrong or down: said on the pull request with its remedy, never green. */

const couldNotTell = allConclude('action_required');

let github: GitHubDouble;
let app: RunningApp;

beforeAll(async () => {
  github = await startDemoGitHub();
  app = await startAppFor(github);
});

afterAll(async () => {
  await app.close();
  await github.close();
});

function seenOf({ repository, pull }: OpenedPullRequest): ReturnType<typeof repository.publishedState> {
  return repository.publishedState(pull.number);
}

it('without artifacts, no check is green and the comment shows the workflow lines to add', async () => {
  const opened = await openDemoPullRequest(github, 3);
  await app.settled();

  const seen = seenOf(opened);
  expect(conclusionsOf(seen)).toEqual(couldNotTell);
  const comment = commentOf(seen);
  expect(comment).toMatch(/^### ❔ Could not tell · /m);
  expect(comment).toContain('uses: actions/upload-artifact@v4');
  expect(comment).toContain('dbt-head');
});

it('a wrong or missing signature is refused, and nothing is done', async () => {
  const length = github.requests.length;
  const runs = allCheckRuns(github.repository);
  const [real] = github.deliveries;
  for (const signature of ['wrong', 'missing'] as const) {
    const delivery = await github.deliver('pull_request', real?.payload ?? {}, { signature });
    expect(delivery.statusCode).toBe(400);
  }
  await app.settled();
  expect(writesSince(github, length)).toEqual([]);
  expect(allCheckRuns(github.repository)).toEqual(runs);
});

it('a policy that is wrong on the base branch is named with file, line and nearest key', async () => {
  const policy = 'version: 1\ngates:\n  row-count:\n    treshold_percent: 5\n';
  const repository = await github.addRepository({
    owner: 'cinderhouse',
    name: 'wrong-policy',
    files: { ...demoProject(), '.github/weirkeeper.yml': policy },
  });
  const opened = await openDemoPullRequest(github, 3, { repository });
  await finishDemoBuild(opened);
  await app.settled();

  const seen = seenOf(opened);
  expect(conclusionsOf(seen)).toEqual(couldNotTell);
  const { summary, text, title } = seen.checkRuns['weirkeeper'] ?? {};
  const said = `${title ?? ''}\n${summary ?? ''}\n${text ?? ''}`;
  expect(said).toMatch(/\.github\/weirkeeper\.yml/);
  expect(said).toMatch(/line 4|:4\b/);
  expect(said).toContain('treshold_percent');
  expect(said).toMatch(/threshold/);
});

it('GitHub failing twice does not keep a review from being published', async () => {
  github.faults.next({ method: 'GET', path: /\/pulls\/\d+$/, status: 500, times: 2 });
  github.faults.next({ method: 'PATCH', path: /\/check-runs\/\d+$/, status: 502 });
  github.faults.next({ method: 'POST', path: /\/comments$/, status: 500, takesEffect: true });
  const repository = await github.addRepository({ owner: 'cinderhouse', name: 'bad-day', files: demoProject() });
  const opened = await openDemoPullRequest(github, 3, { repository });
  await finishDemoBuild(opened);
  await app.settled();

  const seen = seenOf(opened);
  expect(github.faults.pending()).toBe(0);
  expect(conclusionsOf(seen)).toMatchObject({ weirkeeper: expect.stringMatching(/success|action_required/) });
  // Posted, its answer lost, and found again: one comment, not two.
  expect(commentOf(seen)).toContain('weirkeeper:review');
  expect(Object.values(seen.checkRuns).every(({ status }) => status === 'completed')).toBe(true);
});

it('has logged no token, secret, SQL or text of a pull request', () => {
  expect(app.logText()).toContain('"review could not be made: the repository must act"');
  expect(leaksIn(app.logText(), github)).toEqual([]);
});
