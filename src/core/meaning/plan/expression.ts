import { type Reason, reason } from '#core/base';
import { type Expression, isAggregate, maskReason } from '#core/sql';
import { fail, keyOf, modifiersOf, type Scope, type Use } from './build.ts';
import { caseTerm } from './case.ts';
import { coalesced, listTerm, normalOperator } from './normal.ts';
import type { Term, TermKind } from './plan.ts';
import { resolveColumn } from './scope.ts';
import { subqueryTerm } from './subquery.ts';
import { makeTerm } from './term.ts';
import { typeName } from './type-name.ts';

const asValue: Use = { aliases: 'no', asCondition: false };

/** Functions of one meaning under several names. */
const oneName: Readonly<Record<string, string>> = {
  ifnull: 'coalesce',
  nvl: 'coalesce',
  pow: 'power',
  ceiling: 'ceil',
  substring: 'substr',
};

/** Makes a term of one kind of expression. */
type Translator = (expression: Expression, scope: Scope, use: Use) => Term;

/** An expression in normal form. */
export function toTerm(expression: Expression, scope: Scope, use: Use = asValue): Term {
  const { build } = scope;
  build.budget -= 1;
  if (build.budget < 0) fail(build, reason('too-large', 'the query is larger than what is compared'));
  if (build.failed !== null) return makeTerm({ kind: 'other', name: '?', span: expression.span });
  return translators[expression.kind](expression, scope, use);
}

const translators: Readonly<Record<Expression['kind'], Translator>> = {
  column: (expression, scope, use) =>
    marked(resolveColumn(expression.column, scope, use.aliases, expression.span), expression),
  literal: (expression) =>
    makeTerm({
      kind: 'literal',
      name: literalName(expression.name),
      modifiers: modifiersOf(expression),
      span: expression.span,
    }),
  operator: operatorTerm,
  in: inTerm,
  between: betweenTerm,
  case: caseTerm,
  cast: (expression, scope, use) =>
    generic('cast', typeName(expression.name, scope.build.dialect), expression, { scope, use }),
  subquery: subqueryTerm,
  exists: subqueryTerm,
  window: windowTerm,
  lambda: lambdaTerm,
  star: (expression) => makeTerm({ kind: 'other', name: `* ${names(expression)}`.trim(), span: expression.span }),
  function: functionTerm,
  aggregate: functionTerm,
  clause: (expression, scope, use) => generic('clause', expression.name, expression, { scope, use }),
  path: (expression, scope, use) => generic('function', labelOf(expression), expression, { scope, use }),
  // Names of arguments and of struct fields do not mind their case, in any dialect that has them.
  named: (expression, scope, use) => generic('other', labelOf(expression).toLowerCase(), expression, { scope, use }),
  parameter: (expression, scope, use) => generic('other', labelOf(expression), expression, { scope, use }),
  other: (expression, scope, use) => generic('other', labelOf(expression), expression, { scope, use }),
};

function labelOf(expression: Expression): string {
  return `${expression.kind} ${expression.name} ${names(expression)}`.trim();
}

/** Operands, aliases being read as in the expression itself. */
function operands(expression: Expression, scope: Scope, use: Use): readonly Term[] {
  return expression.children.map((child) => toTerm(child, scope, { ...use, asCondition: false }));
}

function names({ column }: Expression): string {
  return column.map(({ name }) => name).join('.');
}

function marked(term: Term, expression: Expression): Term {
  const modifiers = modifiersOf(expression);
  if (modifiers === '') return term;
  return makeTerm({ kind: 'function', name: 'column', children: [term], modifiers, span: expression.span });
}

interface Place {
  readonly scope: Scope;
  readonly use: Use;
}

function generic(kind: TermKind, name: string, expression: Expression, { scope, use }: Place): Term {
  const { distinct, span } = expression;
  const children = operands(expression, scope, use);
  return makeTerm({ kind, name, children, distinct, modifiers: modifiersOf(expression), span });
}

function literalName(name: string): string {
  return /^(?:true|false|null)$/i.test(name) ? name.toLowerCase() : name;
}

/** Operators of one meaning under several names. */
const oneOperator: Readonly<Record<string, string>> = { '!=': '<>', '==': '=' };

function operatorTerm(expression: Expression, scope: Scope, use: Use): Term {
  const { span } = expression;
  const name = oneOperator[expression.name] ?? expression.name;
  const modifiers = modifiersOf(expression);
  const asCondition = use.asCondition && (name === 'and' || name === 'or' || name === 'not');
  const children = expression.children.map((child) => toTerm(child, scope, { ...use, asCondition }));
  if (modifiers !== '') return makeTerm({ kind: 'operator', name, children, modifiers, span });
  if (name === 'neg') return negative(children, span);
  const parts = { dialect: scope.build.dialect, span, asCondition: use.asCondition };
  const negated = /^not (like|ilike|rlike|regexp|similar to|glob)$/.exec(name)?.[1];
  if (negated === undefined) return normalOperator({ ...parts, name, children });
  return normalOperator({
    ...parts,
    name: 'not',
    children: [makeTerm({ kind: 'operator', name: negated, children, span })],
  });
}

