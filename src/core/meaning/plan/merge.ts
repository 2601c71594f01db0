import { compareText } from '#core/base';
import type { Dialect } from '#core/sql';
import type { Block, Input, Output, Plan, StarOutput, Term } from './plan.ts';
import { renameInputs } from './rename.ts';
import { termsOf } from './term.ts';

/** How a plan is attached to the block that reads it. */
export type Attachment = 'alone' | 'inner' | 'outer' | 'ordered';

/** A block of more inputs stays apart, so that a CTE that is read twice by one that is read twice does not grow without end. */
const mostInputs = 40;

/**
 * The block of a plan that can become part of the one that reads it; null where it must stay apart. `outer`: on the side of a
 * left join that may be missing, or of a semi or anti join. `ordered`: where the order of inputs counts.
 */
export function mergeable(plan: Plan, attachment: Attachment, depth: number): Block | null {
  if (plan.kind !== 'block' || plan.inputs.length > mostInputs || !isPlain(plan)) return null;
  if (depth > 0 && termsOf(plan).some(hasQuery)) return null;
  if (attachment === 'alone') return plan;
  if (plan.ordered) return null;
  return attachment === 'inner' || staysMissing(plan, attachment) ? plan : null;
}

/** Whether the columns of a block are NULL just where those of its one input are, and its conditions can stand in ON. */
function staysMissing(plan: Block, attachment: Attachment): boolean {
  const [only, second] = plan.inputs;
  if (only === undefined || second !== undefined || only.source.kind === 'function') return false;
  if (attachment === 'ordered' && plan.where.length > 0) return false;
  return plan.outputs.every(({ term }) => isStrict(term, only.alias));
}

/** Whether a block only joins, filters and computes row by row. */
function isPlain(block: Block): boolean {
  return (
    block.groupBy === null &&
    block.having.length === 0 &&
    block.qualify.length === 0 &&
    !block.distinct &&
    block.distinctOn.length === 0 &&
    block.limit === null &&
    block.modifiers === '' &&
    block.inputs.length > 0 &&
    !block.outputs.some(({ term }) => term.has.window || term.has.aggregate) &&
    !termsOf(block).some(({ has }) => has.volatile)
  );
}

/** Whether a term is NULL where the input's row is missing: a column of it, or a cast of one. */
function isStrict(term: Term, input: string): boolean {
  if (term.column !== null) return term.column.input === input;
  const [only] = term.children;
  return term.kind === 'cast' && term.modifiers === '' && only !== undefined && isStrict(only, input);
}

/** Whether a subquery stands in it. */
export function hasQuery(term: Term): boolean {
  return term.query !== null || term.children.some(hasQuery);
}

/** The block with aliases that are free in the one that reads it. */
export function apart(block: Block, taken: Set<string>, depth: number, dialect: Dialect): Block {
  const names = new Map<string, string>();
  for (const { alias } of block.inputs) names.set(alias, fresh(bare(alias), taken, depth));
  return renameInputs(block, names, dialect);
}

function bare(alias: string): string {
  return alias.replace(/^\^+/, '').replace(/#\d+$/, '');
}

/** `name`, or `name#2` and so on where that is taken; marked by depth. */
export function fresh(name: string, taken: Set<string>, depth: number): string {
  const marked = `${'^'.repeat(depth)}${name}`;
  let alias = marked;
  for (let number = 2; taken.has(alias); number += 1) alias = `${marked}#${number}`;
  taken.add(alias);
  return alias;
}

/** What a plan that stays apart is called: by the relations in it. */
export function nameOfPlan(plan: Plan): string {
  const names = [...relationsIn(plan, 6)].sort(compareText);
  return `{${names.join('+') || plan.kind}}`;
}

/** Names of the relations that a plan reads, at most about `most`. */
export function relationsIn(plan: Plan, most: number): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<Plan>();
  const visit = (one: Plan): void => {
    if (names.size > most || seen.has(one)) return;
    seen.add(one);
    if (one.kind === 'set') for (const member of one.members) visit(member);
    if (one.kind !== 'block') return;
    for (const { alias, source } of one.inputs) {
      if (source.kind === 'plan') visit(source.plan);
      else if (source.kind === 'function' && source.plan !== null) visit(source.plan);
      else names.add(bare(alias));
    }
  };
  visit(plan);
  return names;
}

/** The columns that a plan gives to the block that reads it as the input `alias`. */
export function columnsOf(
  plan: Plan,
  alias: string,
  column: (key: string) => Term,
): { readonly columns: readonly Output[]; readonly stars: readonly StarOutput[] } {
  switch (plan.kind) {
    case 'opaque':
      return { columns: [], stars: [{ input: alias, except: [], at: 0 }] };
    case 'values':
      return { columns: plan.names.map((name) => ({ name, key: name, term: column(name) })), stars: [] };
    case 'set': {
      const [first] = plan.members;
      return first === undefined ? { columns: [], stars: [] } : columnsOf(first, alias, column);
    }
    case 'block': {
      const columns = plan.outputs.map(({ name, key }) => ({ name, key, term: column(key) }));
      return { columns, stars: plan.stars.length === 0 ? [] : [{ input: alias, except: [], at: columns.length }] };
    }
  }
}

/** An input that reads a plan as a whole. */
export function planInput(
  plan: Plan,
  alias: string,
  parts: Pick<Input, 'join' | 'on' | 'span' | 'written'>,
  correlated: boolean,
): Input {
  return { ...parts, alias, source: { kind: 'plan', plan, correlated } };
}
