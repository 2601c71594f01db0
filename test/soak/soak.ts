// Kills the App again and again while deliveries flow in, and looks whether anything was lost or said twice.
// npm run soak -- [--rounds 200] [--minutes N] [--seed N] [--engine pglite|postgresql]; PostgreSQL by WEIRKEEPER_TEST_DATABASE_URL.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { verifyAuditLog } from '#core/audit';
import { type Child, startChild } from './child.ts';
import { createDice } from './dice.ts';
import { freePort, onPglite, onPostgres, type Place } from './places.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    /** No further round begins after so long; the report says how many there were. */
    minutes: { type: 'string', default: '1440' },
    seed: { type: 'string' },
    engine: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const longestMs = Number(values.minutes) * 60_000;
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
/**
 * Kills fall between the requests that the App sends to GitHub once it is ready: after so many at most, as a review or two take,
 * and then some milliseconds later. So they fall into its work however slow the machine is. Each fifth falls into its start.
 */
const mostRequests = 120;
const longestMomentMs = 50;
const longestStartMs = 1_500;
/** At the end all waiting work is done: it is waited for as long as something still happens, but no longer than this. */
const settleMs = 20 * 60_000;
const stillMs = 150_000;

interface GitHubReport {
  readonly settled: boolean;
  readonly pulls: number;
  readonly heads: number;
  readonly deliveries: number;
  readonly failedDeliveries: number;
  readonly requests: number;
  readonly overBudget: number;
  readonly lost: readonly string[];
  readonly duplicates: readonly string[];
}

const engines = new Map([
  ['pglite', onPglite],
  ['postgresql', onPostgres],
]);
const chosen = values.engine === undefined ? [...engines.values()] : [engines.get(values.engine)];
if (!Number.isSafeInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1');
let clean = true;
for (const open of chosen) {
  if (open === undefined) throw new Error(`--engine takes ${[...engines.keys()].join(' or ')}`);
  const place = await open();
  if (place === null) continue;
  clean = (await soak(place)) && clean;
  await place.dispose();
}
process.exit(clean ? 0 : 1);

async function soak(place: Place): Promise<boolean> {
  const dice = createDice(seed);
  const port = await freePort();
  const github = startChild('github-process.ts', [`http://127.0.0.1:${port}/api/github/webhooks`, String(seed)]);
  const known = await github.ask<Readonly<Record<string, unknown>>>('ready');
  const variables = {
    APP_ID: String(known['appId']),
    PRIVATE_KEY: String(known['privateKey']),
    WEBHOOK_SECRET: String(known['webhookSecret']),
    GITHUB_API_URL: String(known['url']),
    HOST: '127.0.0.1',
    PORT: String(port),
    LOG_LEVEL: process.env['WEIRKEEPER_SOAK_LOG'] ?? 'silent',
    ...place.variables,
  };
  const begun = Date.now();
  await github.ask('start');
  const recoveries: number[] = [];
  let whileStarting = 0;
  let round = 0;
  while (round < rounds && Date.now() - begun < longestMs) {
    round += 1;
    await github.ask('round');
    const { app, readyMs } = await startAndKill(
      { variables, port, github },
      dice() < 0.2
        ? { startMs: dice() * longestStartMs }
        : { requests: Math.ceil(dice() * mostRequests), momentMs: dice() * longestMomentMs },
    );
    await app.kill();
    if (readyMs === null) whileStarting += 1;
    else recoveries.push(readyMs);
    const seconds = Math.round((Date.now() - begun) / 1_000);
    if (round % 20 === 0) console.log(`${place.name}: ${round} of ${rounds} rounds after ${seconds} s`);
  }
  await github.ask('stop');
  const app = startChild('app-process.ts', [], variables);
  recoveries.push((await untilReady(app, port, 60_000)) ?? Number.NaN);
  const restarted = Date.now();
  const report = await untilSettled(app, github);
  const settleSeconds = Math.round((Date.now() - restarted) / 1_000);
  const audit = verifyAuditLog(await app.ask<readonly string[]>('log'));
  const { failed } = await app.ask<{ readonly failed: number }>('jobs');
  await app.kill();
  await github.kill();
  return tell(place, {
    round,
    report,
    audit,
    failed,
    recoveries,
    whileStarting,
    settleSeconds,
    seconds: (Date.now() - begun) / 1_000,
  });
}

interface Surroundings {
  readonly variables: Readonly<Record<string, string>>;
  readonly port: number;
  readonly github: Child;
}

/** Starts the App and lets it be: for a time from its start, or for so many requests from when it is ready. */
async function startAndKill(
  { variables, port, github }: Surroundings,
  life: { readonly startMs: number } | { readonly requests: number; readonly momentMs: number },
): Promise<{ readonly app: Child; readonly readyMs: number | null }> {
  const app = startChild('app-process.ts', [], variables);
  if ('startMs' in life) {
    await sleep(life.startMs);
    return { app, readyMs: null };
  }
  const readyMs = await untilReady(app, port, 60_000);
  await github.tell({ requests: life.requests }, 'reached');
  await sleep(life.momentMs);
  return { app, readyMs };
}

/** Milliseconds until the App says that it can work; null when it does not within the time given. */
async function untilReady(app: Child, port: number, withinMs: number): Promise<number | null> {
  const begun = Date.now();
  while (Date.now() - begun < withinMs) {
    if (app.hasEnded()) throw new Error('the App ended by itself');
    const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok === true) return Date.now() - begun;
    await sleep(100);
  }
  return null;
}

