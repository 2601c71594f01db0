import type { UniqueId } from '#core/base';
import { toUniqueId } from '#core/base';
import type { Change } from '#core/change';
import type { Condition, Side } from '#core/evidence';
import type { Block, ColumnRead, Edit, Input, Plan, Term } from '#core/meaning';
import { isMetAtMostOnce, joinConditions } from '#core/meaning';
import type { Compared, ComparedModel } from '#core/rules';
import { compareModels } from '#core/rules';
import type { Identifier } from '#core/sql';
import type { Clause } from './clauses.ts';
import { conditionOf } from './term-condition.ts';

/** A clause, and the side that has it. */
export interface Sided {
  readonly clause: Clause;
  readonly side: Side;
}

/**
 * The clauses by which both sides of a model differ in meaning, as far as a count can test them; null where the two could not be
 * compared by meaning. A model that is proven to mean the same has none.
 */
export function meantClauses(change: Change, uniqueId: UniqueId): readonly Sided[] | null {
  const { input, equal } = compareModels(change);
  if (equal.has(uniqueId)) return [];
  const model = input.models.find((one) => one.uniqueId === uniqueId);
  if (model === undefined || model.edits.some(({ kind }) => kind === 'rewritten')) return null;
  return model.edits.flatMap((edit) => clausesOf(edit, { model, facts: input.facts.base }));
}

interface Around {
  readonly model: ComparedModel;
  readonly facts: Compared['input']['facts']['base'];
}

function clausesOf(edit: Edit, around: Around): readonly Sided[] {
  switch (edit.kind) {
    case 'filter-added':
    case 'filter-removed':
    case 'filter-changed':
      return edit.clause === 'where' ? filters(edit, around) : [];
    case 'join-added':
      return joined(edit.head, edit.input, true);
    case 'source-changed':
      return joined(edit.head, edit.after, false);
    case 'join-condition':
      return joinConditionClauses(edit);
    case 'distinct-added':
      return distinct(edit, 'head', around);
    case 'distinct-removed':
      return distinct(edit, 'base', around);
    case 'set-quantifier':
      return distinct(edit, quantifierSide(edit), around);
    case 'set-members':
      return (['head', 'base'] as const).flatMap((side) => ofMembers(side, edit));
    default:
      return [];
  }
}

type InWhere = Extract<Edit, { readonly kind: 'filter-added' | 'filter-removed' | 'filter-changed' }>;

function filters(edit: InWhere, around: Around): readonly Sided[] {
  if (edit.kind === 'filter-changed') return changedFilter(edit, around);
  return filter(edit.kind === 'filter-added' ? 'head' : 'base', edit.condition.term, edit, around);
}

function joinConditionClauses(edit: Extract<Edit, { readonly kind: 'join-condition' }>): readonly Sided[] {
  return [
    ...(edit.removed.length > 0 ? joined(edit.head, edit.after, false) : []),
    ...edit.added.flatMap(({ term }) => ofJoin('head', term, edit.head)),
    ...edit.removed.flatMap(({ term }) => ofJoin('base', term, edit.base)),
  ];
}

function filter(side: Side, term: Term, edit: InWhere, around: Around): readonly Sided[] {
  const found = conditionIn(edit[side], term);
  if (found === null) return [];
  const { uniqueId, condition, alias } = found;
  const others = restOf(edit, alias, around);
  const counted = within(condition, others ?? []);
  return [
    { side, clause: { kind: 'condition', uniqueId, condition, inJoin: false, counted, isWhole: others !== null } },
  ];
}

/** Rows that met the old condition and not the new one, and the other way round. */
function changedFilter(edit: Extract<Edit, { readonly kind: 'filter-changed' }>, around: Around): readonly Sided[] {
  const [before, after] = [conditionIn(edit.base, edit.before.term), conditionIn(edit.head, edit.after.term)];
  if (before === null || after === null || before.uniqueId !== after.uniqueId) return [];
  const others = restOf(edit, after.alias, around);
  const isWhole = others !== null;
  const { uniqueId } = after;
  return (['head', 'base'] as const).map((side) => {
    const [condition, other] = side === 'head' ? [after, before] : [before, after];
    const counted = within(condition.condition, [other.condition, ...(others ?? [])]);
    const change = { before: before.condition, after: after.condition };
    return {
      side,
      clause: { kind: 'condition', uniqueId, condition: condition.condition, inJoin: false, counted, isWhole, change },
    };
  });
}

/** True also of rows that one of the others keeps out anyway, NULL being no. */
function within(condition: Condition, others: readonly Condition[]): Condition {
  const [first, ...more] = others;
  if (first === undefined) return condition;
  const all: Condition = more.length === 0 ? first : { kind: 'operator', name: 'and', operands: others };
  const isOut: Condition = { kind: 'operator', name: 'not', operands: [all] };
  const orNull: Condition = { kind: 'call', name: 'coalesce', operands: [isOut, { kind: 'word', value: 'true' }] };
  return { kind: 'operator', name: 'or', operands: [condition, orNull] };
}

/**
 * The other conditions of base, where each row of an input is a row of the model if it meets them all: then what a condition keeps out is
 * what the model loses. Null where that is not so.
 */
