// Feeds mutated webhook bodies, policies, manifests, evidence files and zips to what reads them.
// npm run fuzz -- [--count 2000] [--seed N]; count is for each of the five.
import { parseArgs } from 'node:util';
import { fuzz } from './run.ts';
import { openTargets } from './targets.ts';

const { values } = parseArgs({ options: { count: { type: 'string', default: '2000' }, seed: { type: 'string' } } });
const count = Number(values.count);
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
if (!Number.isSafeInteger(count) || count < 1) throw new Error('--count takes a whole number from 1');
/** Longer than any of these may take: what is slower hangs. */
const hangMs = 5_000;

const { targets, close } = await openTargets();
let clean = true;
console.log(`seed ${seed}`);
for (const target of targets) {
  const { name, slowestMs, problems } = await fuzz(target, count, seed);
  console.log(`${count} mutated ${name}: ${problems.length} problems, slowest ${slowestMs} ms`);
  for (const problem of problems.slice(0, 5)) console.log(`  ${problem}`);
  clean &&= problems.length === 0 && slowestMs < hangMs;
}
await close();
process.exit(clean ? 0 : 1);
