import type { Term } from '#core/meaning';
import { atomsOf, toldApart } from './three-values.ts';

/** A condition inside an expression that was changed, and what it decides. */
export interface ChangedWhen {
  readonly before: Term;
  readonly after: Term;
  /** Whether an aggregate stands around it, so that it decides which rows count. */
  readonly counts: boolean;
}

/**
 * Conditions of CASE, IF and of an aggregate's FILTER that are another on the two sides of an expression and decide the same:
 * branches with the same value, aggregates over the same. Not those that let the same rows through.
 */
export function changedWhens(before: Term, after: Term, counts = false): readonly ChangedWhen[] {
  if (before.text === after.text || before.kind !== after.kind || before.name !== after.name) return [];
  const within = counts || before.kind === 'aggregate';
  return [...ofBranches(before, after, within), ...inside(before, after, within)];
}

/** Operands in the same place; in conditions themselves nothing is looked for. */
function inside(before: Term, after: Term, counts: boolean): readonly ChangedWhen[] {
  if (before.children.length !== after.children.length) return [];
  return before.children.flatMap((one, at) => {
    const other = after.children[at];
    return other === undefined || isCondition(before, at) ? [] : changedWhens(one, other, counts);
  });
}

function ofBranches(before: Term, after: Term, counts: boolean): readonly ChangedWhen[] {
  if (before.children.length !== after.children.length) return [];
  return before.children.flatMap((one, at): readonly ChangedWhen[] => {
    const other = after.children[at];
    if (other === undefined || !isCondition(before, at) || one.text === other.text) return [];
    const decided = before.kind === 'clause' || before.children[at + 1]?.text === after.children[at + 1]?.text;
    return decided && !isSame(one, other) ? [{ before: one, after: other, counts }] : [];
  });
}

/** Whether an operand is a condition: of CASE each one before a value, of FILTER all. */
function isCondition({ kind, name, children }: Term, at: number): boolean {
  if (kind === 'clause') return name === 'filter';
  return kind === 'case' && at % 2 === 0 && at + 1 < children.length;
}

/** The same comparisons, joined so that the same rows pass. */
function isSame(before: Term, after: Term): boolean {
  const atoms = (term: Term): string =>
    atomsOf(term)
      .map(({ text }) => text)
      .sort()
      .join('\n');
  return atoms(before) === atoms(after) && toldApart(before, after) === null;
}
