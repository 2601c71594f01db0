// The GitHub double as a process of its own, with people who open pull requests, push, and deliveries that come twice.
import { setTimeout as sleep } from 'node:timers/promises';
import { startGitHubDouble } from '../support/github-double/index.ts';
import { createDice } from './dice.ts';

/** Who waits for how many requests. */
let waiting: readonly { readonly until: number; readonly reached: () => false }[] = [];
const [webhookUrl = '', seed = '1', most = '40'] = process.argv.slice(2);
const github = await startGitHubDouble({
  webhookUrl,
  webhookTimeoutMs: 10_000,
  files: { 'dbt_project.yml': 'name: soak\n' },
  onRequest: () => {
    waiting = waiting.filter(({ until, reached }) => github.requests.length < until || reached());
  },
});
// A day's traffic falls into minutes: the hour's budget has its own specs, and would only hold up what is looked at here.
github.rateLimit.set(Number(process.env['WEIRKEEPER_SOAK_BUDGET'] ?? 10_000_000), 86_400);
const dice = createDice(Number(seed));
const { repository } = github;
let busy = false;
let traffic: Promise<void> = Promise.resolve();
let changes = 0;
/** A round's traffic is the same however long the machine takes for it. */
const actsOfARound = 20;
/** So long without a request of the App, and there is nothing to do any more. */
const stillMs = 5_000;
let left = 0;

/** One thing that happens: a new pull request, a push, or a delivery sent a second time, maybe long after newer ones. */
async function act(): Promise<void> {
  const pulls = repository.state.pulls;
  changes += 1;
  const file = { [`models/m${changes}.sql`]: `select ${changes} as id\n` };
  const chance = dice();
  if (pulls.length === 0 || (chance < 0.2 && pulls.length < Number(most))) {
    await repository.openPullRequest({ title: `Change ${changes}`, user: 'ana', headRef: `b${changes}`, files: file });
  } else if (chance < 0.75) {
    const pull = pulls[Math.floor(dice() * pulls.length)];
    if (pull !== undefined) await repository.pushCommit(pull.number, { message: `Push ${changes}`, files: file });
  } else {
    const delivery = github.deliveries[Math.floor(dice() * github.deliveries.length)];
    if (delivery !== undefined) await github.redeliver(delivery);
  }
}

async function flow(): Promise<void> {
  while (busy) {
    if (left > 0) await act();
    left -= 1;
    await sleep(50 + dice() * 150);
  }
}

interface Report {
  readonly settled: boolean;
  readonly pulls: number;
  readonly deliveries: number;
  readonly failedDeliveries: number;
  readonly heads: number;
  readonly requests: number;
  /** Requests that the hour's budget refused. */
  readonly overBudget: number;
  readonly lost: readonly string[];
  readonly duplicates: readonly string[];
}

/** What every pull request must show: one comment, and on its head one completed check run of each name. */
function report(): Report {
  const own = repository.state.checkRuns.filter((run) => run.appId === github.appId);
  const names = [...new Set(own.map(({ name }) => name))];
  const lost: string[] = [];
  const duplicates: string[] = [];
  for (const { number, head, comments } of repository.state.pulls) {
    const ofApp = comments.filter(({ viaApp }) => viaApp);
    if (ofApp.length === 0) lost.push(`#${number}: no comment`);
    if (ofApp.length > 1) duplicates.push(`#${number}: ${ofApp.length} comments`);
    if (ofApp.length > 0 && !ofApp.some(({ body }) => body.replaceAll('&#8203;', '').includes(head.sha.slice(0, 7))))
      lost.push(`#${number}: the comment is of an older head`);
    for (const name of names) {
      const runs = own.filter((run) => run.headSha === head.sha && run.name === name);
      if (!runs.some(({ status, conclusion }) => status === 'completed' && conclusion !== 'cancelled'))
        lost.push(`#${number}: ${name} is not concluded`);
    }
  }
  const counts = Map.groupBy(own, ({ headSha, name }) => `${headSha.slice(0, 7)} ${name}`);
  for (const [key, runs] of counts) if (runs.length > 1) duplicates.push(`${key}: ${runs.length} check runs`);
  const open = own.filter(
    ({ status, headSha }) => status !== 'completed' && !lost.some((text) => text.includes(headSha)),
  );
  for (const { headSha, name, status } of open) lost.push(`${headSha.slice(0, 7)} ${name} stays ${status}`);
  const { deliveries } = github;
  return {
    settled: names.length > 1,
    pulls: repository.state.pulls.length,
    deliveries: deliveries.length,
    failedDeliveries: deliveries.filter(({ statusCode }) => statusCode !== 200).length,
    requests: github.requests.length,
    overBudget: github.requests.filter(({ status }) => status === 403).length,
    heads: new Set(own.map(({ headSha }) => headSha)).size,
    lost,
    duplicates,
  };
}

/** Resolves after so many further requests of the App, or when there were none for so long that it is done. */
async function afterRequests(count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const reached = (): false => {
    resolve(null);
    return false;
  };
  waiting = [{ until: github.requests.length + count, reached }];
  for (let last = -1; last < github.requests.length; ) {
    last = github.requests.length;
    if ((await Promise.race([promise.then(() => 'reached'), sleep(stillMs)])) === 'reached') return;
  }
}

process.on('message', (message) => {
  if (isWait(message))
    void afterRequests(message.requests).then(() => process.send?.({ asked: 'reached', reply: null }));
  else void answer(message).then((reply) => process.send?.({ asked: message, reply }));
});

function isWait(message: unknown): message is { readonly requests: number } {
  return typeof message === 'object' && message !== null && 'requests' in message;
}

async function answer(message: unknown): Promise<unknown> {
  if (message === 'start') {
    busy = true;
    traffic = flow();
  }
  if (message === 'round') left = actsOfARound;
  if (message === 'stop') {
    busy = false;
    await traffic;
    await github.settled();
  }
  return message === 'round' ? null : report();
}

const { url, appId, privateKey, webhookSecret } = github;
process.send?.({ asked: 'ready', reply: { url, appId, privateKey, webhookSecret } });
