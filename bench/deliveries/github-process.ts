// The GitHub double as a process of its own: plays a story, sends its deliveries as told, and says what it has seen.
import { setTimeout as sleep } from 'node:timers/promises';
import { createDice } from '../../test/soak/dice.ts';
import { startGitHubDouble } from '../../test/support/github-double/index.ts';
import { aStrikingChange, smallProject } from '../../test/support/small-project.ts';
import { badDay, type Weather } from './bad-day.ts';
import { type EndState, endStateOf } from './end-state.ts';
import type { Step } from './story.ts';
import { watchHeads } from './watch-heads.ts';

export interface Play {
  readonly urls: readonly string[];
  readonly steps: readonly Step[];
  readonly perSecond: number;
  readonly weather: Weather;
  /** Whether deliveries come late, out of order and again, and not each once, in order, at once. */
  readonly disorder: boolean;
  readonly seed: number;
  /** Installations of the App, each with a repository of its own; steps go to one after the other. */
  readonly installations: number;
}

export interface Played {
  readonly sent: number;
  readonly refused: number;
  readonly requests: number;
  /** Requests that change something. */
  readonly writes: number;
  readonly faults: readonly (readonly [string, number])[];
  readonly heads: number;
  /** Of them finished: the others were pushed over. */
  readonly reviewed: number;
  readonly firstRunMs: readonly number[];
  readonly finishedMs: readonly number[];
  readonly end: EndState;
}

const github = await startGitHubDouble({ files: smallProject, echo: false, webhookTimeoutMs: 30_000 });
github.rateLimit.set(100_000_000, 86_400);
const { deliveries, url, appId, privateKey, webhookSecret } = github;
const repositories = [github.repository];
const heads = watchHeads(() => repositories.flatMap(({ state }) => state.checkRuns));
let play: Play | null = null;
let faults: ReadonlyMap<string, number> = new Map();
let earlierRequests = 0;
const count = { sent: 0, refused: 0, turn: 0 };

/** Sends what was recorded, to each process in turn; what is not answered with 200 is sent again, as a person or a job would have it sent. */
async function send(index: number, sameId: boolean): Promise<void> {
  const delivery = deliveries[index];
  if (delivery === undefined || play === null) return;
  count.sent += 1;
  heads.told(delivery);
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    // Between these two lines nothing waits: the URL and whether it is lost are read at once.
    github.setWebhookUrl(play.urls[(count.turn += 1) % play.urls.length] ?? null);
    github.loseNextDeliveries(0);
    const { event, payload } = delivery;
    const sending = sameId ? github.redeliver(delivery) : github.deliver(event, payload);
    github.loseNextDeliveries(Number.POSITIVE_INFINITY);
    if ((await sending).statusCode === 200) return;
    count.refused += 1;
    await sleep(500);
  }
}

async function tell({ steps, perSecond, disorder, weather, seed, installations }: Play): Promise<void> {
  heads.forget();
  Object.assign(count, { sent: 0, refused: 0 });
  earlierRequests = github.requests.length;
  for (let n = repositories.length; n < installations; n += 1) {
    const installationId = github.installationId + n;
    const owner = `acme-${String(n)}`;
    repositories.push(await github.addRepository({ owner, installationId, files: smallProject }));
  }
  const dice = createDice(seed + 1);
  const day = badDay(weather, createDice(seed + 2));
  faults = day.drawn;
  Object.assign(github.faults, { take: day.take });
  github.setWebhookUrl('http://127.0.0.1:1');
  github.loseNextDeliveries(Number.POSITIVE_INFINITY);
  const told: number[] = [];
  const underWay: Promise<void>[] = [];
  const begun = performance.now();
  const later = (index: number, sameId: boolean) => {
    const delay = disorder ? dice() ** 4 * 20_000 : 0;
    underWay.push(sleep(delay).then(() => send(index, sameId)));
  };
  for (const [number, step] of steps.entries()) {
    const due = begun + (number / perSecond) * 1_000;
    if (due > performance.now()) await sleep(due - performance.now());
    if (step.kind === 'again') {
      const earlier = told[step.earlier % Math.max(1, told.length)];
      if (disorder && earlier !== undefined) later(earlier, step.sameId);
      continue;
    }
    const before = deliveries.length;
    await act(step, number);
    // What others sent meanwhile, as redeliveries, stands there as well.
    const own = deliveries.flatMap((delivery, index) =>
      index >= before && delivery.status === 'failed to connect to host' ? [index] : [],
    );
    told.push(...own);
    for (const index of own) later(index, true);
  }
  await Promise.all(underWay);
}

async function act(step: Exclude<Step, { readonly kind: 'again' }>, number: number): Promise<void> {
  const repository = repositories[number % repositories.length] ?? github.repository;
  const message = `Change ${String(number)}\n\nCo-Authored-By: Claude <noreply@anthropic.com>`;
  if (step.kind === 'open') {
    const files = aStrikingChange(number);
    const headRef = `b${String(number)}`;
    await repository.openPullRequest({
      title: `Change ${String(number)}`,
      user: 'ana',
      headRef,
      commits: [{ message, files }],
    });
  } else if (step.kind === 'push') {
    const files = { [`models/m${String(number)}.sql`]: `select ${String(number)} as id\n` };
    await repository.pushCommit(step.pull, { message, files });
  } else if (step.kind === 'close') await repository.closePullRequest(step.pull);
  else await repository.comment('bob', step.pull, `Looks at line ${String(number)}.`);
}

function report(): Played {
  const own = github.requests.slice(earlierRequests);
  return {
    ...count,
    requests: own.length,
    writes: own.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/access_tokens')).length,
    faults: [...faults],
    ...heads.seen(),
    end: endStateOf(repositories, url),
  };
}

process.on('message', (message) => {
  if (message === 'report') process.send?.({ asked: message, reply: report() });
  else {
    play = message as Play;
    void tell(play).then(() => process.send?.({ asked: 'played', reply: null }));
  }
});

process.send?.({ asked: 'ready', reply: { url, appId, privateKey, webhookSecret } });
