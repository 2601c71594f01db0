// Breaks a real manifest in 10,000 random ways: every one must be read, or refused with its place.
//
//   npm run conformance:mutations -- [--number 10000] [--seed 1]
//
// Exit 1 on a crash, an answer that contradicts itself, an error that names no place, or more than 2 s for one.
import { parseArgs } from 'node:util';
import { readStateFixture, toProject } from '../support/manifests.ts';
import { dice, faultOf, mutate } from '../support/mutations.ts';

const longestSeconds = 2;
const { values } = parseArgs({
  options: { number: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
});
const fixtures = ['1.10', '1.12'].map((minor) => {
  const { base } = readStateFixture(minor);
  return { base, whole: toProject(base) };
});
const roll = dice(Number(values.seed));
const number = Number(values.number);
let faults = 0;
let longest = 0;
const began = performance.now();
for (let at = 0; at < number; at++) {
  const fixture = fixtures[at % fixtures.length];
  if (fixture === undefined) continue;
  const mutation = mutate(fixture.base, roll);
  const started = performance.now();
  const fault = said(() => faultOf(mutation, fixture.whole));
  const seconds = (performance.now() - started) / 1000;
  longest = Math.max(longest, seconds);
  const slow = seconds > longestSeconds ? `took ${seconds.toFixed(1)} s` : null;
  if (fault === null && slow === null) continue;
  faults++;
  console.log(`  FAULT ${mutation.what}: ${fault ?? slow ?? ''}`);
}
const seconds = ((performance.now() - began) / 1000).toFixed(1);
console.log(`${number} mutations, ${faults} faults; ${seconds} s in all, the longest ${longest.toFixed(2)} s`);
process.exitCode = faults > 0 ? 1 : 0;

function said(ask: () => string | null): string | null {
  try {
    return ask();
  } catch (error) {
    return `crashed: ${String(error)}`;
  }
}
