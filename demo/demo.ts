import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { verifyAuditLog } from '#core/audit';
import { createLog, type RunningServer, readEnvironment, startApp } from '../src/server/index.ts';
import {
  demoNumbers,
  demoWarehouseUrl,
  finishDemoBuild,
  openDemoPullRequest,
  readDemoPullRequest,
  startDemoGitHub,
} from '../test/support/demo-pull-requests.ts';
import type { GitHubDouble } from '../test/support/github-double/index.ts';
import { linesOf, untilIdle } from '../test/support/idle.ts';
import { type Expectation, expectation, expectationsOf } from './expectations.ts';
import { createProgress } from './progress.ts';
import { heading, paragraph, type ShowOptions, showReview } from './show.ts';
import { plain } from './terminal.ts';

/** Starts the App and a GitHub double on loopback, lets four pull requests be reviewed, and prints what a person sees. */

const run = join(import.meta.dirname, '.run');
const show = showOptions();
const progress = createProgress(print);

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error);
  console.error(`\nThe demo did not come to its end. The App's log is ${shown(join(run, 'app.log'))}.`);
  process.exitCode = 1;
}

async function main(): Promise<number> {
  const started = Date.now();
  prepareFolder();
  const github = await startDemoGitHub({ onRequest: progress.onRequest });
  try {
    const app = await startDemoApp(github);
    try {
      const expectations = await reviewAll(github, app);
      expectations.push(await redeliver(github, app), await checkAuditLog(app), hasKeptOut(github));
      conclude(expectations, started);
      return expectations.every(({ met }) => met) ? 0 : 1;
    } finally {
      await app.close();
    }
  } finally {
    await github.close();
  }
}

function prepareFolder(): void {
  rmSync(run, { recursive: true, force: true });
  mkdirSync(join(run, 'comments'), { recursive: true });
}

async function startDemoApp(github: GitHubDouble): Promise<RunningServer> {
  const environment = readEnvironment({
    APP_ID: String(github.appId),
    PRIVATE_KEY: github.privateKey,
    WEBHOOK_SECRET: github.webhookSecret,
    GITHUB_API_URL: github.url,
    WEIRKEEPER_DATA_DIR: join(run, 'data'),
    WAREHOUSE_URL: demoWarehouseUrl,
    HOST: '127.0.0.1',
    PORT: '0',
  });
  print(heading('Weirkeeper, on loopback alone', show));
  print(
    `GitHub double   ${github.url} (repository ${github.repository.fullName}, ${shown(github.repository.directory)})`,
  );
  print('The App         starting on its embedded database …');
  const log = createLog({ level: environment.logLevel, destination: createWriteStream(join(run, 'app.log')) });
  const app = await startApp({ environment, log, throttle: false });
  github.setWebhookUrl(app.webhookUrl);
  print(`The App         ${app.url} (data in ${shown(join(run, 'data'))}, log in ${shown(join(run, 'app.log'))})`);
  return app;
}

async function reviewAll(github: GitHubDouble, app: RunningServer): Promise<Expectation[]> {
  const expectations: Expectation[] = [];
  for (const number of demoNumbers) {
    const { title, user, head } = readDemoPullRequest(number);
    print(heading(`Pull request #${String(number)}: ${plain(title)}`, show));
    print(`by ${plain(user.login)}, branch ${plain(head.ref)}`);
    progress.startClock();
    await review(github, app, number);
    const seen = github.repository.publishedState(number);
    writeFileSync(join(run, 'comments', `pr-${String(number)}.md`), seen.comments.map(({ body }) => body).join('\n'));
    print(showReview(seen, show));
    expectations.push(...expectationsOf(number, seen));
  }
  return expectations;
}

/** As it goes on GitHub: the pull request comes first, dbt's artifacts when CI has built them. */
async function review(github: GitHubDouble, app: RunningServer, number: number): Promise<void> {
  const opened = await openDemoPullRequest(github, number);
  progress.say('pull_request.opened was delivered, signed');
  await untilIdle(github, app.store, 60_000);
  progress.say(`until CI is done, the check says: ${plain(summaryOf(github, number))}`);
  progress.forget();
  await finishDemoBuild(opened);
  progress.say('CI uploaded dbt-base and dbt-head; workflow_run.completed was delivered, signed');
  await untilIdle(github, app.store, 60_000);
  progress.say('the review is published');
}

function summaryOf(github: GitHubDouble, number: number): string {
  return github.repository.publishedState(number).checkRuns['weirkeeper']?.title ?? '(nothing)';
}

/** GitHub sends a delivery again when somebody presses "Redeliver": nothing may come of it. */
async function redeliver(github: GitHubDouble, app: RunningServer): Promise<Expectation> {
  print(heading('The same delivery once more', show));
  const seen = (): string =>
    JSON.stringify([
      demoNumbers.map((number) => github.repository.publishedState(number)),
      github.repository.state.checkRuns.length,
    ]);
  const before = seen();
  const last = github.deliveries.findLast(({ event }) => event === 'workflow_run');
  if (last !== undefined) await github.redeliver(last);
  await untilIdle(github, app.store, 60_000);
  const met = last !== undefined && seen() === before;
  print(`Delivery ${last?.guid ?? ''} was sent again: ${met ? 'nothing changed' : 'something changed'}.`);
  return expectation('a delivery sent twice changes nothing', met);
}

async function checkAuditLog(app: RunningServer): Promise<Expectation> {
  const path = join(run, 'audit.jsonl');
  const lines = await linesOf(app.store.exportAuditLog());
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  const result = verifyAuditLog(lines);
  print(heading('Audit log', show));
  print(
    result.ok
      ? `${String(result.records)} records, the chain holds. Check it yourself: npx weirkeeper audit verify ${shown(path)}`
      : `record ${String(result.seq ?? '?')} is broken: ${result.reason}`,
  );
  return expectation('every review is recorded, and the chain holds', result.ok && lines.length >= demoNumbers.length);
}

function hasKeptOut(github: GitHubDouble): Expectation {
  return expectation('nothing was approved, merged, dismissed or pushed', github.forbidden.length === 0);
}

function conclude(expectations: readonly Expectation[], started: number): void {
  print(heading('What the demo had to show', show));
  for (const { text, met } of expectations) print(`${met ? '✅' : '⛔'} ${text}`);
  print(heading('Where everything lies', show));
  print(`comments as Markdown   ${shown(join(run, 'comments'))}/pr-<n>.md`);
  print(`audit log              ${shown(join(run, 'audit.jsonl'))}`);
  print(`the App's database     ${shown(join(run, 'data'))}`);
  print(`the App's log          ${shown(join(run, 'app.log'))}`);
  print(`dbt project and diffs  ${shown(import.meta.dirname)}/README.md`);
  print('');
  const folds = show.full ? '' : ' Folded parts of the comments are shown by: npm run demo -- --full';
  print(paragraph(`Done in ${((Date.now() - started) / 1000).toFixed(0)} s.${folds}`, show));
}

function showOptions(): ShowOptions {
  const { values } = parseArgs({ options: { full: { type: 'boolean', default: false } } });
  const isTerminal = process.stdout.isTTY;
  const width = Math.max(60, Math.min(isTerminal ? process.stdout.columns : 110, 140));
  return { full: values.full, color: isTerminal && process.env['NO_COLOR'] === undefined, width };
}

/** A path as the person who runs the demo would type it. */
function shown(path: string): string {
  const typed = relative(process.cwd(), path);
  return typed.startsWith('..') ? path : typed;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
