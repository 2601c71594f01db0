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
  const kind = kinds[term.kind];
  if (kind === undefined || term.modifiers !== '' || term.distinct || term.query !== null) return null;
  const children = term.children.map((child) => toExpression(child, reads, column));
  const known = children.filter((child) => child !== null);
  if (known.length < children.length) return null;
  const place = `${term.column?.input ?? ''}\n${term.column?.name ?? ''}`;
  if (term.column !== null) reads.set(place, column(term.column));
  // Normal form knows no `>`: with the literal on the right it reads as people write it.
  const isTurned = term.kind === 'operator' && term.children[0]?.kind === 'literal' && turned[term.name] !== undefined;
  return {
    kind,
    name: isTurned ? (turned[term.name] ?? term.name) : term.name,
    column: term.column === null ? [] : [{ name: place, quoted: true }],
    children: isTurned ? known.toReversed() : known,
    query: null,
    distinct: false,
    span: term.span,
  };
}
