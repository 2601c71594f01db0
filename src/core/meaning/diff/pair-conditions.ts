import type { Condition, Term } from '../plan/plan.ts';
import { makeTerm, sortedTerms } from '../plan/term.ts';
import { alike } from '../proof/alike.ts';

/** What is left of two sets of conditions when those that both have are taken away. */
export interface Leftover {
  readonly removed: readonly Condition[];
  readonly added: readonly Condition[];
}

/** The conditions that only one side has. */
export function leftover(base: readonly Condition[], head: readonly Condition[]): Leftover {
  const ours = new Set(base.map(({ term }) => term.text));
  const theirs = new Set(head.map(({ term }) => term.text));
  return {
    removed: base.filter(({ term }) => !theirs.has(term.text)),
    added: head.filter(({ term }) => !ours.has(term.text)),
  };
}

/** Conditions that were changed: a removed and an added one of the same columns, or of the same form. */
export function pairConditions({ removed, added }: Leftover): {
  readonly changed: readonly { readonly before: Condition; readonly after: Condition }[];
  readonly rest: Leftover;
} {
  const regrouped = sameAtoms(removed, added);
  if (regrouped !== null) return { changed: [regrouped], rest: { removed: [], added: [] } };
  const changed: { before: Condition; after: Condition }[] = [];
  const open = [...added];
  const gone: Condition[] = [];
  for (const before of removed) {
    const scored = open
      .map((after) => ({ after, score: alike(before.term, after.term) }))
      .filter(({ score }) => score > 0);
    const [best] = scored.sort((a, b) => b.score - a.score);
    if (best === undefined) gone.push(before);
    else {
      changed.push({ before, after: best.after });
      open.splice(open.indexOf(best.after), 1);
    }
  }
  return { changed, rest: { removed: gone, added: open } };
}

/** The same comparisons under other ANDs and ORs, as one change. */
function sameAtoms(
  removed: readonly Condition[],
  added: readonly Condition[],
): { readonly before: Condition; readonly after: Condition } | null {
  const [first] = removed;
  const [other] = added;
  if (first === undefined || other === undefined) return null;
  const [a, b] = [removed, added].map(
    (all) => new Set(all.flatMap(({ term }) => atomsOf(term)).map(({ text }) => text)),
  );
  if (a === undefined || b === undefined || a.size < 2 || a.size !== b.size || ![...a].every((text) => b.has(text)))
    return null;
  return { before: together(removed, first), after: together(added, other) };
}

function together(all: readonly Condition[], first: Condition): Condition {
  if (all.length === 1) return first;
  const children = sortedTerms(all.map(({ term }) => term));
  return { ...first, term: makeTerm({ kind: 'operator', name: 'and', children, span: first.term.span }) };
}

/** The parts of a condition that no AND, OR or NOT is made of. */
function atomsOf(term: Term): readonly Term[] {
  const isJunction = term.kind === 'operator' && (term.name === 'and' || term.name === 'or' || term.name === 'not');
  return isJunction ? term.children.flatMap(atomsOf) : [term];
}
