import type { Dialect, Span } from '#core/sql';
import type { Term } from './plan.ts';
import { makeTerm, sortedTerms, withChildren } from './term.ts';

/** The rewrites of expressions: docs/rewrites.md says why each holds, with NULLs too. */
export interface OperatorParts {
  readonly name: string;
  readonly children: readonly Term[];
  readonly dialect: Dialect;
  readonly span: Span;
  /** Whether NULL and false are the same where it stands: in WHERE, ON, HAVING, QUALIFY. */
  readonly asCondition?: boolean;
}

/** Dialects in which NaN is a number like others, so that `not (a < b)` is `b <= a`. */
const ordersNaN: ReadonlySet<Dialect> = new Set(['postgres', 'redshift', 'snowflake', 'duckdb', 'spark', 'databricks']);

/** Dialects in which `+` may join strings. */
const plusJoins: ReadonlySet<Dialect> = new Set(['tsql', 'generic', 'clickhouse']);

/** Dialects in which `5 and true` is 1. */
const numbersAsTruths: ReadonlySet<Dialect> = new Set(['mysql', 'sqlite', 'clickhouse']);

const turned: Readonly<Record<string, string>> = { '>': '<', '>=': '<=' };
const truths: ReadonlySet<string> = new Set(
  'and or not = <> < <= is-null is-not-null like ilike is-true is-false'
    .split(' ')
    .map((name) => name.replaceAll('-', ' ')),
);

/** An operator over operands in normal form, in normal form. */
export function normalOperator(parts: OperatorParts): Term {
  const { name, children } = parts;
  if (children.some(({ has }) => has.volatile)) return plain(parts);
  if (name === 'and' || name === 'or') return junction(name, children, parts);
  const [left, right] = children;
  if (name === 'not' && left !== undefined && right === undefined) return negation(left, parts);
  return left === undefined || right === undefined || children.length !== 2 ? plain(parts) : binary(left, right, parts);
}

function binary(left: Term, right: Term, parts: OperatorParts): Term {
  const { name, span } = parts;
  const other = turned[name];
  if (other !== undefined) return makeTerm({ kind: 'operator', name: other, children: [right, left], span });
  if (symmetric.has(name) || (name === '+' && !plusJoins.has(parts.dialect))) return ordered(parts);
  return plain(parts);
}

const symmetric: ReadonlySet<string> = new Set(['=', '<>', 'is not distinct from', 'is distinct from', '*']);

function plain({ name, children, span }: OperatorParts): Term {
  return makeTerm({ kind: 'operator', name, children, span });
}

/** Operands of an operator that does not mind their order, in one order. */
function ordered({ name, children, span }: OperatorParts): Term {
  const [left, right] = children as [Term, Term];
  // A literal stands on the right, as people write it.
  const swap =
    (left.kind === 'literal') === (right.kind === 'literal') ? left.text > right.text : left.kind === 'literal';
  return makeTerm({ kind: 'operator', name, children: swap ? [right, left] : [left, right], span });
}

function junction(name: 'and' | 'or', children: readonly Term[], parts: OperatorParts): Term {
  const neutral = name === 'and' ? 'true' : 'false';
  const flat = children.flatMap((child) => (isOperator(child, name) ? child.children : [child]));
  const said = flat.filter((child) => !isTruth(child, neutral));
  if (said.length === 0) return flat[0] ?? plain(parts);
  const sorted = sortedTerms(name === 'or' ? asLists(said, parts.span) : said);
  const [only, second] = sorted;
  if (only !== undefined && second === undefined) {
    return numbersAsTruths.has(parts.dialect) && parts.asCondition !== true && !isTruthValued(only)
      ? plain(parts)
      : only;
  }
  return makeTerm({ kind: 'operator', name, children: sorted, span: parts.span });
}

/** `x = 1 or x = 2` as `x in (1, 2)`. */
function asLists(terms: readonly Term[], span: Span): readonly Term[] {
  const lists = new Map<string, { readonly of: Term; readonly items: Term[]; readonly only: Term }>();
  const rest: Term[] = [];
  for (const term of terms) {
    const [of, ...items] = listed(term);
    if (of === undefined) rest.push(term);
    else {
      const before = lists.get(of.text);
      if (before === undefined) lists.set(of.text, { of, items: [...items], only: term });
      else before.items.push(...items);
    }
  }
  const made = [...lists.values()].map(({ of, items, only }) => (items.length < 2 ? only : listTerm(of, items, span)));
  return [...made, ...rest];
}

