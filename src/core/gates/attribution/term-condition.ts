import type { Condition } from '#core/evidence';
import { toCondition } from '#core/evidence';
import type { ColumnRead, Term } from '#core/meaning';
import type { Expression, Identifier } from '#core/sql';

const turned: Readonly<Record<string, string>> = { '<': '>', '<=': '>=' };
const kinds: Readonly<Partial<Record<Term['kind'], Expression['kind']>>> = {
  column: 'column',
  literal: 'literal',
  function: 'function',
  cast: 'cast',
  operator: 'operator',
  in: 'in',
};

/** A term as a condition on one relation, by the same rules as an expression; null where a part is not known to be harmless. */
export function conditionOf(term: Term, column: (read: ColumnRead) => Identifier | null): Condition | null {
  const reads = new Map<string, Identifier | null>();
  const expression = toExpression(term, reads, column);
  return expression === null ? null : toCondition(expression, ([place]) => reads.get(place?.name ?? '') ?? null);
}

/** Each column stands under a name of its own, by which the condition finds it again. */
function toExpression(
  term: Term,
  reads: Map<string, Identifier | null>,
  column: (read: ColumnRead) => Identifier | null,
): Expression | null {
  const kind = isPlain(term) ? kinds[term.kind] : undefined;
  if (kind === undefined) return null;
  const children = term.children.flatMap((child) => toExpression(child, reads, column) ?? []);
  if (children.length < term.children.length) return null;
  const place = term.column === null ? null : `${term.column.input}\n${term.column.name}`;
  if (term.column !== null && place !== null) reads.set(place, column(term.column));
  const more = { column: place === null ? [] : [{ name: place, quoted: true }], query: null, distinct: false };
  return { kind, span: term.span, ...more, ...asWritten(term, children) };
}

function isPlain({ modifiers, distinct, query }: Term): boolean {
  return modifiers === '' && !distinct && query === null;
}

/** Normal form knows no `>`: with the literal on the right it reads as people write it. */
function asWritten({ kind, name, children: [left] }: Term, children: readonly Expression[]) {
  const other = kind === 'operator' && left?.kind === 'literal' ? turned[name] : undefined;
  return other === undefined ? { name, children } : { name: other, children: children.toReversed() };
}
