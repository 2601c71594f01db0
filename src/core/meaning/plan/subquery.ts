import type { Expression } from '#core/sql';
import { modifiersOf, type Scope } from './build.ts';
import type { Plan, Term } from './plan.ts';
import { makeTerm } from './term.ts';

/** A subquery as a value, EXISTS and IN: the query may read columns of those around. */
export function subqueryTerm(expression: Expression, scope: Scope): Term {
  const { kind, name, query, span } = expression;
  const modifiers = modifiersOf(expression);
  if (query === null) return makeTerm({ kind: 'other', name: `${kind} ${name}`, modifiers, span });
  const plan = scope.build.planOf(query, { build: scope.build, env: scope.env, outer: scope, depth: scope.depth + 1 });
  const children = expression.children.map((child) => scope.build.toTerm(child, scope));
  if (kind === 'exists') {
    const made = makeTerm({ kind: 'exists', name: 'exists', query: asRows(plan), modifiers, span });
    return name.startsWith('not') ? makeTerm({ kind: 'operator', name: 'not', children: [made], span }) : made;
  }
  if (kind === 'in') return makeTerm({ kind: 'in', name: 'in', children, query: asSet(plan), modifiers, span });
  return makeTerm({ kind: 'subquery', name, children, query: plan, modifiers, span });
}

/** Of EXISTS no output counts, but for one that gives no row for some. */
function asRows(plan: Plan): Plan {
  const plain =
    plan.kind === 'block' &&
    plan.limit === null &&
    plan.distinctOn.length === 0 &&
    plan.qualify.length === 0 &&
    !plan.outputs.some(({ term }) => term.has.volatile);
  return plain ? { ...plan, outputs: [], stars: [], distinct: false } : plan;
}

/** Of IN repeated rows do not count. */
function asSet(plan: Plan): Plan {
  return plan.kind === 'block' && plan.limit === null && plan.distinctOn.length === 0
    ? { ...plan, distinct: false }
    : plan;
}