function restOf(edit: InWhere, alias: string, { model, facts }: Around): readonly Condition[] | null {
  const { base, head } = edit;
  if (base !== model.base || head !== model.head || !isPlain(base) || !isPlain(head)) return null;
  if (!isRowForRow(base, alias, facts)) return null;
  const rest = base.where.filter((one) => one !== ownOf(edit)).map(({ term }) => conditionIn(base, term));
  const known = rest.filter((one) => one !== null);
  return known.length < rest.length || known.some((one) => one.alias !== alias)
    ? null
    : known.map(({ condition }) => condition);
}

/** Whether the joins keep each row of an input, and keep it once. */
function isRowForRow(block: Block, alias: string, facts: Around['facts']): boolean {
  const others = block.inputs.filter((input) => input.alias !== alias);
  if (others.length === block.inputs.length || others.some(({ join }) => join !== 'left')) return false;
  return others.length === 0 || isMetAtMostOnce(block, facts, alias) !== null;
}

/** Base's own condition of an edit. */
function ownOf(edit: InWhere): Block['where'][number] | null {
  return edit.kind === 'filter-removed' ? edit.condition : edit.kind === 'filter-changed' ? edit.before : null;
}

function isPlain({ groupBy, having, qualify, distinct: isDistinct, distinctOn, limit, ordered }: Block): boolean {
  const none = having.length + qualify.length + distinctOn.length === 0;
  return groupBy === null && none && !isDistinct && limit === null && !ordered;
}

function ofJoin(side: Side, term: Term, block: Block): readonly Sided[] {
  const found = conditionIn(block, term);
  if (found === null) return [];
  const { uniqueId, condition } = found;
  return [{ side, clause: { kind: 'condition', uniqueId, condition, inJoin: true } }];
}

function joined(block: Block, input: Input, isNew: boolean): readonly Sided[] {
  const uniqueId = relationOf(input);
  if (uniqueId === null || !['inner', 'left'].includes(input.join)) return [];
  const conditions = joinConditions(block, input);
  if (conditions.length === 0)
    return isNew ? [{ side: 'head', clause: { kind: 'rows', uniqueId, as: 'cross-join' } }] : [];
  const columns = conditions.flatMap(({ term }) => equatedOf(term, input.alias) ?? []);
  const names = [...new Set(columns.map(({ name }) => name))].sort();
  if (names.length === 0) return [];
  return [{ side: 'head', clause: { kind: 'join', uniqueId, columns: names, outer: input.join === 'left', isNew } }];
}

/** Of `a.x = b.y`, the column of that input, when the other one is another input's. */
function equatedOf({ kind, name, children: [left, right] }: Term, alias: string): Identifier | null {
  if (kind !== 'operator' || name !== '=' || !left?.column || !right?.column) return null;
  const isLeft = left.column.input === alias;
  if (isLeft === (right.column.input === alias)) return null;
  return identifierOf(isLeft ? left.column : right.column);
}

/** The side that removes what another row equals. */
function quantifierSide({ head }: Extract<Edit, { readonly kind: 'set-quantifier' }>): Side {
  return head.all ? 'base' : 'head';
}

/** A DISTINCT of the model itself: its relations hold the rows with and without. */
function distinct({ base, head }: Edit, side: Side, { model }: Around): readonly Sided[] {
  return base === model.base && head === model.head ? [{ side, clause: { kind: 'distinct' } }] : [];
}

function ofMembers(side: Side, { added, removed }: Extract<Edit, { readonly kind: 'set-members' }>): readonly Sided[] {
  return (side === 'head' ? added : removed).flatMap((member) => ofMember(side, member));
}

/** A member of a UNION that is a whole relation. */
function ofMember(side: Side, member: Plan): readonly Sided[] {
  if (member.kind !== 'block' || !isPlain(member) || member.where.length > 0) return [];
  const [input, ...more] = member.inputs;
  const uniqueId = input === undefined || more.length > 0 ? null : relationOf(input);
  return uniqueId === null ? [] : [{ side, clause: { kind: 'rows', uniqueId, as: 'member' } }];
}

interface Found {
  readonly uniqueId: UniqueId;
  readonly condition: Condition;
  /** Of the input that it reads. */
  readonly alias: string;
}

/** A term as a condition on the one relation that it reads. */
function conditionIn({ inputs }: Block, term: Term): Found | null {
  const [alias, ...more] = new Set(term.reads.map(({ input }) => input));
  const input = inputs.find((one) => one.alias === alias);
  const uniqueId = input === undefined || more.length > 0 ? null : relationOf(input);
  const condition = uniqueId === null ? null : conditionOf(term, identifierOf);
  return uniqueId === null || condition === null || alias === undefined ? null : { uniqueId, condition, alias };
}

function relationOf({ source }: Input): UniqueId | null {
  const isWhole = source.kind === 'relation' && source.modifiers === '';
  return isWhole && source.uniqueId !== null ? toUniqueId(source.uniqueId) : null;
}

/** A column by its key: in quotes where they keep its case. */
function identifierOf({ name }: ColumnRead): Identifier {
  return name.startsWith('"') ? { name: JSON.parse(name) as string, quoted: true } : { name, quoted: false };
}
