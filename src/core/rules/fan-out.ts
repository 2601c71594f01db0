import { toUniqueId } from '#core/base';
import type { Change } from '#core/change';
import type { Block, Condition, Edit, Facts, Input, Key } from '#core/meaning';
import { joinConditions, joinedColumns, keysOfInput, matchesAtMostOne } from '#core/meaning';
import { type Duplicates, duplicatesOf } from './duplicates.ts';
import type { ComparedModel, RuleInput } from './rule.ts';
import { partsIn } from './sql-changes.ts';

type JoinEdit = Extract<Edit, { readonly kind: 'join-added' | 'join-condition' | 'join-kind' | 'source-changed' }>;

/** A join of head that may meet several rows, where base's could not, or did not exist. */
export interface FanOut {
  readonly edit: JoinEdit;
  readonly block: Block;
  readonly input: Input;
  /** Columns of the input that the join equates with others, in lower case. */
  readonly columns: readonly string[];
  /** The input's keys: none of them lies within the columns. */
  readonly keys: readonly Key[];
  /** What makes it unique by the columns and is declared only: a word that nothing checks. */
  readonly declared: string | null;
  /** What made it unique at base, where the join only asks for more than it did: not the join is another, what is known is. */
  readonly before: string | null;
  readonly duplicates: Duplicates;
}

/** Joins by which head may repeat rows and base did not. A join without any condition is another thing, and not told here. */
export function fanOutsOf(
  { head, edits }: ComparedModel,
  { change, facts }: Pick<RuleInput, 'change' | 'facts'>,
): readonly FanOut[] {
  return edits.flatMap((edit): readonly FanOut[] => {
    if (!isJoinEdit(edit)) return [];
    const input = edit.kind === 'join-added' ? edit.input : edit.after;
    const block = edit.head;
    if (!repeats(input) || !isUnderstood(block, input)) return [];
    const fact = matchesAtMostOne(block, facts.head, input.alias);
    if (fact?.sureness === 'proven') return [];
    const before = keptBy(edit, facts.base);
    if (edit.kind !== 'join-added' && (!isNewRisk(edit, facts.base) || isMovedOut(edit, change))) return [];
    const duplicates = duplicatesOf(head, block, input);
    const columns = [...joinedColumns(block, input)].sort();
    const keys = keysOfInput(input, facts.head).filter((key) => key.sureness === 'proven' && isMeant(key, input));
    return [{ edit, block, input, columns, keys, declared: fact?.source ?? null, before, duplicates }];
  });
}

/** What made an input unique at base, of a join that only asks for more than it did. */
function keptBy(edit: JoinEdit, facts: Facts): string | null {
  if (edit.kind !== 'join-condition' || edit.removed.length > 0) return null;
  return matchesAtMostOne(edit.base, facts, edit.before.alias)?.source ?? null;
}

/** Columns by which a query above groups or makes distinct may be more than it takes: no word on what its key is. */
function isMeant({ from }: Key, { source }: Input): boolean {
  return source.kind !== 'relation' || from !== 'sql';
}

/** Whether it is known by what an input is joined: there are conditions, and each is read. */
function isUnderstood(block: Block, input: Input): boolean {
  const conditions = joinConditions(block, input);
  if (conditions.length === 0 || conditions.some(isUnread)) return false;
  return joinedColumns(block, input).size > 0 || !conditions.some(isUnclear);
}

/** Whether a condition is made of calls that read no column: what stands in them was not rendered. */
export function isUnread({ term }: Condition): boolean {
  return term.reads.length === 0 && partsIn(term).some(({ kind }) => kind === 'function');
}

/** Whether it is not known of which relation a column is that a condition reads. */
function isUnclear({ term }: Condition): boolean {
  return term.reads.some(({ input }) => input.startsWith('?'));
}

function isJoinEdit(edit: Edit): edit is JoinEdit {
  return ['join-added', 'join-condition', 'join-kind', 'source-changed'].includes(edit.kind);
}

/** Whether an input gives a row for each match. A function that unfolds a value does so on purpose. */
function repeats({ join, source }: Input): boolean {
  return join !== 'semi' && join !== 'anti' && join !== 'asof' && source.kind !== 'function';
}

/**
 * Whether a subquery became a relation of which nothing at all is known, joined under the same name by the same columns: it was moved to
 * a model of its own, which is not at hand. Where it is, its SQL says how many rows it has.
 */
function isMovedOut(
  { kind, before, after }: Exclude<JoinEdit, { readonly kind: 'join-added' }>,
  change: Change,
): boolean {
  if (kind !== 'source-changed' || before.source.kind !== 'plan' || after.source.kind !== 'relation') return false;
  const { uniqueId } = after.source;
  const node = uniqueId === null ? undefined : change.head.project.nodes.get(toUniqueId(uniqueId));
  return (node === undefined || node.rawCode === '') && before.written === after.written;
}

function isNewRisk(edit: Exclude<JoinEdit, { readonly kind: 'join-added' }>, facts: Facts): boolean {
  if (!repeats(edit.before)) return true;
  if (edit.kind === 'join-kind') return false;
  const wasSafe = matchesAtMostOne(edit.base, facts, edit.before.alias) !== null;
  if (wasSafe || edit.kind === 'source-changed') return wasSafe || keysOfInput(edit.after, facts).length === 0;
  // Conditions that are added alone can only make fewer rows meet, and the same columns, written otherwise, as many.
  if (edit.removed.length === 0 || edit.added.length === 0) return false;
  const columns = joinedColumns(edit.head, edit.after);
  const before = [...joinedColumns(edit.base, edit.before)];
  return before.length === 0 || !before.every((column) => columns.has(column));
}
