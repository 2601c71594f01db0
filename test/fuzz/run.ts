import { createDice } from '../soak/dice.ts';
import type { Target } from './targets.ts';

/** What became of one target under mutated input. */
export interface FuzzResult {
  readonly name: string;
  readonly count: number;
  readonly slowestMs: number;
  readonly problems: readonly string[];
}

/** Feeds a target so often; the same seed gives the same input. */
export async function fuzz(target: Target, count: number, seed: number): Promise<FuzzResult> {
  const problems: string[] = [];
  let slowestMs = 0;
  for (let i = 0; i < count; i += 1) {
    const begun = performance.now();
    const problem = await target.feed(createDice(seed + i)).catch((error: unknown) => `threw ${String(error)}`);
    slowestMs = Math.max(slowestMs, performance.now() - begun);
    if (problem !== null) problems.push(`seed ${seed + i}: ${problem}`);
  }
  return { name: target.name, count, slowestMs: Math.round(slowestMs), problems };
}
