import type { Expression } from '#core/sql';
import { modifiersOf, type Scope, type Use } from './build.ts';
import { normalOperator } from './normal.ts';
import type { Term } from './plan.ts';
import { makeTerm } from './term.ts';

/** CASE and IF as condition, value, condition, value, …, and the default last. `else null` is left out. */
export function caseTerm(expression: Expression, scope: Scope, use: Use): Term {
  const value: Use = { ...use, asCondition: false };
  const operand = clauseOf(expression, 'case');
  const of = operand === null ? null : scope.build.toTerm(operand, scope, value);
  const parts = expression.children.flatMap((child) => {
    if (child.kind !== 'clause') return [scope.build.toTerm(child, scope, value)];
    const [inner] = child.children;
    return child.name === 'when' && inner !== undefined ? [conditionOf(inner, of, scope, use)] : [];
  });
  const last = clauseOf(expression, 'else');
  const end =
    last === null
      ? []
      : [scope.build.toTerm(last, scope, value)].filter(({ kind, name }) => kind !== 'literal' || name !== 'null');
  const modifiers = `${modifiersOf(expression)}${of?.has.volatile === true ? ' volatile' : ''}`;
  return makeTerm({ kind: 'case', name: 'case', children: [...parts, ...end], modifiers, span: expression.span });
}

function clauseOf({ children }: Expression, wanted: string): Expression | null {
  return children.find(({ kind, name }) => kind === 'clause' && name === wanted)?.children[0] ?? null;
}

/** `case x when 1` as `case when x = 1`. */
function conditionOf(inner: Expression, of: Term | null, scope: Scope, use: Use): Term {
  const when = scope.build.toTerm(inner, scope, { ...use, asCondition: of === null });
  if (of === null) return when;
  return normalOperator({ name: '=', children: [of, when], dialect: scope.build.dialect, span: inner.span ?? of.span });
}
