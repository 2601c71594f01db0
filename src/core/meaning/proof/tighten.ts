import type { Dialect } from '#core/sql';
import { inOrder } from '../plan/collapse.ts';
import { finish } from '../plan/finish.ts';
import { apart, mergeable } from '../plan/merge.ts';
import type { Block, Input, Output, Plan, SetPlan, Term } from '../plan/plan.ts';
import { split, withConditions } from '../plan/push.ts';
import { mapBlock, substitute } from '../plan/rename.ts';
import { termsOf } from '../plan/term.ts';
import { withInnerJoins } from './inner-joins.ts';
import { pruned } from './prune.ts';
import { shortTerm } from './short-term.ts';

/**
 * A plan of the same rows, said in one way where the normal form still has several. Only the proof reads it: these rewrites do away
 * with what a message wants to show, such as that a join was a left one. docs/rewrites.md argues each.
 */
export function tightened(plan: Plan, dialect: Dialect): Plan {
  const known = made.get(plan);
  if (known !== undefined) return known;
  const tight = tighten(plan, dialect);
  made.set(plan, tight);
  return tight;
}

const made = new WeakMap<Plan, Plan>();

/** A plan in which more inputs stand, each counted as often as it is read, is left as it is: what is read twice is made twice here. */
const mostRead = 1_000;

/** Whether a plan is small enough to be said in another way. */
export function canBeTightened(plan: Plan): boolean {
  return readIn(plan) <= mostRead;
}

const counted = new WeakMap<Plan, number>();

function readIn(plan: Plan): number {
  const known = counted.get(plan);
  if (known !== undefined) return known;
  const of = (plans: readonly Plan[]): number => plans.reduce((sum, one) => sum + readIn(one), 0);
  const inner = (block: Block): readonly Plan[] =>
    block.inputs.flatMap(({ source }) => (source.kind === 'plan' ? [source.plan] : []));
  const count =
    plan.kind === 'block' ? plan.inputs.length + of(inner(plan)) : plan.kind === 'set' ? of(plan.members) : 0;
  counted.set(plan, count);
  return count;
}

function tighten(plan: Plan, dialect: Dialect): Plan {
  switch (plan.kind) {
    case 'opaque':
      return plan;
    case 'values':
      return { ...plan, rows: plan.rows.map((row) => row.map((term) => shortTerm(term, dialect))) };
    case 'set':
      return { ...plan, members: plan.members.map((member) => tightened(member, dialect)) };
    case 'block':
      return unwrapped(tightBlock(plan, dialect));
  }
}

function tightBlock(block: Block, dialect: Dialect): Block {
  const order = (one: Block): Block => finish(one, { dialect });
  const short = mapBlock(block, (term) => shortTerm(term, dialect));
  const joined = order(withInnerJoins(withoutDistinct(short), dialect));
  const own = pruned(intoMembers(joined, dialect, order));
  const inputs = own.inputs.map((input): Input => {
    const { source } = input;
    if (source.kind !== 'plan' || source.correlated) return input;
    return { ...input, source: { ...source, plan: tightened(source.plan, dialect) } };
  });
  return order(merged({ ...own, inputs }, dialect));
}

/** DISTINCT over rows of which QUALIFY has kept the first of each of the partitions that are given. */
function withoutDistinct(block: Block): Block {
  if (!block.distinct || block.modifiers !== '' || block.stars.length > 0) return block;
  const given = new Set(block.outputs.map(({ term }) => term.text));
  const isOne = block.qualify.some(({ term }) => partitionOfFirst(term)?.every(({ text }) => given.has(text)) === true);
  return isOne ? { ...block, distinct: false } : block;
}

/** What `row_number() over (partition by …) = 1` partitions by. */
function partitionOfFirst({ kind, name, children, modifiers }: Term): readonly Term[] | null {
  const [window, one] = children;
  const isFirst =
    kind === 'operator' && name === '=' && modifiers === '' && one?.kind === 'literal' && one.name === '1';
  if (!isFirst || window?.kind !== 'window' || window.name !== 'row_number' || window.modifiers !== '') return null;
  return window.children.flatMap((clause) => (clause.name === 'partition by' ? clause.children : []));
}

