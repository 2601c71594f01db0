import type { Edit, Term } from '#core/meaning';

/** A term and all that stands in it, subqueries left out. */
export function* termsIn(term: Term): Generator<Term> {
  yield term;
  for (const child of term.children) yield* termsIn(child);
}

/** What an edit takes away and what it puts in its place, as terms of one side each. */
export function termsOf(edit: Edit): { readonly before: readonly Term[]; readonly after: readonly Term[] } {
  switch (edit.kind) {
    case 'filter-added':
      return { before: [], after: [edit.condition.term] };
    case 'filter-removed':
      return { before: [edit.condition.term], after: [] };
    case 'filter-changed':
      return { before: [edit.before.term], after: [edit.after.term] };
    case 'join-condition':
      return { before: edit.removed.map(({ term }) => term), after: edit.added.map(({ term }) => term) };
    case 'join-added':
      return { before: [], after: edit.input.on.map(({ term }) => term) };
    case 'output-added':
      return { before: [], after: [edit.output.term] };
    case 'output-changed':
      return { before: [edit.before.term], after: [edit.after.term] };
    case 'order':
      return { before: edit.before, after: edit.after };
    case 'group-by':
    case 'distinct-on':
      return { before: edit.removed, after: edit.added };
    default:
      return { before: [], after: [] };
  }
}