/** Waits until nothing is lost any more, and then longer: what would be said twice may still come. */
async function untilSettled(app: Child, github: Child): Promise<GitHubReport> {
  const end = Date.now() + settleMs;
  let lastChange = Date.now();
  let fewest = Number.POSITIVE_INFINITY;
  for (let quiet = 0; quiet < 4 && Date.now() < Math.min(end, lastChange + stillMs); ) {
    await sleep(1_000);
    const { waiting } = await app.ask<{ readonly waiting: number }>('jobs');
    const { lost, settled } = await github.ask<GitHubReport>('report');
    quiet = waiting === 0 && settled && lost.length === 0 ? quiet + 1 : 0;
    if (quiet > 0 || waiting + lost.length < fewest) lastChange = Date.now();
    fewest = Math.min(fewest, waiting + lost.length);
  }
  return github.ask<GitHubReport>('report');
}

interface Result {
  /** Rounds there were. */
  readonly round: number;
  readonly report: GitHubReport;
  readonly audit: ReturnType<typeof verifyAuditLog>;
  readonly failed: number;
  readonly recoveries: readonly number[];
  readonly whileStarting: number;
  /** From the last start until everything waiting was done. */
  readonly settleSeconds: number;
  readonly seconds: number;
}

function tell(
  place: Place,
  { round, report, audit, failed, recoveries, whileStarting, settleSeconds, seconds }: Result,
): boolean {
  const sorted = recoveries.toSorted((a, b) => a - b);
  const at = (share: number) => ((sorted[Math.floor((sorted.length - 1) * share)] ?? 0) / 1_000).toFixed(2);
  console.log(
    [
      `${place.name}: ${round} rounds of kill -9 in ${seconds.toFixed(0)} s, seed ${seed}; ${whileStarting} of them while it started`,
      `  ${report.pulls} pull requests, ${report.heads} heads reviewed, ${report.deliveries} delivery attempts, ${report.failedDeliveries} of them met no App`,
      `  ${report.requests} requests to GitHub, ${report.overBudget} refused by its hourly budget`,
      `  seconds from start to ready: median ${at(0.5)}, p95 ${at(0.95)}, most ${at(1)}; all work done ${settleSeconds} s after the last start`,
      `  record: ${JSON.stringify(audit)}`,
      `  jobs failed for good ${failed}, lost ${report.lost.length}, duplicates ${report.duplicates.length}`,
      ...[...report.lost, ...report.duplicates].slice(0, 40).map((text) => `    ${text}`),
    ].join('\n'),
  );
  return audit.ok && failed === 0 && report.settled && report.lost.length + report.duplicates.length === 0;
}
