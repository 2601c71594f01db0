import { reason } from '#core/base';
import { type Expression, isAggregate, maskReason } from '#core/sql';
import { fail, keyOf } from './build.ts';
import { caseTerm } from './case.ts';
import { coalesced, listTerm, normalOperator } from './normal.ts';
import type { Term, TermKind } from './plan.ts';
import { type AliasUse, resolveColumn, type Scope } from './scope.ts';
import { subqueryTerm } from './subquery.ts';
import { makeTerm } from './term.ts';
import { typeName } from './type-name.ts';

/** Where an expression stands. */
export interface Use {
  readonly aliases: AliasUse;
  /** Whether NULL and false are the same there. */
  readonly asCondition: boolean;
}

const asValue: Use = { aliases: 'no', asCondition: false };

/** Functions of one meaning under several names. */
const oneName: Readonly<Record<string, string>> = {
  ifnull: 'coalesce',
  nvl: 'coalesce',
  pow: 'power',
  ceiling: 'ceil',
  substring: 'substr',
};

/** An expression in normal form. */
export function toTerm(expression: Expression, scope: Scope, use: Use = asValue): Term {
  const { build } = scope;
  build.budget -= 1;
  if (build.budget < 0) fail(build, reason('too-large', 'the query is larger than what is compared'));
  const { kind, span } = expression;
  if (build.failed !== null) return makeTerm({ kind: 'other', name: '?', span });
  switch (kind) {
    case 'column':
      return marked(resolveColumn(expression.column, scope, use.aliases, span), expression);
    case 'literal':
      return makeTerm({
        kind: 'literal',
        name: literalName(expression.name),
        modifiers: modifiersOf(expression),
        span,
      });
    case 'operator':
      return operatorTerm(expression, scope, use);
    case 'in':
      return inTerm(expression, scope, use);
    case 'between':
      return betweenTerm(expression, scope, use);
    case 'case':
      return caseTerm(expression, scope, use);
    case 'cast':
      return generic('cast', typeName(expression.name, build.dialect), expression, scope, use);
    case 'subquery':
    case 'exists':
      return subqueryTerm(expression, scope);
    case 'window':
      return windowTerm(expression, scope, use);
    case 'lambda':
      return lambdaTerm(expression, scope, use);
    case 'star':
      return makeTerm({ kind: 'other', name: `* ${names(expression)}`.trim(), span });
    case 'function':
    case 'aggregate':
      return functionTerm(expression, scope, use);
    case 'clause':
      return generic('clause', expression.name, expression, scope, use);
    case 'path':
    case 'named':
    case 'parameter':
    case 'other':
      return generic(
        kind === 'path' ? 'function' : 'other',
        `${kind} ${expression.name} ${names(expression)}`.trim(),
        expression,
        scope,
        use,
      );
  }
}

/** What the tree says of a part beside its kind, name and operands; '' for nothing, and for another name of what is called. */
export function modifiersOf({ modifiers = '' }: { readonly modifiers?: string }): string {
  return /^original_name="(?:ifnull|nvl|if|iff)"$/.test(modifiers) ? '' : modifiers;
}

/** Operands, aliases being read as in the expression itself. */
export function operands(expression: Expression, scope: Scope, use: Use): readonly Term[] {
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

function generic(kind: TermKind, name: string, expression: Expression, scope: Scope, use: Use): Term {
  const { distinct, span } = expression;
  const children = operands(expression, scope, use);
  return makeTerm({ kind, name, children, distinct, modifiers: modifiersOf(expression), span });
}

function literalName(name: string): string {
  return /^(?:true|false|null)$/i.test(name) ? name.toLowerCase() : name;
}

function operatorTerm(expression: Expression, scope: Scope, use: Use): Term {
  const { name, span } = expression;
  const { dialect } = scope.build;
  const modifiers = modifiersOf(expression);
  const asCondition = use.asCondition && (name === 'and' || name === 'or' || name === 'not');
  const children = expression.children.map((child) => toTerm(child, scope, { ...use, asCondition }));
  if (modifiers !== '') return makeTerm({ kind: 'operator', name, children, modifiers, span });
  const [only] = children;
  if (name === 'neg' && only?.kind === 'literal' && /^\d/.test(only.name)) {
    return makeTerm({ kind: 'literal', name: `-${only.name}`, span: span ?? only.span });
  }
  const negated = /^not (like|ilike|rlike|regexp|similar to|glob)$/.exec(name)?.[1];
  if (negated !== undefined) {
    const inner = makeTerm({ kind: 'operator', name: negated, children, span });
    return normalOperator({ name: 'not', children: [inner], dialect, span, asCondition: use.asCondition });
  }
  return normalOperator({
    name: name === '!=' || name === '==' ? (name === '!=' ? '<>' : '=') : name,
    children,
    dialect,
    span,
    asCondition: use.asCondition,
  });
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
    return generic('other', name, expression, scope, use);
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
  if (maskReason(name) !== null) {
    const stands = scope.build.context.mask?.(name) ?? null;
    if (stands === null) fail(scope.build, maskReason(name) ?? reason('not-rendered', 'not analysed'));
    return makeTerm({ kind: 'function', name: `jinja ${stands}`, span });
  }
  const modifiers = modifiersOf(expression);
  // `count(*)` says so in its modifiers; of a star there is no operand to look at.
  if (name === 'count' && modifiers === 'star' && !distinct) return countStar(span);
  const children = operands(expression, scope, use);
  const kind: TermKind = expression.kind === 'aggregate' || isAggregate(name) ? 'aggregate' : 'function';
  if (modifiers !== '') return makeTerm({ kind, name, children, distinct, modifiers, span });
  const [only, second] = children;
  if (
    name === 'count' &&
    kind === 'aggregate' &&
    !distinct &&
    (only === undefined || isNotNull(only)) &&
    second === undefined
  ) {
    return countStar(span);
  }
  const one = children.length >= 2 && Object.hasOwn(oneName, name) ? (oneName[name] ?? name) : name;
  const made = makeTerm({ kind, name: one, children, distinct, span });
  return one === 'coalesce' ? coalesced(made) : made;
}

function countStar(span: Term['span']): Term {
  const star = makeTerm({ kind: 'other', name: '*', span: null });
  return makeTerm({ kind: 'aggregate', name: 'count', children: [star], span });
}

function isNotNull({ kind, name }: Term): boolean {
  return kind === 'literal' && name !== 'null';
}

/** A window's function and clauses; a named window's clauses in the place of its name. */
function windowTerm(expression: Expression, scope: Scope, use: Use): Term {
  const [own, ...clauses] = expression.children;
  if (own === undefined) return generic('other', 'window', expression, scope, use);
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
  return generic('other', `lambda ${keys.join(' ')}`, expression, inner, use);
}