/** The operand and the literals of `x = 1` and of `x in (1, 2)`. */
function listed(term: Term): readonly Term[] {
  const [of, ...items] = term.children;
  const isList = term.kind === 'in' && term.name === 'in' && term.query === null;
  if (of === undefined || of.kind === 'literal' || !(isList || isOperator(term, '='))) return [];
  return items.every(({ kind }) => kind === 'literal') ? term.children : [];
}

/** `of in (items)`, its items sorted; of one item an equality. */
export function listTerm(of: Term, items: readonly Term[], span: Span): Term {
  const sorted = sortedTerms(items);
  const [only, second] = sorted;
  if (only !== undefined && second === undefined) {
    return normalOperator({ name: '=', children: [of, only], dialect: 'generic', span });
  }
  return makeTerm({ kind: 'in', name: 'in', children: [of, ...sorted], span });
}

function negation(inner: Term, parts: OperatorParts): Term {
  const { span } = parts;
  if (isTruth(inner, 'true')) return makeTerm({ kind: 'literal', name: 'false', span });
  if (isTruth(inner, 'false')) return makeTerm({ kind: 'literal', name: 'true', span });
  if (inner.kind !== 'operator' || inner.modifiers !== '') return plain(parts);
  const opposite = opposites[inner.name];
  if (opposite !== undefined) return makeTerm({ kind: 'operator', name: opposite, children: inner.children, span });
  return negatedOperator(inner, parts);
}

/** Operators that are true just where the other is false, and NULL where it is. */
const opposites: Readonly<Record<string, string>> = {
  '=': '<>',
  '<>': '=',
  'is null': 'is not null',
  'is not null': 'is null',
  'is distinct from': 'is not distinct from',
  'is not distinct from': 'is distinct from',
};

function negatedOperator({ name, children }: Term, parts: OperatorParts): Term {
  const [left, right] = children;
  const { dialect, span } = parts;
  const not = (term: Term): Term => normalOperator({ ...parts, name: 'not', children: [term] });
  if (left === undefined) return plain(parts);
  if (name === 'and') return normalOperator({ ...parts, name: 'or', children: children.map(not) });
  if (name === 'or') return normalOperator({ ...parts, name: 'and', children: children.map(not) });
  if (name === 'not') return parts.asCondition === true || isTruthValued(left) ? left : plain(parts);
  if (right === undefined || !ordersNaN.has(dialect) || !(name === '<' || name === '<=')) return plain(parts);
  return makeTerm({ kind: 'operator', name: name === '<' ? '<=' : '<', children: [right, left], span });
}

/** Whether a term is of type Boolean by its form. */
function isTruthValued(term: Term): boolean {
  return term.kind === 'exists' || term.kind === 'in' || (term.kind === 'operator' && truths.has(term.name));
}

/** Whether `term` is this operator, with nothing said beside it. */
function isOperator(term: Term, name: string): boolean {
  return term.kind === 'operator' && term.name === name && term.modifiers === '';
}

/** Whether `term` is always true (or false): the literal, or two equal numbers compared. */
function isTruth(term: Term, value: string): boolean {
  if (term.kind === 'literal') return term.name.toLowerCase() === value;
  const [left, right] = term.children;
  const compared = isOperator(term, '=') && left?.kind === 'literal' && right?.kind === 'literal';
  if (!compared || !/^\d+$/.test(left.name) || !/^\d+$/.test(right.name)) return false;
  return (Number(left.name) === Number(right.name) ? 'true' : 'false') === value;
}

/** The conjuncts of a condition. */
export function conjuncts(term: Term): readonly Term[] {
  return isOperator(term, 'and') ? term.children : isTruth(term, 'true') ? [] : [term];
}

/** COALESCE inside COALESCE as one; of one operand, that. */
export function coalesced(term: Term): Term {
  const flat = term.children.flatMap((child) =>
    child.kind === 'function' && child.name === 'coalesce' && child.modifiers === '' ? child.children : [child],
  );
  const kept = flat.filter((one) => !isNull(one) || !flat.some((other) => !isNull(other) && isOfType(other, one)));
  const [only] = kept;
  if (kept.length === 1 && only !== undefined) return only;
  return kept.length === term.children.length ? term : withChildren(term, kept);
}

function isNull({ kind, name, children: [of] }: Term): boolean {
  return kind === 'literal' ? name.toLowerCase() === 'null' : kind === 'cast' && of !== undefined && isNull(of);
}

/** Whether a value has the type that a NULL is cast to, so that leaving the NULL out changes no type. */
function isOfType(value: Term, missing: Term): boolean {
  return (
    value.kind === 'cast' &&
    missing.kind === 'cast' &&
    value.name === missing.name &&
    value.modifiers === missing.modifiers
  );
}
