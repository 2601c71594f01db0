// Breaks a real manifest in 10,000 random ways: every one must be read, or refused with its place.
//
//   npm run conformance:mutations -- [--number 10000] [--seed 1]
//
// One process a core, each with a seed of its own. Exit 1 on a crash, an answer that contradicts itself, an error that
// names no place, more than 2 s for one, or a process that does not come to its end.
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs, promisify } from 'node:util';
import { readStateFixture, toProject } from '../support/manifests.ts';
import { dice, faultOf, mutate } from '../support/mutations.ts';

const longestSeconds = 2;
const { values } = parseArgs({
  options: {
    number: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    alone: { type: 'boolean', default: false },
  },
});
const [number, seed] = [Number(values.number), Number(values.seed)];

interface Counts {
  readonly mutations: number;
  readonly faults: readonly string[];
  readonly longest: number;
}

if (values.alone) console.log(JSON.stringify(breakOften(number, seed)));
else process.exitCode = (await breakOnEveryCore()) > 0 ? 1 : 0;

async function breakOnEveryCore(): Promise<number> {
  const cores = Math.max(1, Math.min(availableParallelism(), 8));
  const began = performance.now();
  const parts = await Promise.all(
    Array.from({ length: cores }, async (_, core) => {
      const share = Math.floor(number / cores) + (core < number % cores ? 1 : 0);
      const words = [import.meta.filename, '--alone', '--number', String(share), '--seed', String(seed + core)];
      const done = await promisify(execFile)(process.execPath, words, { maxBuffer: 64 * 1024 * 1024 });
      return JSON.parse(done.stdout) as Counts;
    }),
  );
  const faults = parts.flatMap((part) => part.faults);
  for (const fault of faults) console.log(`  FAULT ${fault}`);
  const made = parts.reduce((sum, { mutations }) => sum + mutations, 0);
  const longest = Math.max(...parts.map((part) => part.longest));
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${made} mutations, ${faults.length} faults; ${seconds} s in all, the longest ${longest.toFixed(2)} s`);
  return faults.length + Math.abs(number - made);
}

function breakOften(times: number, from: number): Counts {
  const fixtures = ['1.10', '1.12'].map((minor) => {
    const { base } = readStateFixture(minor);
    return { base, whole: toProject(base) };
  });
  const roll = dice(from);
  const faults: string[] = [];
  let longest = 0;
  for (let at = 0; at < times; at++) {
    const fixture = fixtures[at % fixtures.length];
    if (fixture === undefined) continue;
    const mutation = mutate(fixture.base, roll);
    const started = performance.now();
    const fault = said(() => faultOf(mutation, fixture.whole));
    const seconds = (performance.now() - started) / 1000;
    longest = Math.max(longest, seconds);
    const slow = seconds > longestSeconds ? `took ${seconds.toFixed(1)} s` : null;
    if (fault !== null || slow !== null) faults.push(`${mutation.what}: ${fault ?? slow ?? ''}`);
  }
  return { mutations: times, faults, longest };
}

function said(ask: () => string | null): string | null {
  try {
    return ask();
  } catch (error) {
    return `crashed: ${String(error)}`;
  }
}
