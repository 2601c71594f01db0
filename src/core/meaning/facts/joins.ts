import { toUniqueId, type UniqueId } from '#core/base';
import type { Block, ColumnRead, Condition, Input, Plan, Term } from '../plan/plan.ts';
import { type BlockRows, blockRows, factsOfInput, givenColumns } from './block.ts';
import { columnName, isUnclear, nameOf, rowName } from './column-name.ts';
import { follows, together } from './dependencies.ts';
import type { Fact, Facts, Key } from './facts.ts';
import { madeFrom } from './made-from.ts';
import { rejectedIn } from './nulls.ts';
import { knownOf, planFacts } from './plan-facts.ts';

/** Why a block's joins meet at most one row of an input for each combination of the others' rows; null where that does not follow. */
export function matchesAtMostOne(block: Block, facts: Facts, alias: string): Fact | null {
  const { inputs, dependencies } = blockRows(block, knownOf(facts));
  const others = [...inputs.keys()].filter((other) => other !== alias).map(rowName);
  const because = follows(others, [rowName(alias)], dependencies);
  return because === null ? null : together(because, 'the SQL');
}

/** Why all the other inputs together meet at most one row for each row of an input. */
export function isMetAtMostOnce(block: Block, facts: Facts, alias: string): Fact | null {
  const { inputs, dependencies } = blockRows(block, knownOf(facts));
  const others = [...inputs.keys()].filter((other) => other !== alias).map(rowName);
  const because = follows([rowName(alias)], others, dependencies);
  return because === null ? null : together(because, 'the SQL');
}

/** Whether rows of a block, before it groups them, that agree on some terms agree on others. */
export function determines(block: Block, facts: Facts, by: readonly Term[], what: readonly Term[]): boolean {
  const { dependencies } = blockRows(block, knownOf(facts));
  const made = [...by, ...what].flatMap(madeFrom);
  return follows(by.map(nameOf), what.map(nameOf), [...dependencies, ...made]) !== null;
}

/** Whether rows of a block, before it groups them, that agree on some terms are one. */
export function isOneRowFor(block: Block, facts: Facts, by: readonly Term[]): boolean {
  const { dependencies, inputs } = blockRows(block, knownOf(facts));
  const rows = [...inputs.keys()].map(rowName);
  return follows(by.map(nameOf), rows, [...dependencies, ...by.flatMap(madeFrom)])?.every(isProven) ?? false;
}

function isProven({ sureness }: Fact): boolean {
  return sureness === 'proven';
}

/** Keys of what an input reads, the surest first. */
export function keysOfInput(input: Input, facts: Facts): readonly Key[] {
  return factsOfInput(input, knownOf(facts)).keys;
}

/** Why an input has at most one row. */
export function isOneRowInput(input: Input, facts: Facts): Fact | null {
  return factsOfInput(input, knownOf(facts)).keys.find(({ columns }) => columns.length === 0) ?? null;
}

/** Why a column that a block reads is never NULL after its joins and filters. */
export function neverNullIn(block: Block, facts: Facts, column: ColumnRead): Fact | null {
  return blockRows(block, knownOf(facts)).notNull(columnName(column));
}

/** Why the first column of a query is never NULL; null where it may be. */
export function firstNeverNull(plan: Plan, facts: Facts): Fact | null {
  const name = firstName(plan);
  return name === null ? null : (planFacts(plan, facts).notNull.get(name.toLowerCase()) ?? null);
}

function firstName(plan: Plan): string | null {
  if (plan.kind === 'block') return plan.outputs[0]?.key ?? null;
  if (plan.kind === 'values') return plan.names[0] ?? null;
  return plan.kind === 'set' && plan.members[0] !== undefined ? firstName(plan.members[0]) : null;
}

/** Conditions that attach an input: its ON, and of an inner join those of WHERE that read it and another. */
export function joinConditions(block: Block, { alias, on, join }: Input): readonly Condition[] {
  if (join !== 'inner') return on;
  const own = new Set(block.inputs.map((input) => input.alias));
  const between = block.where.filter(({ term }) => {
    const read = new Set(term.reads.map(({ input }) => input).filter((input) => own.has(input)));
    return read.has(alias) && read.size > 1;
  });
  return [...on, ...between];
}

/** Columns of an input, in lower case, that its join equates with something outside it. */
export function joinedColumns(block: Block, input: Input): ReadonlySet<string> {
  return givenColumns(
    input.alias,
    [...input.on, ...block.where].map(({ term }) => term),
  );
}

/** Whether an ON or a WHERE lets no row through in which an input is missing. */
export function rejectsMissing(conditions: readonly Condition[], alias: string): Condition | null {
  const prefix = rowName(alias);
  return conditions.find(({ term }) => [...rejectedIn(term)].some((name) => name.startsWith(prefix))) ?? null;
}

/** What says that each row of the others meets a row of an input, or which tests would have to. */
export interface EveryRow {
  readonly fact: Fact | null;
  /** The column that refers to the input; null where the join is not a single equality of columns. */
  readonly from: { readonly relation: UniqueId; readonly column: string } | null;
  readonly to: { readonly relation: UniqueId; readonly column: string } | null;
  readonly missing: readonly ('relationships' | 'not_null')[];
}

