import type { Query } from '#core/sql';
import type { Scope } from './build.ts';
import { toTerm } from './expression.ts';
import type { Output } from './plan.ts';
import { makeTerm } from './term.ts';

/** An item of ORDER BY: `2 desc` is the second column. */
export function orderTerm(item: Query['orderBy'][number], columns: readonly Output[], scope: Scope): Output['term'] {
  const descending = item.kind === 'operator' && item.name === 'desc';
  const inner = descending ? item.children[0] : item;
  const number = inner?.kind === 'literal' && /^\d+$/.test(inner.name) ? Number(inner.name) : null;
  const column = number === null ? undefined : columns[number - 1];
  if (column === undefined) return toTerm(item, scope, { aliases: 'first', asCondition: false });
  const written = toTerm(item, scope, { aliases: 'first', asCondition: false });
  if (!descending) return written.modifiers === '' ? column.term : orderedBy(written, column);
  return orderedBy(written, column);
}

function orderedBy(written: Output['term'], { term }: Output): Output['term'] {
  return makeTerm({
    kind: 'operator',
    name: written.name === 'desc' ? 'desc' : 'asc',
    children: [term],
    modifiers: written.modifiers,
    span: term.span,
  });
}
