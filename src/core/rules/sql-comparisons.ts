import type { Term } from '#core/meaning';
import { partsIn, readsText } from './sql-changes.ts';

const comparing: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', 'is null', 'is not null']);

/** The comparisons in a term: `=`, `<>`, `<`, `<=`, IN over a list, and with NULL. */
export function comparisonsIn(term: Term): readonly Term[] {
  return partsIn(term).filter(
    ({ kind, name, query, modifiers }) =>
      modifiers === '' && ((kind === 'operator' && comparing.has(name)) || (kind === 'in' && query === null)),
  );
}

/** Comparisons of the same columns that two terms do not share, each with what it became. */
export function changedComparisons(
  before: Term,
  after: Term,
): readonly { readonly before: Term; readonly after: Term }[] {
  const [ours, theirs] = [comparisonsIn(before), comparisonsIn(after)];
  const [one, other] = [ours, theirs].map((all) => new Set(all.map(({ text }) => text)));
  const removed = ours.filter(({ text }) => other?.has(text) !== true);
  const open = theirs.filter(({ text }) => one?.has(text) !== true);
  return removed.flatMap((from) => {
    const same = open.filter((to) => readsText(to) === readsText(from) && from.reads.length > 0);
    // Of two bounds of one column the upper one became the upper one.
    const to = same.find((one) => sideOf(one) === sideOf(from)) ?? same[0];
    if (to === undefined) return [];
    open.splice(open.indexOf(to), 1);
    return [{ before: from, after: to }];
  });
}

/** Which operand of an inequality reads columns. */
export function sideOf({ name, children }: Term): 'upper' | 'lower' | 'other' {
  const [left, right] = children;
  if (left === undefined || right === undefined || !(name === '<' || name === '<=')) return 'other';
  if (left.reads.length > 0 && right.reads.length === 0) return 'upper';
  return left.reads.length === 0 && right.reads.length > 0 ? 'lower' : 'other';
}
