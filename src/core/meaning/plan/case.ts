import type { Expression } from '#core/sql';
import { modifiersOf, toTerm, type Use } from './expression.ts';
import { normalOperator } from './normal.ts';
import type { Term } from './plan.ts';
import type { Scope } from './scope.ts';
import { makeTerm } from './term.ts';

/** CASE and IF as condition, value, condition, value, …, and the default last. `else null` is left out. */
export function caseTerm(expression: Expression, scope: Scope, use: Use): Term {
  const { dialect } = scope.build;
  const value: Use = { ...use, asCondition: false };
  const operand = expression.children.find(({ kind, name }) => kind === 'clause' && name === 'case')?.children[0];
  const of = operand === undefined ? null : toTerm(operand, scope, value);
  const parts: Term[] = [];
  let last: Term | null = null;
  for (const child of expression.children) {
    if (child.kind !== 'clause') parts.push(toTerm(child, scope, value));
    else if (child.name === 'else')
      last = child.children[0] === undefined ? null : toTerm(child.children[0], scope, value);
    else if (child.name === 'when' && child.children[0] !== undefined) {
      const when = toTerm(child.children[0], scope, { ...use, asCondition: of === null });
      parts.push(
        of === null
          ? when
          : normalOperator({ name: '=', children: [of, when], dialect, span: child.span ?? when.span }),
      );
    }
  }
  const children = last === null || (last.kind === 'literal' && last.name === 'null') ? parts : [...parts, last];
  const modifiers = `${modifiersOf(expression)}${of?.has.volatile === true ? ' volatile' : ''}`;
  return makeTerm({ kind: 'case', name: 'case', children, modifiers, span: expression.span });
}
