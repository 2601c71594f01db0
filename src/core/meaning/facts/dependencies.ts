import { inputOf, rowName } from './column-name.ts';
import type { Fact } from './facts.ts';

/**
 * Of the rows of one block: rows that agree on `from` agree on `to`. A NULL agrees with a NULL. Names are those of column-name.ts;
 * the row of an input decides all its columns.
 */
export interface Dependency {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly fact: Fact;
}

/** Why a set of names follows: every fact that was needed, each once; sure as the least sure of them. */
export type Because = readonly Fact[];

/**
 * Why rows that agree on `start` agree on all of `goal`; null when that does not follow. Proven dependencies are tried by themselves
 * first, so that a declared one is named only where it is needed.
 */
export function follows(
  start: readonly string[],
  goal: readonly string[],
  dependencies: readonly Dependency[],
): Because | null {
  const proven = dependencies.filter(({ fact }) => fact.sureness === 'proven');
  return reach(start, goal, proven) ?? (proven.length < dependencies.length ? reach(start, goal, dependencies) : null);
}

function reach(start: readonly string[], goal: readonly string[], all: readonly Dependency[]): Because | null {
  const by = new Map<string, Dependency | null>(start.map((name) => [name, null]));
  let pending = all;
  while (!goal.every((name) => has(by, name))) {
    const ready = pending.filter(({ from }) => from.every((name) => has(by, name)));
    const before = by.size;
    for (const one of ready) take(one, by);
    if (by.size === before) return null;
    const taken = new Set(ready);
    pending = pending.filter((one) => !taken.has(one));
  }
  return reasonsFor(goal, by);
}

function take(one: Dependency, by: Map<string, Dependency | null>): void {
  for (const name of one.to) if (!has(by, name)) by.set(name, one);
}

function has(by: ReadonlyMap<string, unknown>, name: string): boolean {
  const input = inputOf(name);
  return by.has(name) || (input !== null && by.has(rowName(input)));
}

function reasonsFor(goal: readonly string[], by: ReadonlyMap<string, Dependency | null>): Because {
  const facts = new Map<string, Fact>();
  const seen = new Set<string>();
  const pending = [...goal];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const at = by.has(name) ? name : rowName(inputOf(name) ?? '');
    if (seen.has(at)) continue;
    seen.add(at);
    const one = by.get(at) ?? null;
    if (one === null) continue;
    facts.set(one.fact.source, one.fact);
    pending.push(...one.from);
  }
  return [...facts.values()].filter(({ source }) => source !== '');
}

/** Several facts as one. */
export function together(because: Because, otherwise: string): Fact {
  const sources = [...new Set(because.map(({ source }) => source))].sort();
  return {
    source: sources.length === 0 ? otherwise : sources.join('; '),
    sureness: because.some(({ sureness }) => sureness === 'declared') ? 'declared' : 'proven',
  };
}
