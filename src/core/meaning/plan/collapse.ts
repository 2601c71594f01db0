import type { Expression, Projection, Select, Source, Star } from '#core/sql';
import { type Bound, keyOf, modifiersOf, type Scope } from './build.ts';
import { hasQuery, mergeable } from './merge.ts';
import type { Block, Output, Plan, SetPlan } from './plan.ts';
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
  if (source === undefined || second !== undefined || modifiersOf(source) !== '') return none;
  if (source.columnAliases.length > 0) return none;
  const plan = planRead(select, scope);
  if (plan === null || mergeable(plan, 'alone', scope.depth) !== null) return none;
  const shape = shapeOf(select);
  if (plan.kind === 'set') return overSet(select, shape, plan, scope);
  if (plan.kind !== 'block' || !isOpenTo(plan, scope.depth)) return none;
  if (!fits(select, shape, plan, scope)) return none;
  return { kind: 'block', block: plan, bound: boundOf(source, plan, scope), where: whereOf(plan) };
}

/** Whether the terms of a block can stand in the one that reads it. */
function isOpenTo(plan: Block, depth: number): boolean {
  if (plan.modifiers !== '' || plan.outputs.some(({ term }) => term.has.volatile)) return false;
  return depth === 0 || !termsOf(plan).some(hasQuery);
}

/** Whether what a SELECT does can be done as the last thing of the block that it reads. */
function fits(select: Select, shape: Shape, plan: Block, scope: Scope): boolean {
  if (shape.groups || (shape.windows && (isWindowed(plan) || plan.distinct))) return false;
  const isCut = plan.limit !== null || plan.distinctOn.length > 0;
  if (isCut && does(select, shape)) return false;
  if (!plan.distinct || select.distinct) return !(plan.distinct && shape.cuts);
  return !shape.cuts && permutation(select, plan.outputs, plan.stars.length, scope) !== null;
}

/** Whether a SELECT does more than to give columns. */
function does(select: Select, shape: Shape): boolean {
  return shape.groups || shape.windows || shape.cuts || select.distinct || select.where !== null;
}

function isWindowed({ qualify, outputs }: Block): boolean {
  return qualify.length > 0 || outputs.some(({ term }) => term.has.window);
}

/** The clause of a block that filters what it gives. */
export function whereOf(plan: Block): 'where' | 'having' | 'qualify' {
  return isWindowed(plan) ? 'qualify' : plan.groupBy === null ? 'where' : 'having';
}

function boundOf({ alias, from }: Source, plan: Block, scope: Scope): Bound {
  const name = alias ?? (from.kind === 'table' ? (from.name.at(-1) ?? null) : null);
  return {
    alias: name === null ? null : keyOf(name, scope.build.dialect),
    path: [],
    columns: new Map(plan.outputs.map((output) => [output.key, output])),
    stars: plan.stars,
    visible: true,
    isFunction: false,
  };
}

function planRead({ sources }: Select, scope: Scope): Plan | null {
  const from = sources[0]?.from;
  if (from?.kind === 'table') {
    const [only] = from.name;
    if (only === undefined || from.name.length > 1) return null;
    return scope.env.get(keyOf(only, scope.build.dialect)) ?? null;
  }
  if (from?.kind !== 'subquery' || from.lateral || scope.outer !== null) return null;
  return scope.build.planOf(from.query, { build: scope.build, env: scope.env, outer: null, depth: scope.depth });
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
    windows: select.qualify !== null || written.some(hasWindow) || select.orderBy.some(hasWindow),
    cuts: select.limit !== null || select.distinctOn.length > 0,
  };
}

function isAggregating(expression: Expression): boolean {
  if (expression.kind === 'aggregate') return true;
  if (expression.kind !== 'window') return expression.children.some(isAggregating);
  const [own, ...clauses] = expression.children;
  return [...(own?.children ?? []), ...clauses].some(isAggregating);
}

function hasWindow(expression: Expression): boolean {
  return expression.kind === 'window' || expression.children.some(hasWindow);
}

/** The columns that a SELECT gives, each once, under whatever name and in whatever order; null where it gives anything else. */
function permutation(
  select: Select,
  outputs: readonly Output[],
  stars: number,
  scope: Scope,
): readonly Output[] | null {
  const given = select.projections.map((projection) => givenBy(projection, outputs, scope));
  if (stars > 0 && !isWholeStar(select)) return null;
  const flat = given.flatMap((columns) => columns ?? []);
  const places = new Set(flat.map(({ term }) => outputs.findIndex((one) => one.term === term)));
  const whole = !given.includes(null) && flat.length === outputs.length && places.size === outputs.length;
  return whole ? flat : null;
}

function givenBy(projection: Projection, outputs: readonly Output[], scope: Scope): readonly Output[] | null {
  if (projection.kind === 'star') return isPlainStar(projection) ? outputs : null;
  const { expression, alias } = projection;
  const name = expression.kind === 'column' ? expression.column.at(-1) : undefined;
  if (name === undefined || expression.column.length > 2) return null;
  const output = outputs.find(({ key }) => key === keyOf(name, scope.build.dialect));
  if (output === undefined) return null;
  return [alias === null ? output : { ...output, name: alias.name, key: keyOf(alias, scope.build.dialect) }];
}

function isPlainStar({ except, replace, rename }: Star): boolean {
  return except.length + replace.length + rename.length === 0;
}

/** `select *`, and nothing else. */
function isWholeStar({ projections: [first, second] }: Select): boolean {
  return first?.kind === 'star' && second === undefined && isPlainStar(first);
}

/** A SELECT that gives all columns of a set operation: each member with its columns in that order. */
function overSet(select: Select, shape: Shape, plan: SetPlan, scope: Scope): Over {
  if (does(select, shape) || modifiersOf(select) !== '' || plan.limit !== null) return none;
  if (isWholeStar(select)) return { kind: 'passed', plan };
  const members = plan.byName ? null : permuted(select, plan.members, scope);
  return members === null ? none : { kind: 'passed', plan: { ...plan, members } };
}

function permuted(select: Select, members: readonly Plan[], scope: Scope): readonly Plan[] | null {
  const [first] = members;
  if (first?.kind !== 'block' || first.stars.length > 0) return null;
  const given = permutation(select, first.outputs, 0, scope);
  if (given === null) return null;
  const order = given.map(({ term }) => first.outputs.findIndex((one) => one.term === term));
  const made = members
    .map((member, at) => inOrder(member, order, at === 0 ? given : null))
    .filter((one) => one !== null);
  return made.length === members.length ? made : null;
}

/** A member with its columns in another order, under the names of `given` where it names them. */
export function inOrder(member: Plan, order: readonly number[], given: readonly Output[] | null): Plan | null {
  if (member.kind !== 'block' || member.stars.length > 0 || member.outputs.length !== order.length) return null;
  const outputs = order.map((from) => member.outputs[from]).filter((output) => output !== undefined);
  return { ...member, outputs: given ?? outputs };
}
