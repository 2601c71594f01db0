import type { UniqueId } from '#core/base';
import type { Change } from '#core/change';
import type { Block, Condition, Edit, Input, Output, Term } from '#core/meaning';
import { hasOpenMask, withoutIdentities } from '#core/sql';

/** Whether parts of a model's SQL are masked on either side: what a query reads and gives out is then not all in its tree. */
export function isMasked({ base, head }: Pick<Change, 'base' | 'head'>, uniqueId: UniqueId): boolean {
  return [base, head].some(({ project }) => hasOpenMask(project.nodes.get(uniqueId)?.compiledCode ?? ''));
}

/**
 * The edits without those of parts of the SQL that nobody read: a mask in the place of another or of something else, which it may stand
 * for, and in one SELECT what came where a mask went or went where one came. No rule may say anything of them.
 */
export function withoutMasks(edits: readonly Edit[]): readonly Edit[] {
  return edits.filter((edit) => !isOfMasks(edit) && !mayBeMasked(edit));
}

/** Whether what came or went may stand in a mask of the same SELECT that only the other side has. */
function mayBeMasked(edit: Edit): boolean {
  const { base, head } = edit;
  if (base.kind !== 'block' || head.kind !== 'block') return false;
  // A query that nobody read may filter, join and name columns as the other side does itself.
  if (openSources(base) !== openSources(head)) return edit.kind !== 'join-kind';
  if (mayBeJoined(edit, base, head)) return true;
  const [ours, theirs] = [masksOf(base), masksOf(head)];
  const [went, came] = [ours.some((one) => !theirs.includes(one)), theirs.some((one) => !ours.includes(one))];
  const { removes, adds } = natureOf(edit);
  return (removes && came) || (adds && went);
}

function openSources({ inputs }: Block): string {
  const calls = inputs.filter(({ source }) => source.kind === 'function');
  return calls.map(sourceText).filter(hasOpenMask).join('\n');
}

/** Whether a join that came or went may be what the other side has in its place, where one of the two is a mask or a subquery over one. */
function mayBeJoined(edit: Edit, ours: Block, theirs: Block): boolean {
  if (edit.kind !== 'join-added' && edit.kind !== 'join-removed') return false;
  const [own, other] = edit.kind === 'join-added' ? [theirs, ours] : [ours, theirs];
  const known = new Set(own.inputs.map(({ alias }) => alias));
  const instead = other.inputs.filter(({ alias }) => !known.has(alias));
  return hasOpenMask(edit.input.alias) ? instead.length > 0 : instead.some(({ alias }) => hasOpenMask(alias));
}

/** Parts of a SELECT that are masks as a whole: conditions, keys, nameless columns. */
function masksOf({ inputs, where, having, qualify, groupBy, outputs, orderBy }: Block): readonly string[] {
  const terms = [
    ...[...where, ...having, ...qualify, ...inputs.flatMap(({ on }) => on)].map(termOf),
    ...(groupBy ?? []),
    ...orderBy,
    ...outputs.filter(isNameless).map(({ term }) => term),
  ];
  return terms.filter(isMask).map(({ text }) => text);
}

interface Nature {
  readonly removes: boolean;
  readonly adds: boolean;
}

function natureOf(edit: Edit): Nature {
  switch (edit.kind) {
    case 'join-condition':
    case 'group-by':
    case 'distinct-on':
    case 'stars':
      return { removes: edit.removed.length > 0, adds: edit.added.length > 0 };
    case 'source-changed':
    case 'rewritten':
      return { removes: true, adds: true };
    default:
      return { removes: edit.kind.endsWith('-removed'), adds: edit.kind.endsWith('-added') };
  }
}