/** Whether each row of the other inputs meets a row of this one: a reference that is never NULL, to a relation read whole. */
export function everyRowMatches(block: Block, facts: Facts, input: Input): EveryRow {
  const unknown: EveryRow = { fact: null, from: null, to: null, missing: [] };
  const conditions = joinConditions(block, input);
  const [only, ...more] = conditions;
  const pair = only === undefined || more.length > 0 ? null : columnsEquated(only.term, input.alias);
  if (pair === null) return oneRowAlways(input, conditions) ?? unknown;
  const from = baseOf(blockRows(block, knownOf(facts)), pair.other);
  const targets = wholeColumns(input.source, pair.own.name.toLowerCase());
  const { reference, notNull } = referringFacts(block, facts, pair.other, targets);
  const missing: EveryRow['missing'] = [
    ...(reference === null ? (['relationships'] as const) : []),
    ...(notNull === null ? (['not_null'] as const) : []),
  ];
  const fact = reference !== null && notNull !== null ? together([reference, notNull], '') : null;
  return { fact: isFilteredAway(block, input) ? null : fact, from, to: targets[0] ?? null, missing };
}

type Place = NonNullable<EveryRow['to']>;

function referringFacts(
  block: Block,
  facts: Facts,
  column: ColumnRead,
  targets: readonly Place[],
): { readonly reference: Fact | null; readonly notNull: Fact | null } {
  const other = block.inputs.find(({ alias }) => alias === column.input);
  if (other === undefined) return { reference: null, notNull: null };
  const { foreignKeys, notNull } = factsOfInput(other, knownOf(facts));
  const name = column.name.toLowerCase();
  const reference = foreignKeys.find(
    (one) =>
      one.column === name &&
      targets.some(({ relation, column: field }) => relation === one.to.relation && field === one.to.column),
  );
  // Where an outer join may leave the other input out, its column is NULL whatever its test says.
  const isThere = other.join === 'inner' && !block.ordered;
  return { reference: reference ?? null, notNull: isThere ? (notNull.get(name) ?? null) : null };
}

/** An aggregate without GROUP BY gives a row whatever there is, so that a join without a condition always meets it. */
function oneRowAlways({ source }: Input, conditions: readonly Condition[]): EveryRow | null {
  if (conditions.length > 0 || source.kind !== 'plan' || source.plan.kind !== 'block') return null;
  const { groupBy, having, limit, qualify } = source.plan;
  const isOne = groupBy?.length === 0 && having.length === 0 && qualify.length === 0 && limit === null;
  const fact: Fact = { source: 'an aggregate without GROUP BY always gives a row', sureness: 'proven' };
  return isOne ? { fact, from: null, to: null, missing: [] } : null;
}

/** A condition on the input alone drops rows of the others with it, where the join is an inner one. */
function isFilteredAway(block: Block, { alias, join }: Input): boolean {
  return (
    join === 'inner' &&
    block.where.some(({ term }) => term.reads.length > 0 && term.reads.every(({ input }) => input === alias))
  );
}

function columnsEquated(term: Term, alias: string): { readonly own: ColumnRead; readonly other: ColumnRead } | null {
  const [left, right] = term.children;
  if (term.kind !== 'operator' || term.name !== '=' || isUnclear(term)) return null;
  if (left?.column == null || right?.column == null) return null;
  if (left.column.input === alias && right.column.input !== alias) return { own: left.column, other: right.column };
  return right.column.input === alias && left.column.input !== alias ? { own: right.column, other: left.column } : null;
}

function baseOf({ inputs }: BlockRows, { input, name }: ColumnRead): EveryRow['from'] {
  const source = inputs.get(input)?.input.source;
  if (source?.kind !== 'relation' || source.uniqueId === null) return null;
  return { relation: toUniqueId(source.uniqueId), column: name.toLowerCase() };
}

/** Columns of relations all of whose values stand in the column of a source. */
function wholeColumns(source: Input['source'], column: string): readonly Place[] {
  if (source.kind === 'relation') {
    const { uniqueId, modifiers } = source;
    return uniqueId === null || modifiers !== '' ? [] : [{ relation: toUniqueId(uniqueId), column }];
  }
  if (source.kind !== 'plan' || source.plan.kind !== 'block') return [];
  return keepsEveryRow(source.plan) ? ofFirstInput(source.plan, column) : [];
}

function ofFirstInput({ inputs, outputs, stars }: Block, column: string): readonly Place[] {
  const [first] = inputs;
  if (first === undefined) return [];
  const term = outputs.find(({ key }) => key.toLowerCase() === column)?.term;
  if (term?.column?.input === first.alias) return wholeColumns(first.source, term.column.name.toLowerCase());
  const isStarred = stars.some(({ input, except }) => input === first.alias && !except.includes(column));
  return term === undefined && isStarred ? wholeColumns(first.source, column) : [];
}

/** Whether each row of a block's first input goes into what it gives, alone or in a group. */
function keepsEveryRow(block: Block): boolean {
  const { inputs, where, having, qualify, limit, ordered, distinctOn, modifiers } = block;
  const isOpen = where.length + having.length + qualify.length + distinctOn.length === 0;
  return (
    isOpen && limit === null && !ordered && modifiers === '' && inputs.slice(1).every(({ join }) => join === 'left')
  );
}
