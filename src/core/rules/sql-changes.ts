import type { Edit, Term } from '#core/meaning';
import type { ComparedModel } from './rule.ts';

/** An expression of a model that was changed, and where it stands. */
export interface ChangedTerm {
  readonly edit: Edit;
  readonly before: Term;
  readonly after: Term;
  readonly stands: 'output' | 'filter' | 'join' | 'group';
  /** Output columns of the model that it reaches; empty where it moves rows. */
  readonly columns: readonly string[];
  /** The output's name, or the clause: for messages. */
  readonly name: string;
}

/** The expressions that an edit changed, each with what it was before. */
export function changedTerms({ edits }: ComparedModel): readonly ChangedTerm[] {
  return edits.flatMap((edit): readonly ChangedTerm[] => {
    const columns = edit.columns === 'all' ? [] : edit.columns;
    switch (edit.kind) {
      case 'output-changed':
        return [
          { edit, before: edit.before.term, after: edit.after.term, stands: 'output', columns, name: edit.after.name },
        ];
      case 'filter-changed':
        return [
          { edit, before: edit.before.term, after: edit.after.term, stands: 'filter', columns, name: edit.clause },
        ];
      case 'join-condition':
        return paired(
          edit.removed.map(({ term }) => term),
          edit.added.map(({ term }) => term),
        ).map(([before, after]) => ({ edit, before, after, stands: 'join', columns, name: 'on' }));
      case 'group-by':
        return paired(edit.removed, edit.added).map(([before, after]) => ({
          edit,
          before,
          after,
          stands: 'group',
          columns,
          name: 'group by',
        }));
      default:
        return [];
    }
  });
}

/** Terms that read the same columns, one removed and one added. */
function paired(removed: readonly Term[], added: readonly Term[]): readonly (readonly [Term, Term])[] {
  const open = [...added];
  return removed.flatMap((before): readonly (readonly [Term, Term])[] => {
    const at = open.findIndex((after) => readsText(after) === readsText(before));
    const [after] = at === -1 ? [] : open.splice(at, 1);
    return after === undefined ? [] : [[before, after]];
  });
}

/** The columns that a term reads, as one text. */
export function readsText({ reads }: Term): string {
  return reads
    .map(({ input, name }) => `${input}.${name}`)
    .sort()
    .join(' ');
}

/** Two parts of an expression that stand in the same place; `within` is what holds the later one, outermost first. */
export interface ChangedPart {
  readonly before: Term;
  readonly after: Term;
  readonly within: readonly Term[];
}

/** The smallest parts of an expression that differ. What was wrapped, or unwrapped, is given with its wrapping. */
export function changedParts(before: Term, after: Term, within: readonly Term[] = []): readonly ChangedPart[] {
  if (before.text === after.text) return [];
  const alike =
    before.kind === after.kind &&
    before.name === after.name &&
    before.distinct === after.distinct &&
    before.modifiers === after.modifiers &&
    before.column === null &&
    before.query === null &&
    after.query === null;
  if (!alike) return [{ before, after, within }];
  const pairs = isBag(before)
    ? pairedBag(before.children, after.children)
    : pairedInOrder(before.children, after.children);
  if (pairs === null) return [{ before, after, within }];
  return pairs.flatMap(([one, other]) => changedParts(one, other, [...within, after]));
}

function sortedText(terms: readonly Term[]): string {
  return terms
    .map(({ text }) => text)
    .sort()
    .join(' , ');
}

function isBag({ kind, name }: Term): boolean {
  return kind === 'operator' && ['and', 'or', '=', '<>', '*', '+'].includes(name);
}

function pairedInOrder(before: readonly Term[], after: readonly Term[]): readonly (readonly [Term, Term])[] | null {
  // The same operands in another order are one change of the whole.
  if (before.length !== after.length || sortedText(before) === sortedText(after)) return null;
  return before.flatMap((one, at): readonly (readonly [Term, Term])[] => {
    const other = after[at];
    return other === undefined ? [] : [[one, other]];
  });
}

/** Operands whose order does not count: the same ones are set aside, the rest must be one on each side, or read the same. */
function pairedBag(before: readonly Term[], after: readonly Term[]): readonly (readonly [Term, Term])[] | null {
  const theirs = new Set(after.map(({ text }) => text));
  const ours = new Set(before.map(({ text }) => text));
  const removed = before.filter(({ text }) => !theirs.has(text));
  const added = after.filter(({ text }) => !ours.has(text));
  const [one, more] = removed;
  const [other, others] = added;
  if (one !== undefined && other !== undefined && more === undefined && others === undefined) return [[one, other]];
  const pairs = paired(removed, added);
  return pairs.length === removed.length && pairs.length === added.length ? pairs : null;
}

/** Every part of a term, itself first. */
export function partsIn(term: Term): readonly Term[] {
  return [term, ...term.children.flatMap(partsIn)];
}

/** An expression of head that base did not have. */
export interface NewTerm {
  readonly edit: Edit;
  readonly term: Term;
  /** The output's name, or the clause. */
  readonly name: string;
  readonly columns: readonly string[];
}

/** Expressions that are in head and were not in base: of added columns, filters and joins, and the changed ones. */
export function newTerms(model: ComparedModel): readonly NewTerm[] {
  const changed = changedTerms(model).map(
    ({ edit, after, name, columns }): NewTerm => ({ edit, term: after, name, columns }),
  );
  return [...changed, ...model.edits.flatMap(addedBy)];
}

function addedBy(edit: Edit): readonly NewTerm[] {
  const columns = edit.columns === 'all' ? [] : edit.columns;
  switch (edit.kind) {
    case 'output-added':
      return [{ edit, term: edit.output.term, name: edit.output.name, columns }];
    case 'filter-added':
      return [{ edit, term: edit.condition.term, name: edit.clause, columns }];
    case 'join-added':
      return edit.input.on.map(({ term }) => ({ edit, term, name: 'on', columns }));
    default:
      return [];
  }
}
