import type { UniqueId } from '#core/base';
import type { Taint } from '#core/pii';
import { categoryOf, isAbove } from '#core/pii';
import type { TracedSide } from './compare-sides.ts';
import { isPlain } from './sinks.ts';

/** A column that holds personal data in a form that matters, with the gravest of it. */
export interface PlainColumn {
  /** In lower case. */
  readonly column: string;
  readonly taint: Taint;
}

/** The columns of a node that hold personal data beyond generalised, in the node's order. */
export function plainColumns({ taints }: TracedSide, uniqueId: UniqueId): readonly PlainColumn[] {
  return [...(taints.get(uniqueId) ?? [])].flatMap(([column, all]) => {
    const [first, ...others] = all.filter((taint) => isPlain(taint) && isAbove(taint.level, 'generalised'));
    if (first === undefined) return [];
    return [{ column, taint: others.reduce((a, b) => (b.sensitivity > a.sensitivity ? b : a), first) }];
  });
}

/** `e-mail address, date of birth`: what the columns hold, each once. */
export function categoriesText(columns: readonly PlainColumn[]): string {
  return [...new Set(columns.map(({ taint }) => categoryOf(taint.category).title))].join(', ');
}

/** Findings rest on labels, or on names alone: only the former may block. */
export function basisOf(columns: readonly PlainColumn[]): 'proven' | 'heuristic' {
  return columns.some(({ taint }) => taint.known === 'label') ? 'proven' : 'heuristic';
}
