import { reason } from '#core/base';
import type { Cte, Identifier, Query, SetOperation } from '#core/sql';
import { type Around, type Build, type Environment, fail, keyOf, modifiersOf, type Scope } from './build.ts';
import { toTerm } from './expression.ts';
import { limitText } from './limit.ts';
import { columnsOf, fresh, nameOfPlan, planInput } from './merge.ts';
import { orderTerm } from './order.ts';
import { type Block, emptyBlock, type Output, type Plan, type SetPlan } from './plan.ts';
import { emptyScope } from './scope.ts';
import { selectPlan } from './select.ts';
import { columnTerm } from './term.ts';
import { treeText } from './tree-text.ts';

/** The plan of a query inside another, or of the whole. */
export function planOf(query: Query, around: Around): Plan {
  const { build } = around;
  if (build.failed !== null) return { kind: 'opaque', reason: build.failed, text: '' };
  const env = withCtes(query, around);
  const inside = { ...around, env };
  const plan = bodyOf(query, inside);
  return withTail(plan, query, inside);
}

function withCtes({ ctes, recursive }: Query, around: Around): Environment {
  if (ctes.length === 0) return around.env;
  const env = new Map(around.env);
  for (const [at, cte] of ctes.entries()) {
    const key = keyOf(cte.name, around.build.dialect);
    env.set(key, ctePlan(cte, ctes.slice(0, at + 1), recursive, { ...around, env }));
  }
  return env;
}

function ctePlan(cte: Cte, upTo: readonly Cte[], recursive: boolean, around: Around): Plan {
  if (recursive && readsItself(cte, around)) {
    return {
      kind: 'opaque',
      reason: reason('recursive', `the CTE ${cte.name.name} reads itself`),
      text: treeText(upTo),
    };
  }
  // A CTE is closed: it is merged where it is read, also inside subqueries.
  const plan = planOf(cte.query, { ...around, outer: null });
  return withNames(plan, cte.columnAliases, around.build);
}

function readsItself({ name, query }: Cte, { build }: Around): boolean {
  const key = keyOf(name, build.dialect);
  let found = false;
  const visit = (value: unknown): void => {
    if (found || typeof value !== 'object' || value === null) return;
    const part = value as { readonly kind?: unknown; readonly name?: unknown };
    if (part.kind === 'table' && Array.isArray(part.name)) {
      const [only] = part.name as readonly Identifier[];
      found = part.name.length === 1 && only !== undefined && keyOf(only, build.dialect) === key;
    }
    for (const child of Object.values(value)) visit(child);
  };
  visit(query);
  return found;
}

/** The plan with its columns renamed by position. */
function withNames(plan: Plan, names: readonly Identifier[], build: Build): Plan {
  if (names.length === 0) return plan;
  if (plan.kind === 'values') return { ...plan, names: plan.names.map((name, at) => keyAt(names, at, build) ?? name) };
  if (plan.kind === 'set') {
    const [first, ...others] = plan.members;
    return first === undefined ? plan : { ...plan, members: [withNames(first, names, build), ...others] };
  }
  if (plan.kind !== 'block' || plan.stars.length > 0) {
    fail(
      build,
      reason('open-star', 'columns are renamed by position where not all of them are known', 'give the catalog'),
    );
    return plan;
  }
  const outputs = plan.outputs.map((output, at): Output => {
    const name = names[at];
    return name === undefined ? output : { ...output, name: name.name, key: keyOf(name, build.dialect) };
  });
  return { ...plan, outputs };
}

function keyAt(names: readonly Identifier[], at: number, build: Build): string | null {
  const name = names[at];
  return name === undefined ? null : keyOf(name, build.dialect);
}

function bodyOf({ body }: Query, around: Around): Plan {
  switch (body.kind) {
    case 'select':
      return selectPlan(body, around);
    case 'query':
      return planOf(body, around);
    case 'set-operation':
      return setPlan(body, around);
    case 'values': {
      const scope = emptyScope(around);
      const rows = body.rows.map((row) => row.map((cell) => toTerm(cell, scope)));
      return { kind: 'values', rows, names: rows[0]?.map((_, at) => `column${at + 1}`) ?? [] };
    }
  }
}

function setPlan(body: SetOperation, around: Around): SetPlan {
  const { operator, all, byName } = body;
  const members = body.members.map((member) => planOf(member, around)).flatMap((member) => nested(member, body));
  const free = all
    ? members
    : members.map((member) =>
        member.kind === 'block' && member.limit === null && member.distinctOn.length === 0
          ? { ...member, distinct: false }
          : member,
      );
  return { kind: 'set', operator, all, byName, members: free, orderBy: [], limit: null, modifiers: modifiersOf(body) };
}

/** The members of a union inside a union, where they are the same as its own. */
function nested(member: Plan, { operator, all, byName }: SetOperation): readonly Plan[] {
  const same =
    member.kind === 'set' &&
    member.operator === 'union' &&
    operator === 'union' &&
    !byName &&
    !member.byName &&
    member.limit === null &&
    member.modifiers === '' &&
    (member.all || !all);
  return same ? member.members : [member];
}

/** ORDER BY and LIMIT around a whole query. */
function withTail(plan: Plan, query: Query, around: Around): Plan {
  const limit = limitText(query.limit, emptyScope(around));
  if (limit === null) return plan;
  const open =
    (plan.kind === 'block' && plan.limit === null) || (plan.kind === 'set' && plan.limit === null)
      ? plan
      : wrapped(plan, around);
  const own = columnsOf(open, '', (key) => columnTerm('', key, null));
  const columns = open.kind === 'block' ? open.outputs : own.columns;
  const scope: Scope = {
    ...emptyScope(around),
    bounds: [
      {
        alias: null,
        path: [],
        columns: new Map(columns.map((column) => [column.key, column])),
        stars: open.kind === 'block' ? open.stars : own.stars,
        visible: true,
        isFunction: false,
      },
    ],
  };
  return { ...open, orderBy: orderTerms(query, columns, scope), limit };
}

function orderTerms({ orderBy }: Query, columns: readonly Output[], scope: Scope): SetPlan['orderBy'] {
  return orderBy.map((item) => orderTerm(item, columns, scope));
}

/** A block that gives all columns of a plan. */
export function wrapped(plan: Plan, { depth }: Pick<Around, 'depth'>): Block {
  const alias = fresh(nameOfPlan(plan), new Set(), depth);
  const { columns, stars } = columnsOf(plan, alias, (key) => columnTerm(alias, key, null));
  const inputs = [planInput(plan, alias, { join: 'inner', on: [], span: null, written: '' }, false)];
  return { ...emptyBlock, inputs, outputs: columns, stars };
}
