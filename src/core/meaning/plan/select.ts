import { reason } from '#core/base';
import { outputName } from '#core/lineage';
import { type Expression, hasOpenMask, maskReason, type Projection, type Select } from '#core/sql';
import { type Around, fail, keyOf, modifiersOf, type Scope } from './build.ts';
import { collapsible, type Over } from './collapse.ts';
import { toTerm } from './expression.ts';
import { finish } from './finish.ts';
import { bindSources, turnedRound } from './from.ts';
import { limitText } from './limit.ts';
import { conjuncts } from './normal.ts';
import { orderTerm } from './order.ts';
import type { Block, Condition, Output, Plan, StarOutput, Term } from './plan.ts';
import { emptyScope } from './scope.ts';
import { expandStar } from './star.ts';
import { makeTerm } from './term.ts';

/** The block that a SELECT comes to; the plan that it reads, where it only passes that on. */
export function selectPlan(select: Select, around: Around): Plan {
  const windows = new Map(select.windows.map((window) => [window.name.name.toLowerCase(), window.expression]));
  const scope: Scope = { ...emptyScope(around), windows };
  const over = collapsible(select, scope);
  if (over.kind === 'passed') return over.plan;
  if (over.kind === 'block') return finish(overBlock(select, over, scope), around.build);
  const { inputs, where, ordered } = bindSources(turnedRound(select.sources), scope);
  const projected = project(select, scope);
  const own = { aliases: 'no', asCondition: true } as const;
  const filters = select.where === null ? [] : conditions(toTerm(select.where, scope, own), 'where');
  const block: Block = {
    kind: 'block',
    inputs,
    ordered,
    where: [...where, ...filters],
    ...grouping(select, projected, scope),
    ...projected,
    ...tail(select, projected, scope),
    span: null,
  };
  return finish(block, around.build);
}

/** A SELECT over one plan that groups, numbers or limits, as that plan with other columns and more conditions. */
function overBlock(select: Select, over: Extract<Over, { kind: 'block' }>, scope: Scope): Block {
  const { block, bound } = over;
  scope.bounds.push(bound);
  const projected = project(select, scope);
  const own = { aliases: 'no', asCondition: true } as const;
  const clause = over.where;
  const filters = select.where === null ? [] : conditions(toTerm(select.where, scope, own), clause);
  const { qualify } = grouping(select, projected, scope);
  const added = (name: Condition['clause']): readonly Condition[] => (name === clause ? filters : []);
  const last = tail(select, projected, scope);
  return {
    ...block,
    ...projected,
    where: [...block.where, ...added('where')],
    having: [...block.having, ...added('having')],
    qualify: [...block.qualify, ...added('qualify'), ...qualify],
    distinct: block.distinct || last.distinct,
    distinctOn: block.distinctOn.length > 0 ? block.distinctOn : last.distinctOn,
    orderBy: last.limit === null && last.distinctOn.length === 0 ? block.orderBy : last.orderBy,
    limit: last.limit ?? block.limit,
    modifiers: `${block.modifiers}${last.modifiers}`,
  };
}

function conditions(term: Term, clause: Condition['clause']): readonly Condition[] {
  return conjuncts(term).map((conjunct) => ({ term: conjunct, clause, input: null }));
}

interface Projected {
  readonly outputs: readonly Output[];
  readonly stars: readonly StarOutput[];
}

function project(select: Select, scope: Scope): Projected {
  const outputs: Output[] = [];
  const stars: StarOutput[] = [];
  for (const projection of select.projections) projectOne(projection, outputs, stars, scope);
  return { outputs, stars };
}

function projectOne(projection: Projection, outputs: Output[], stars: StarOutput[], scope: Scope): void {
  const { dialect } = scope.build;
  if (projection.kind === 'star') {
    expandStar(projection, { outputs, stars }, scope);
    return;
  }
  const { expression, alias, span } = projection;
  const mask = alias === null ? maskReason(expression.name) : null;
  if (mask !== null && scope.build.context.mask === undefined) fail(scope.build, mask);
  const made = toTerm(expression, scope, { aliases: 'no', asCondition: false });
  const term = made.span === null ? { ...made, span } : made;
  const name = alias ?? outputName(expression, outputs.length, dialect);
  const key = keyOf(name, dialect);
  outputs.push({ name: name.name, key, term });
  if (!scope.aliases.has(key)) scope.aliases.set(key, term);
}

function grouping(select: Select, projected: Projected, scope: Scope): Pick<Block, 'groupBy' | 'having' | 'qualify'> {
  const after = { aliases: 'last', asCondition: true } as const;
  const { outputs } = projected;
  const having = select.having === null ? [] : conditions(toTerm(select.having, scope, after), 'having');
  const qualify = select.qualify === null ? [] : conditions(toTerm(select.qualify, scope, after), 'qualify');
  const keys = select.groupBy.flatMap((item) => groupTerms(item, select, projected, scope));
  const aggregates = [...outputs.map(({ term }) => term), ...having.map(({ term }) => term)].some(
    ({ has }) => has.aggregate,
  );
  const groups = select.groupBy.length > 0 || aggregates || having.length > 0;
  return { groupBy: groups ? keys : null, having, qualify };
}

/** An item of GROUP BY: `2` is the second column, ALL each column without an aggregate. */
function groupTerms(item: Expression, select: Select, projected: Projected, scope: Scope): readonly Term[] {
  const { outputs } = projected;
  if (item.kind === 'other' && item.children.length === 0) {
    return outputs.map(({ term }) => term).filter(({ has }) => !has.aggregate && !has.window);
  }
  const number = item.kind === 'literal' && /^\d+$/.test(item.name) ? Number(item.name) : null;
  const column = number === null ? undefined : outputs[number - 1];
  if (number !== null && isOpen(number, select, projected)) return [openPlace(number, projected)];
  if (number !== null && column === undefined)
    fail(scope.build, reason('no-such-column', `it groups by column ${number} and selects ${outputs.length}`));
  return [column?.term ?? toTerm(item, scope, { aliases: 'last', asCondition: false })];
}

/** Whether a star, or a part that nobody read and that may be any number of columns, stands before column `number`. */
function isOpen(number: number, { projections }: Select, { stars }: Projected): boolean {
  const isMask = (one: Projection): boolean =>
    one.kind !== 'star' && one.alias === null && hasOpenMask(one.expression.name);
  return stars.some(({ at }) => at < number) || projections.slice(0, number).some(isMask);
}

/** Column `number` behind a star or the like: the same only where all that may stand before it is, in the same order. */
function openPlace(number: number, { outputs, stars }: Projected): Term {
  const before = outputs.slice(0, number).filter(({ term: { has } }) => !has.aggregate && !has.window);
  const words = stars.map(({ input, at, except }) => `star ${at} ${input} ${except.join(' ')}`);
  const children = [...before.map(({ term }) => term), ...words.map((name) => makeTerm({ kind: 'other', name }))];
  return makeTerm({
    kind: 'other',
    name: `column ${number}`,
    children: [makeTerm({ kind: 'other', name: 'columns', children })],
  });
}

function tail(
  select: Select,
  { outputs }: Projected,
  scope: Scope,
): Pick<Block, 'distinct' | 'distinctOn' | 'orderBy' | 'limit' | 'modifiers'> {
  const distinctOn = select.distinctOn.map((item) => orderTerm(item, outputs, scope));
  return {
    distinct: select.distinct,
    distinctOn,
    orderBy: select.orderBy.map((item) => orderTerm(item, outputs, scope)),
    limit: limitText(select.limit, scope),
    modifiers: modifiersOf(select),
  };
}