/** Conditions on a UNION ALL alone as conditions of each of its members. */
function intoMembers(block: Block, dialect: Dialect, order: (block: Block) => Block): Block {
  if (block.ordered) return block;
  let { where } = block;
  const inputs = block.inputs.map((input): Input => {
    const { source, alias, join } = input;
    if (source.kind !== 'plan' || source.correlated || source.plan.kind !== 'set' || join !== 'inner') return input;
    const { down, stay } = split(where, input);
    const names = namesOf(source.plan);
    if (down.length === 0 || names === null) return input;
    const members = source.plan.members.map((member) => {
      if (member.kind !== 'block' || member.outputs.length !== names.length) return null;
      const named = member.outputs.map((output, at): Output => ({ ...output, key: names[at] ?? output.key }));
      const made = withConditions({ ...member, outputs: named }, alias, down, { dialect, finish: order });
      return made === null
        ? null
        : { ...made, outputs: made.outputs.map((one, at) => ({ ...one, key: member.outputs[at]?.key ?? one.key })) };
    });
    if (members.includes(null)) return input;
    where = stay;
    return {
      ...input,
      source: { ...source, plan: { ...source.plan, members: members.filter((one) => one !== null) } },
    };
  });
  return { ...block, inputs, where };
}

/** The columns by which a UNION ALL is read; null where they are not all known. */
function namesOf({ operator, all, byName, limit, modifiers, members: [first] }: SetPlan): readonly string[] | null {
  const plain = operator === 'union' && all && !byName && limit === null && modifiers === '';
  return plain && first?.kind === 'block' && first.stars.length === 0 ? first.outputs.map(({ key }) => key) : null;
}

/** A block with the inner plans in it that can be a part of it, now that less is read of them. */
function merged(block: Block, dialect: Dialect): Block {
  let whole = block;
  for (const { alias, source, join } of block.inputs) {
    if (source.kind !== 'plan' || source.correlated || join !== 'inner' || whole.ordered) continue;
    const inner = mergeable(source.plan, 'inner', 0);
    if (inner === null || inner.stars.length > 0) continue;
    const others = whole.inputs.filter((input) => input.alias !== alias);
    const own = apart(inner, new Set(others.map((input) => input.alias)), 0, dialect);
    const columns = new Map(own.outputs.map(({ key, term }) => [key, term]));
    if (whole.stars.some((star) => star.input === alias) || !areRead(whole, alias, columns)) continue;
    const visit = (term: Term): Term =>
      substitute(term, ({ input, name }) => (input === alias ? (columns.get(name) ?? null) : null), dialect);
    const mapped = mapBlock({ ...whole, inputs: others }, visit);
    whole = { ...mapped, inputs: [...mapped.inputs, ...own.inputs], where: [...mapped.where, ...own.where] };
  }
  return whole;
}

/** Whether what is read of an input is known to be among these columns. */
function areRead(block: Block, alias: string, columns: ReadonlyMap<string, Term>): boolean {
  return termsOf(block)
    .flatMap(({ reads }) => reads)
    .every(({ input, name }) => (input === alias ? columns.has(name) : !input.startsWith('?')));
}

/** What a block reads, where it does nothing but to give its columns, each once. */
function unwrapped(block: Block): Plan {
  const input = onlyInput(block);
  if (input?.source.kind !== 'plan' || input.source.correlated || !isPassing(block)) return block;
  const { plan } = input.source;
  const order = orderIn(block, input.alias, columnsOf(plan) ?? []);
  if (order === null) return block;
  const given = (member: Plan, at: number): Plan | null =>
    renamed(inOrder(member, order, null), at === 0 ? block.outputs : null);
  if (plan.kind !== 'set') return given(plan, 0) ?? block;
  const members = plan.members.map(given).filter((one) => one !== null);
  return members.length === plan.members.length ? { ...plan, members } : block;
}

function onlyInput({ inputs: [only, second] }: Block): Input | null {
  return only === undefined || second !== undefined ? null : only;
}

/** The places in `names` of what a block gives; null where it gives not just these, each once. */
function orderIn({ outputs }: Block, alias: string, names: readonly string[]): readonly number[] | null {
  const order = outputs.map(({ term }) => (term.column?.input === alias ? names.indexOf(term.name) : -1));
  const isWhole = order.length === names.length && new Set(order).size === names.length;
  return isWhole && !order.includes(-1) ? order : null;
}

/** The columns by which a plan is read; null where they are not all known, or where they may not change places. */
function columnsOf(plan: Plan): readonly string[] | null {
  if (plan.kind === 'set') return namesOf(plan);
  return plan.kind === 'block' ? plan.outputs.map(({ key }) => key) : null;
}

function isPassing(block: Block): boolean {
  const { where, having, qualify, distinctOn, stars } = block;
  const cuts = [where, having, qualify, distinctOn, stars].some(({ length }) => length > 0);
  return !cuts && block.groupBy === null && !block.distinct && block.limit === null && block.modifiers === '';
}

/** A member with the names of `given`. */
function renamed(member: Plan | null, given: readonly Output[] | null): Plan | null {
  if (member?.kind !== 'block' || given === null) return member;
  return { ...member, outputs: member.outputs.map(({ term }, at) => ({ name: '', key: '', ...given[at], term })) };
}