/** Whether an edit is of a mask alone, or of nothing but masks. */
// eslint-disable-next-line complexity -- one case a kind
function isOfMasks(edit: Edit): boolean {
  switch (edit.kind) {
    case 'filter-added':
    case 'filter-removed':
      return isMask(edit.condition.term);
    case 'filter-changed':
    case 'output-changed':
      return isOfMaskedTerms(edit.before.term, edit.after.term);
    case 'output-added':
    case 'output-removed':
      return isNameless(edit.output) && isMask(edit.output.term);
    case 'join-condition':
      return mayBeSameLists(edit.removed.map(termOf), edit.added.map(termOf));
    case 'group-by':
      return edit.only === null && mayBeSameLists(edit.removed, edit.added);
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

/** Whether an edit is of keys named by their places in two lists of columns that are not known: nobody knows which is which. */
export function isOfOpenPlaces(edit: Edit): boolean {
  if (edit.kind !== 'group-by') return false;
  const lists = [...edit.removed, ...edit.added].flatMap(({ kind, name, children: [list] }) =>
    kind === 'other' && name.startsWith('column ') ? (list?.text ?? []) : [],
  );
  return new Set(lists).size > 1;
}

/** Whether a term is a mask as a whole. */
function isMask({ children, name, kind }: Term): boolean {
  return children.length === 0 && kind !== 'literal' && hasOpenMask(name);
}

function isOfMaskedTerms(before: Term, after: Term): boolean {
  const [was, is] = [looseInputs(before), looseInputs(after)];
  // `?()`: of no star, so a mask among the columns makes it, in any way.
  if (was !== is && `${was}${is}`.includes('?()')) return true;
  return mayBeSame(before, after) && hasMasks([before, after]);
}

/** What columns are read from of which nobody knows where they are made. */
function looseInputs({ reads }: Term): string {
  const loose = reads.map(({ input }) => input).filter((input) => input.startsWith('?'));
  return [...new Set(loose)].sort().join('\n');
}

/** Whether two terms differ in masks alone. */
function mayBeSame(before: Term, after: Term): boolean {
  if (before.text === after.text || isMask(before) || isMask(after)) return true;
  if (shapeOf(before) === shapeOf(after) || mayBeSameColumn(before.column, after.column)) return true;
  const isAlike =
    before.kind === after.kind && before.name === after.name && before.query === null && after.query === null;
  if (!isAlike || before.column !== null) return false;
  return isBound(before, after) || mayBeSameLists(before.children, after.children);
}

/** Whether two columns are of one name, and what one of them is read from is a mask. */
function mayBeSameColumn(before: Term['column'], after: Term['column']): boolean {
  if (before === null || after === null || before.name !== after.name) return false;
  return hasOpenMask(before.input) || hasOpenMask(after.input);
}

/** Whether two terms have as many operands, which differ in masks alone, each in its place. */
function isBound({ children: ours }: Term, { children: theirs }: Term): boolean {
  return (
    ours.length > 0 &&
    ours.length === theirs.length &&
    ours.every((one, at) => {
      const other = theirs[at];
      return other !== undefined && mayBeSame(one, other);
    })
  );
}

/** Whether two lists differ in masks alone: one that only one list has may stand for whatever the other has more. */
function mayBeSameLists(removed: readonly Term[], added: readonly Term[]): boolean {
  const [before, after] = [only(removed, added), only(added, removed)];
  if (!hasMasks([...before, ...after])) return false;
  const [rest, others] = [unmatched(before, after), unmatched(after, before)];
  return (rest.length === 0 || after.some(isMask)) && (others.length === 0 || before.some(isMask));
}

/** What `others` do not have. */
function only(terms: readonly Term[], others: readonly Term[]): readonly Term[] {
  const known = new Set(others.map(({ text }) => text));
  return terms.filter(({ text }) => !known.has(text));
}

/** What is no mask, and what `others` do not have with other masks in it. */
function unmatched(terms: readonly Term[], others: readonly Term[]): readonly Term[] {
  const known = new Set(others.map(shapeOf));
  return terms.filter((term) => !isMask(term) && !known.has(shapeOf(term)));
}

function hasMasks(terms: readonly Term[]): boolean {
  return terms.some((term) => hasOpenMask(JSON.stringify(shapeIn(term))));
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
  return source.kind === 'plan' ? '' : source.kind === 'function' ? `${source.name}(${source.text})` : source.name;
}