/** `-1` as a literal. */
function negative(children: readonly Term[], span: Term['span']): Term {
  const [only] = children;
  const isNumber = only?.kind === 'literal' && /^\d/.test(only.name);
  if (isNumber) return makeTerm({ kind: 'literal', name: `-${only.name}`, span: span ?? only.span });
  return makeTerm({ kind: 'operator', name: 'neg', children, span });
}

function inTerm(expression: Expression, scope: Scope, use: Use): Term {
  const { name, span } = expression;
  const { dialect } = scope.build;
  const modifiers = modifiersOf(expression);
  const negate = (term: Term): Term =>
    name === 'not in' ? normalOperator({ name: 'not', children: [term], dialect, span }) : term;
  if (expression.query !== null) return negate(subqueryTerm({ ...expression, name: 'in' }, scope));
  const [of, ...items] = operands(expression, scope, use);
  if (of === undefined || modifiers !== '' || items.length === 0 || items.some(({ has }) => has.volatile)) {
    return negate(
      makeTerm({ kind: 'in', name: 'in', children: of === undefined ? [] : [of, ...items], modifiers, span }),
    );
  }
  return negate(listTerm(of, items, span));
}

function betweenTerm(expression: Expression, scope: Scope, use: Use): Term {
  const { name, span } = expression;
  const { dialect } = scope.build;
  const [of, low, high] = operands(expression, scope, use);
  const modifiers = modifiersOf(expression);
  if (of === undefined || low === undefined || high === undefined || modifiers !== '' || of.has.volatile) {
    return generic('other', name, expression, { scope, use });
  }
  const inside = normalOperator({
    name: 'and',
    children: [
      normalOperator({ name: '<=', children: [low, of], dialect, span }),
      normalOperator({ name: '<=', children: [of, high], dialect, span }),
    ],
    dialect,
    span,
  });
  return name === 'between' ? inside : normalOperator({ name: 'not', children: [inside], dialect, span });
}

function functionTerm(expression: Expression, scope: Scope, use: Use): Term {
  const { name, distinct, span } = expression;
  const mask = maskReason(name);
  if (mask !== null) return maskTerm(expression, mask, scope);
  const modifiers = modifiersOf(expression);
  // `count(*)` says so in its modifiers; of a star there is no operand to look at.
  if (name === 'count' && modifiers === 'star' && !distinct) return countStar(span);
  const children = operands(expression, scope, use);
  const kind: TermKind = expression.kind === 'aggregate' || isAggregate(name) ? 'aggregate' : 'function';
  if (modifiers !== '') return makeTerm({ kind, name, children, distinct, modifiers, span });
  if (name === 'count' && !distinct && countsRows(children)) return countStar(span);
  const one = nameOf(name, children.length);
  const made = makeTerm({ kind, name: one, children, distinct, span });
  return one === 'coalesce' ? coalesced(made) : made;
}

function nameOf(name: string, operandCount: number): string {
  return operandCount >= 2 && Object.hasOwn(oneName, name) ? (oneName[name] ?? name) : name;
}

function maskTerm({ name, span }: Expression, mask: Reason, { build }: Scope): Term {
  const stands = build.context.mask?.(name) ?? null;
  if (stands === null) fail(build, mask);
  return makeTerm({ kind: 'function', name: `jinja ${stands}`, span });
}

/** `count()`, and `count(1)`. */
function countsRows([only, second]: readonly Term[]): boolean {
  if (second !== undefined) return false;
  return only === undefined || (only.kind === 'literal' && only.name !== 'null');
}

function countStar(span: Term['span']): Term {
  const star = makeTerm({ kind: 'other', name: '*', span: null });
  return makeTerm({ kind: 'aggregate', name: 'count', children: [star], span });
}

/** A window's function and clauses; a named window's clauses in the place of its name. */
function windowTerm(expression: Expression, scope: Scope, use: Use): Term {
  const [own, ...clauses] = expression.children;
  if (own === undefined) return generic('other', 'window', expression, { scope, use });
  const written = clauses.flatMap((clause) => {
    const named = clause.name === 'window' ? clause.children[0] : undefined;
    const found = named === undefined ? undefined : scope.windows.get(named.name.toLowerCase());
    return found === undefined ? [clause] : found.children.filter(({ kind }) => kind === 'clause');
  });
  const inner = toTerm(own, scope, { ...use, asCondition: false });
  // A function under OVER does not group rows, whatever its name.
  const called = makeTerm({
    kind: 'function',
    name: inner.name,
    children: inner.children,
    distinct: inner.distinct,
    modifiers: inner.modifiers,
    span: inner.span,
  });
  const rest = written.map((clause) => {
    const term = toTerm(clause, scope, use);
    return clause.name === 'partition by'
      ? makeTerm({
          kind: 'clause',
          name: 'partition by',
          children: [...new Map(term.children.map((child) => [child.text, child])).values()].sort((a, b) =>
            a.text < b.text ? -1 : 1,
          ),
          span: term.span,
        })
      : term;
  });
  return makeTerm({
    kind: 'window',
    name: inner.name,
    children: [called, ...rest],
    modifiers: modifiersOf(expression),
    span: expression.span,
  });
}

function lambdaTerm(expression: Expression, scope: Scope, use: Use): Term {
  const keys = expression.column.map((name) => keyOf(name, scope.build.dialect));
  const inner: Scope = { ...scope, parameters: new Set([...scope.parameters, ...keys]) };
  return generic('other', `lambda ${keys.join(' ')}`, expression, { scope: inner, use });
}
