import { compareText } from '#core/base';
import type { Dialect } from '#core/sql';
import { coalesced, listTerm, normalOperator } from './normal.ts';
import type { Block, ColumnRead, Condition, Input, Output, Plan, Term } from './plan.ts';
import { makeTerm, partsOf, withChildren } from './term.ts';

/** The term that stands in a column's place; null where it stays. */
export type Substitute = (read: ColumnRead, column: Term) => Term | null;

/** A term with other terms for some of its columns, in normal form again; those in subqueries too. */
export function substitute(term: Term, by: Substitute, dialect: Dialect): Term {
  const made = new Map<Term, Term>();
  const visit = (one: Term): Term => {
    const before = made.get(one);
    if (before !== undefined) return before;
    const after = visited(one, visit, by, dialect);
    made.set(one, after);
    return after;
  };
  return visit(term);
}

function visited(term: Term, visit: (one: Term) => Term, by: Substitute, dialect: Dialect): Term {
  if (term.reads.length === 0) return term;
  if (term.column !== null) return by(term.column, term) ?? term;
  const children = term.children.map(visit);
  const query = term.query === null ? null : mapPlan(term.query, visit, 'correlated');
  const same = query === term.query && children.every((child, at) => child === term.children[at]);
  if (same) return term;
  if (query !== null) return makeTerm({ ...partsOf(term), children, query });
  return inNormalForm(withChildren(term, children), dialect);
}

/** A term whose operands were put in normal form, in normal form. */
export function inNormalForm(term: Term, dialect: Dialect): Term {
  const { kind, name, children, span, modifiers } = term;
  if (modifiers !== '') return term;
  if (kind === 'operator') return normalOperator({ name, children, dialect, span });
  const [of, ...items] = children;
  if (kind === 'in' && of !== undefined && items.length > 0) return listTerm(of, items, span);
  if (kind === 'function' && name === 'coalesce') return coalesced(term);
  if (kind === 'clause' && name === 'partition by') {
    return withChildren(
      term,
      [...children].sort((a, b) => compareText(a.text, b.text)),
    );
  }
  return term;
}

/** A plan with other terms; `correlated`: only where a plan inside may read columns of those around. */
function mapPlan(plan: Plan, visit: (term: Term) => Term, within: 'correlated' | 'own'): Plan {
  switch (plan.kind) {
    case 'opaque':
      return plan;
    case 'values':
      return { ...plan, rows: plan.rows.map((row) => row.map(visit)) };
    case 'set':
      return {
        ...plan,
        members: within === 'own' ? plan.members : plan.members.map((member) => mapPlan(member, visit, within)),
        orderBy: plan.orderBy.map(visit),
      };
    case 'block':
      return mapBlock(plan, visit);
  }
}

/** A block with other terms. The plans that it reads keep theirs, but for those that may read what stands around them. */
export function mapBlock(block: Block, visit: (term: Term) => Term): Block {
  const conditions = (all: readonly Condition[]): readonly Condition[] =>
    sortedConditions(all.map((condition) => ({ ...condition, term: visit(condition.term) })));
  return {
    ...block,
    inputs: block.inputs.map(
      (input): Input => ({ ...input, on: conditions(input.on), source: sourceOf(input, visit) }),
    ),
    where: conditions(block.where),
    groupBy: block.groupBy === null ? null : [...block.groupBy.map(visit)].sort((a, b) => compareText(a.text, b.text)),
    having: conditions(block.having),
    qualify: conditions(block.qualify),
    outputs: block.outputs.map((output): Output => ({ ...output, term: visit(output.term) })),
    distinctOn: block.distinctOn.map(visit),
    orderBy: block.orderBy.map(visit),
  };
}

function sourceOf({ source }: Input, visit: (term: Term) => Term): Input['source'] {
  if (source.kind === 'function') return { ...source, terms: source.terms.map(visit) };
  if (source.kind === 'plan' && source.correlated)
    return { ...source, plan: mapPlan(source.plan, visit, 'correlated') };
  return source;
}

/** A block whose inputs have other aliases. */
export function renameInputs(block: Block, names: ReadonlyMap<string, string>, dialect: Dialect): Block {
  if ([...names].every(([from, to]) => from === to)) return block;
  const name = (alias: string): string => renamed(alias, names);
  const made = new Map<Term, Term>();
  const by: Substitute = (read, term) =>
    name(read.input) === read.input
      ? null
      : makeTerm({ ...partsOf(term), column: { ...read, input: name(read.input) } });
  const visit = (term: Term): Term => {
    const before = made.get(term);
    if (before !== undefined) return before;
    const after = visited(term, visit, by, dialect);
    made.set(term, after);
    return after;
  };
  const mapped = mapBlock(block, visit);
  const conditions = (all: readonly Condition[]): readonly Condition[] =>
    all.map((condition) => ({ ...condition, input: condition.input === null ? null : name(condition.input) }));
  return {
    ...mapped,
    inputs: mapped.inputs.map((input) => ({ ...input, alias: name(input.alias), on: conditions(input.on) })),
    where: conditions(mapped.where),
    having: conditions(mapped.having),
    qualify: conditions(mapped.qualify),
    stars: mapped.stars.map((star) => ({ ...star, input: name(star.input) })),
  };
}

/** An alias, or several of which one is meant: `?(a|b)`. */
function renamed(alias: string, names: ReadonlyMap<string, string>): string {
  const several = /^\?\((.*)\)$/.exec(alias)?.[1];
  if (several === undefined) return names.get(alias) ?? alias;
  return `?(${several
    .split('|')
    .map((one) => names.get(one) ?? one)
    .sort(compareText)
    .join('|')})`;
}

/** Conditions sorted by text, none twice. */
export function sortedConditions(conditions: readonly Condition[]): readonly Condition[] {
  const byText = new Map<string, Condition>();
  for (const condition of conditions) if (!byText.has(condition.term.text)) byText.set(condition.term.text, condition);
  return [...byText.values()].sort((a, b) => compareText(a.term.text, b.term.text));
}
