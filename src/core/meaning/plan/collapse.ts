import type { Expression, Select } from '#core/sql';
import { keyOf } from './build.ts';
import { modifiersOf } from './expression.ts';
import { hasQuery, mergeable } from './merge.ts';
import type { Block, Output, Plan, SetPlan } from './plan.ts';
import { planOf } from './query.ts';
import type { Bound, Scope } from './scope.ts';
import { termsOf } from './term.ts';

/** Whether a SELECT over one plan can be said as that plan: with other columns and more conditions, or as it is. */
export type Over =
  | { readonly kind: 'none' }
  | { readonly kind: 'passed'; readonly plan: Plan }
  | {
      readonly kind: 'block';
      readonly block: Block;
      readonly bound: Bound;
      readonly where: 'where' | 'having' | 'qualify';
    };

const none: Over = { kind: 'none' };

/** How a SELECT can be laid over the one plan that it reads; docs/rewrites.md argues each case. */
export function collapsible(select: Select, scope: Scope): Over {
  const [source, second] = select.sources;
  if (source === undefined || second !== undefined || modifiersOf(source) !== '' || source.columnAliases.length > 0)
    return none;
  const plan = planRead(select, scope);
  if (plan === null || mergeable(plan, 'alone', scope.depth) !== null) return none;
  const shape = shapeOf(select);
  if (plan.kind === 'set') return overSet(select, shape, plan, scope);
  if (plan.kind !== 'block' || shape.groups || plan.modifiers !== '') return none;
  if (scope.depth > 0 && termsOf(plan).some(hasQuery)) return none;
  if (plan.outputs.some(({ term }) => term.has.volatile)) return none;
  const windowed = plan.qualify.length > 0 || plan.outputs.some(({ term }) => term.has.window);
  const where = windowed ? 'qualify' : plan.groupBy === null ? 'where' : 'having';
  const cut = plan.limit !== null || plan.distinctOn.length > 0;
  const isProjection = select.where === null && !shape.windows && !select.distinct && !shape.cuts;
  if (cut && !isProjection) return none;
  if (windowed && shape.windows) return none;
  if (
    plan.distinct &&
    (shape.windows || shape.cuts || !(select.distinct || permutes(select, plan.outputs, plan.stars.length, scope)))
  )
    return none;
  const alias = source.alias ?? (source.from.kind === 'table' ? (source.from.name.at(-1) ?? null) : null);
  const bound: Bound = {
    alias: alias === null ? null : keyOf(alias, scope.build.dialect),
    path: [],
    columns: new Map(plan.outputs.map((output) => [output.key, output])),
    stars: plan.stars,
    visible: true,
    isFunction: false,
  };
  return { kind: 'block', block: plan, bound, where };
}

function planRead({ sources }: Select, scope: Scope): Plan | null {
  const from = sources[0]?.from;
  if (from?.kind === 'table') {
    const [only] = from.name;
    if (only === undefined || from.name.length > 1) return null;
    return scope.env.get(keyOf(only, scope.build.dialect)) ?? null;
  }
  if (from?.kind !== 'subquery' || from.lateral || scope.outer !== null) return null;
  return planOf(from.query, { build: scope.build, env: scope.env, outer: null, depth: scope.depth });
}

interface Shape {
  readonly groups: boolean;
  readonly windows: boolean;
  readonly cuts: boolean;
}

function shapeOf(select: Select): Shape {
  const written = select.projections.flatMap((projection) =>
    projection.kind === 'column' ? [projection.expression] : projection.replace.map(({ expression }) => expression),
  );
  return {
    groups: select.groupBy.length > 0 || select.having !== null || written.some(isAggregating),
    windows: select.qualify !== null || written.some(isWindowed) || select.orderBy.some(isWindowed),
    cuts: select.limit !== null || select.distinctOn.length > 0,
  };
}

function isAggregating(expression: Expression): boolean {
  if (expression.kind === 'aggregate') return true;
  if (expression.kind !== 'window') return expression.children.some(isAggregating);
  const [own, ...clauses] = expression.children;
  return [...(own?.children ?? []), ...clauses].some(isAggregating);
}

function isWindowed(expression: Expression): boolean {
  return expression.kind === 'window' || expression.children.some(isWindowed);
}

/** Whether a SELECT gives each column of what it reads, once, under whatever name and in whatever order. */
function permutes(select: Select, outputs: readonly Output[], stars: number, scope: Scope): boolean {
  return permutation(select, outputs, stars, scope) !== null;
}

/** The columns that a SELECT gives, each once; null where it gives anything else. */
function permutation(
  select: Select,
  outputs: readonly Output[],
  stars: number,
  scope: Scope,
): readonly Output[] | null {
  const given: Output[] = [];
  for (const projection of select.projections) {
    if (projection.kind === 'star') {
      if (projection.except.length + projection.replace.length + projection.rename.length > 0) return null;
      given.push(...outputs);
      if (stars > 0 && select.projections.length > 1) return null;
      continue;
    }
    const { expression, alias } = projection;
    const name = expression.kind === 'column' ? expression.column.at(-1) : undefined;
    const key = name === undefined ? null : keyOf(name, scope.build.dialect);
    const output = outputs.find((one) => one.key === key);
    if (output === undefined || expression.column.length > 2 || stars > 0) return null;
    given.push(alias === null ? output : { ...output, name: alias.name, key: keyOf(alias, scope.build.dialect) });
  }
  const terms = new Set(given.map(({ term }) => outputs.findIndex((one) => one.term === term)));
  return given.length === outputs.length && terms.size === outputs.length ? given : null;
}

/** A SELECT that gives all columns of a set operation: each member with its columns in that order. */
function overSet(select: Select, shape: Shape, plan: SetPlan, scope: Scope): Over {
  const plain =
    select.where === null &&
    !shape.groups &&
    !shape.windows &&
    !shape.cuts &&
    !select.distinct &&
    modifiersOf(select) === '';
  if (!plain || plan.limit !== null) return none;
  const [projection] = select.projections;
  const star = select.projections.length === 1 && projection?.kind === 'star' ? projection : null;
  if (star !== null && star.except.length + star.replace.length + star.rename.length === 0)
    return { kind: 'passed', plan };
  if (plan.byName) return none;
  const [first] = plan.members;
  if (first?.kind !== 'block' || first.stars.length > 0) return none;
  const given = permutation(select, first.outputs, 0, scope);
  if (given === null) return none;
  const order = given.map(({ term }) => first.outputs.findIndex((one) => one.term === term));
  const members: Plan[] = [];
  for (const [at, member] of plan.members.entries()) {
    if (member.kind !== 'block' || member.stars.length > 0 || member.outputs.length !== order.length) return none;
    const outputs = order
      .map((from, to) => (at === 0 ? given[to] : member.outputs[from]))
      .filter((output) => output !== undefined);
    members.push({ ...member, outputs });
  }
  return { kind: 'passed', plan: { ...plan, members } };
}
