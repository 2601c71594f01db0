// Ten thousand signed deliveries on a bad day, against the same story told in order on a good one; then two processes against one.
// npm run bench:deliveries -- [--deliveries 10000] [--per-second 20] [--reviews 24] [--seed N] [--only story|processes].
// PostgreSQL by WEIRKEEPER_TEST_DATABASE_URL. Exit status 1 when a goal is missed.
import { parseArgs } from 'node:util';
import { createDice } from '../../test/soak/dice.ts';
import { compareEnds } from './compare.ts';
import { type Run, run } from './run.ts';
import { tellStory } from './story.ts';

const { values } = parseArgs({
  options: {
    deliveries: { type: 'string', default: '10000' },
    'per-second': { type: 'string', default: '20' },
    reviews: { type: 'string', default: '24' },
    seed: { type: 'string' },
    only: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
const perSecond = Number(values['per-second']);
const leastGain = 1.7;
/** GitHub bounds the writes of an installation, whoever makes them: what more processes bring shows where there are more. */
const installations = 8;
const latencyMs = [50, 150] as const;
const goodDay = { latencyMs, faultShare: 0, stallMs: 0 };
const badDay = { latencyMs, faultShare: 0.05, stallMs: 5_500 };

let reached = true;
console.log(
  `seed ${seed}; GitHub double answers after ${latencyMs.join(' to ')} ms a call; App waits 5 s for an answer, pauses 1 s before a second attempt of a call and 1 s (doubling) before one of a job, 8 attempts a job`,
);
if (values.only !== 'processes') reached = (await story()) && reached;
if (values.only !== 'story') reached = (await processes()) && reached;
process.exit(reached ? 0 : 1);

async function story(): Promise<boolean> {
  const steps = tellStory(Number(values.deliveries), createDice(seed));
  const common = { steps, perSecond, seed, installations: 1, spaced: false, warmUp: 0, processes: 2, concurrency: 6 };
  const good = await run({ ...common, weather: goodDay, disorder: false });
  tellRun('each delivery once, in order, no faults; no pauses between writes', good);
  const bad = await run({ ...common, weather: badDay, disorder: true });
  tellRun('late, out of order, again; 5 % of all calls fail; no pauses between writes', bad);
  console.log(`  faults: ${bad.played.faults.map(([name, count]) => `${name} ${String(count)}`).join(', ')}`);
  const differences = compareEnds(good, bad);
  console.log(`${differences.length} differences between the two ends`);
  for (const text of differences.slice(0, 40)) console.log(`  ${text}`);
  return differences.length === 0;
}

async function processes(): Promise<boolean> {
  const steps = Array.from({ length: Number(values.reviews) }, () => ({ kind: 'open' }) as const);
  const load = { steps, perSecond: 1_000, seed, weather: goodDay, disorder: false };
  const common = { ...load, installations, spaced: true, concurrency: 2 };
  const how = `${installations} installations, writes 1 s apart in each, 3 s those that send mail; after a first review at each place of work`;
  // At the same time, so that whatever else the machine does meets both; that they are in each other's way is against the two.
  const [one, two] = await Promise.all([
    run({ ...common, warmUp: 2, processes: 1 }),
    run({ ...common, warmUp: 4, processes: 2 }),
  ]);
  for (const each of [one, two]) tellRun(`all at once, ${how}`, each);
  const gain = one.workSeconds / two.workSeconds;
  console.log(`two processes do the same work ${gain.toFixed(2)} times as fast as one (goal ${leastGain})`);
  return gain >= leastGain && one.clean && two.clean;
}

function tellRun(what: string, { played, workSeconds, processes: count, concurrency, clean, problems }: Run): void {
  const { sent, refused, heads, reviewed, firstRunMs, finishedMs, requests, writes } = played;
  console.log(
    [
      `${what}: ${count} processes, ${concurrency} reviews at a time in each`,
      `  ${sent} deliveries (${refused} refused and sent again), ${heads} heads, ${requests} requests to GitHub (${(writes / reviewed).toFixed(0)} writes a review), ${workSeconds.toFixed(0)} s: ${(sent / workSeconds).toFixed(1)} deliveries/s, ${((reviewed * 60) / workSeconds).toFixed(0)} reviews/min`,
      `  delivery to first check run: ${quantiles(firstRunMs)}; to finished review: ${quantiles(finishedMs)} (${finishedMs.length} of ${reviewed} reviewed heads; the App found the others before their delivery came)`,
      `  ${clean ? 'nothing lost, nothing said twice, the log holds' : 'NOT CLEAN'}`,
      ...problems.slice(0, 20).map((text) => `    ${text}`),
    ].join('\n'),
  );
}

function quantiles(sorted: readonly number[]): string {
  const at = (share: number) => ((sorted[Math.floor((sorted.length - 1) * share)] ?? 0) / 1_000).toFixed(2);
  return `p50 ${at(0.5)} s, p95 ${at(0.95)} s`;
}
