import type { Condition, Edit, Input, Output, Term } from '#core/meaning';
import { hasOpenMask, withoutIdentities } from '#core/sql';
import { changedParts } from './sql-changes.ts';

/**
 * Whether an edit is of parts of the SQL that nobody read: a mask in the place of another or of something else, which it may stand for, or
 * one that came or went as a whole. No rule may say anything of it.
 */
// eslint-disable-next-line complexity -- one case a kind
export function isOfMasks(edit: Edit): boolean {
  switch (edit.kind) {
    case 'filter-added':
    case 'filter-removed':
      return isMask(edit.condition.term);
    case 'filter-changed':
    case 'output-changed':
      return changedParts(edit.before.term, edit.after.term).every(({ before, after }) => mayBeSame(before, after));
    case 'output-added':
    case 'output-removed':
      return isNameless(edit.output) && isMask(edit.output.term);
    case 'join-condition':
      return mayBeSameLists(edit.removed.map(termOf), edit.added.map(termOf));
    case 'group-by':
      return edit.only === null && (hasTwoLists(edit) || mayBeSameLists(edit.removed, edit.added));
    case 'distinct-on':
      return mayBeSameLists(edit.removed, edit.added);
    case 'order':
      return mayBeSameLists(edit.before, edit.after);
    case 'source-changed':
      return [edit.before, edit.after].every((input) => hasOpenMask(sourceText(input)));
    default:
      return false;
  }
}

/** Whether keys are named by their places in two lists of columns that are not known: then nobody knows which is which. */
function hasTwoLists({ removed, added }: Extract<Edit, { kind: 'group-by' }>): boolean {
  const lists = [...removed, ...added].flatMap(({ kind, name, children: [list] }) =>
    kind === 'other' && name.startsWith('column ') ? (list?.text ?? []) : [],
  );
  return new Set(lists).size > 1;
}

/** Whether a term is a mask as a whole. */
function isMask({ children, name, kind }: Term): boolean {
  return children.length === 0 && kind !== 'literal' && hasOpenMask(name);
}

function mayBeSame(before: Term, after: Term): boolean {
  if (isMask(before) || isMask(after) || shapeOf(before) === shapeOf(after)) return true;
  const isAlike =
    before.kind === after.kind && before.name === after.name && before.query === null && after.query === null;
  return isAlike && mayBeSameLists(before.children, after.children);
}

/** Whether two lists differ in masks alone: each may stand for whatever the other list has more. */
function mayBeSameLists(removed: readonly Term[], added: readonly Term[]): boolean {
  const [before, after] = [rest(removed, added), rest(added, removed)];
  return (
    (before.length === 0 || added.some(isMask)) &&
    (after.length === 0 || removed.some(isMask)) &&
    [...removed, ...added].some(hasMask)
  );
}

/** What `others` do not have, masks aside. */
function rest(terms: readonly Term[], others: readonly Term[]): readonly Term[] {
  const known = new Set(others.map(shapeOf));
  return terms.filter((term) => !isMask(term) && !known.has(shapeOf(term)));
}

function hasMask(term: Term): boolean {
  return hasOpenMask(JSON.stringify(shapeIn(term)));
}

/** A term as text in which all masks are one. */
function shapeOf(term: Term): string {
  return withoutIdentities(JSON.stringify(shapeIn(term)));
}

function shapeIn({ kind, name, children, column, query, distinct, modifiers, text }: Term): readonly unknown[] {
  return query === null ? [kind, name, column, distinct, modifiers, ...children.map(shapeIn)] : [text];
}

function isNameless({ name }: Output): boolean {
  return name === '' || hasOpenMask(name);
}

function termOf({ term }: Condition): Term {
  return term;
}

function sourceText({ source }: Input): string {
  return source.kind === 'plan' ? '' : source.kind === 'function' ? source.text : source.name;
}
