import type { Dialect } from '#core/sql';
import { coalesced } from '../plan/normal.ts';
import type { Term } from '../plan/plan.ts';
import { inNormalForm } from '../plan/rename.ts';
import { makeTerm, withChildren } from '../plan/term.ts';

/** An expression in the shorter of two ways to write it: docs/rewrites.md argues each. Subqueries in it stay. */
export function shortTerm(term: Term, dialect: Dialect): Term {
  const known = made.get(term);
  if (known !== undefined) return known;
  const short = shorten(term, dialect);
  made.set(term, short);
  return short;
}

/** Terms are of one dialect, and shared by the plans that hold them. */
const made = new WeakMap<Term, Term>();

function shorten(term: Term, dialect: Dialect): Term {
  if (term.children.length === 0) return term;
  const children = term.children.map((child) => shortTerm(child, dialect));
  const same = children.every((child, at) => child === term.children[at]);
  const inner = same ? term : inNormalForm(withChildren(term, children), dialect);
  if (inner.modifiers !== '' || inner.has.volatile) return inner;
  if (inner.kind === 'case') return shortCase(inner);
  return inner.kind === 'operator' ? reckoned(inner, dialect) : inner;
}

/** CASE that COALESCE or NULLIF says: `case when x is null then y else x end`, `case when x = y then null else x end`. */
function shortCase(term: Term): Term {
  const [when] = term.children;
  if (when?.kind !== 'operator' || when.modifiers !== '') return term;
  const [of, other] = when.children;
  if (of === undefined) return term;
  if (when.name === '=') return other === undefined ? term : asNullif(term, of, other);
  return when.name === 'is null' || when.name === 'is not null' ? asCoalesce(term, of, when.name) : term;
}

function asCoalesce(term: Term, of: Term, test: 'is null' | 'is not null'): Term {
  const [, value, ...rest] = term.children;
  const [last] = rest;
  if (value === undefined) return term;
  if (test === 'is null')
    return rest.length === 1 && last?.text === of.text ? call('coalesce', [of, value], term) : term;
  if (value.text !== of.text) return term;
  if (last === undefined) return of;
  return call('coalesce', [of, rest.length === 1 ? last : shortCase(withChildren(term, rest))], term);
}

function asNullif(term: Term, left: Term, right: Term): Term {
  const [, value, last, more] = term.children;
  if (value === undefined || !isNull(value) || last === undefined || more !== undefined) return term;
  if (last.text === left.text) return call('nullif', [left, right], term);
  return last.text === right.text ? call('nullif', [right, left], term) : term;
}

function call(name: string, children: readonly Term[], { span }: Term): Term {
  const made = makeTerm({ kind: 'function', name, children, span });
  return name === 'coalesce' ? coalesced(made) : made;
}

function isNull({ kind, name }: Term): boolean {
  return kind === 'literal' && name === 'null';
}

const whole = /^-?(?:0|[1-9]\d{0,8})$/;
/** Beyond it, some dialects give another type. */
const mostWhole = 2_147_483_647;

/** `60 * 60` as `3600`: sums, differences and products of whole numbers that all dialects hold exactly and in one type. */
function reckoned(term: Term, dialect: Dialect): Term {
  const [left, right, more] = term.children;
  const isPlain = left?.kind === 'literal' && right?.kind === 'literal' && left.modifiers + right.modifiers === '';
  if (!isPlain || more !== undefined || dialect === 'clickhouse') return term;
  if (!whole.test(left.name) || !whole.test(right.name)) return term;
  const [a, b] = [Number(left.name), Number(right.name)];
  const value = { '+': a + b, '-': a - b, '*': a * b }[term.name];
  if (value === undefined || Math.abs(value) > mostWhole) return term;
  return makeTerm({ kind: 'literal', name: String(value), span: term.span });
}
