import { relationsIn } from '../plan/merge.ts';
import type { Block, Input, Plan } from '../plan/plan.ts';
import { planText, sourceText } from '../plan/text.ts';

/** Base's and head's inputs that are the same thing, as far as can be told. */
export interface InputPair {
  readonly base: Input;
  readonly head: Input;
}

/**
 * Pairs of inputs, each in at most one pair: first those that read the same, of several the one of the same name or join; then
 * plans over the same relations; then what stands in the same place.
 */
export function matchInputs(base: Block, head: Block): readonly InputPair[] {
  const pairs: InputPair[] = [];
  const left = new Set(head.inputs);
  const open = new Set(base.inputs);
  const take = (one: Input, other: Input): void => {
    pairs.push({ base: one, head: other });
    open.delete(one);
    left.delete(other);
  };
  const rounds: readonly ((one: Input, other: Input) => boolean)[] = [
    (one, other) => same(one, other) && one.written === other.written && attached(one) === attached(other),
    (one, other) => same(one, other) && one.written === other.written,
    (one, other) => same(one, other) && attached(one) === attached(other),
    same,
    (one, other) => bothPlans(one, other) && one.written === other.written && overlap(one, other) > 0,
    (one, other) => bothPlans(one, other) && overlap(one, other) >= 0.5,
    (one, other) =>
      one.source.kind === 'function' && other.source.kind === 'function' && one.source.name === other.source.name,
    (one, other) => one.written !== '' && one.written === other.written,
  ];
  for (const round of rounds) {
    for (const one of open) {
      const found = [...left].find((other) => round(one, other));
      if (found !== undefined) take(one, found);
    }
  }
  const [one, another] = open;
  const [other, more] = left;
  // One relation in the place of another, at the same join.
  if (
    one !== undefined &&
    other !== undefined &&
    another === undefined &&
    more === undefined &&
    one.join === other.join
  ) {
    if (one.source.kind === other.source.kind && one.on.length === other.on.length) take(one, other);
  }
  return pairs;
}

function same(one: Input, other: Input): boolean {
  return one.source.kind === other.source.kind && identity(one) === identity(other);
}

function identity({ source }: Input): string {
  return source.kind === 'relation' ? source.name : sourceText(source);
}

function attached({ join, on }: Input): string {
  return `${join} ${on.map(({ term }) => term.text).join(' ')}`;
}

function bothPlans(one: Input, other: Input): boolean {
  return one.source.kind === 'plan' && other.source.kind === 'plan';
}

function overlap(one: Input, other: Input): number {
  if (one.source.kind !== 'plan' || other.source.kind !== 'plan') return 0;
  return likeness(one.source.plan, other.source.plan);
}

/** The share of relations that two plans have in common, from 0 to 1. */
export function likeness(one: Plan, other: Plan): number {
  const [a, b] = [relationsIn(one, 50), relationsIn(other, 50)];
  const both = [...a].filter((name) => b.has(name)).length;
  const all = new Set([...a, ...b]).size;
  return all === 0 ? 0 : both / all;
}

/** Members of two set operations that are the same thing, by their numbers. */
export function matchMembers(base: readonly Plan[], head: readonly Plan[]): readonly (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  const left = new Set(head.keys());
  const open = new Set(base.keys());
  const rounds: readonly ((one: number, other: number) => boolean)[] = [
    (one, other) => textAt(base, one) === textAt(head, other),
    (one, other) => alike(base, one, head, other) === 1 && one === other,
    (one, other) => alike(base, one, head, other) === 1,
    (one, other) => alike(base, one, head, other) > 0,
    (one, other) => base.length === head.length && one === other,
  ];
  for (const round of rounds) {
    for (const one of open) {
      const found = [...left].find((other) => round(one, other));
      if (found === undefined) continue;
      pairs.push([one, found]);
      open.delete(one);
      left.delete(found);
    }
  }
  return pairs.sort(([a], [b]) => a - b);
}

function textAt(plans: readonly Plan[], at: number): string {
  const plan = plans[at];
  return plan === undefined ? '' : planText(plan);
}

function alike(base: readonly Plan[], one: number, head: readonly Plan[], other: number): number {
  const [a, b] = [base[one], head[other]];
  return a === undefined || b === undefined ? 0 : likeness(a, b);
}
