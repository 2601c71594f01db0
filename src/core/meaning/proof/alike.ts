import type { Term } from '../plan/plan.ts';

/** How much two terms are the same thing changed: 0 not at all. */
export function alike(one: Term, other: Term): number {
  const sameReads = readsText(one) === readsText(other) && one.reads.length > 0;
  if (sameReads) return one.kind === other.kind && one.name === other.name ? 4 : 3;
  if (skeleton(one) === skeleton(other)) return 2;
  const [a, b] = [new Set(one.reads.map(keyOf)), new Set(other.reads.map(keyOf))];
  const both = [...a].filter((key) => b.has(key)).length;
  return both > 0 && both * 2 >= Math.max(a.size, b.size) ? 1 : 0;
}

function keyOf({ input, name }: Term['reads'][number]): string {
  return `${input}.${name}`;
}

function readsText({ reads }: Term): string {
  return reads.map(keyOf).sort().join(' ');
}

/** A term without the names of its columns. */
function skeleton({ kind, name, children, column, modifiers }: Term): string {
  if (column !== null) return '_';
  return `${kind}:${name}${modifiers}(${children.map(skeleton).join(',')})`;
}
