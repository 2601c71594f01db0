import type { Expression, Query } from '#core/sql';
import { modifiersOf, toTerm } from './expression.ts';
import type { Scope } from './scope.ts';

/** LIMIT, OFFSET, TOP and FETCH as text; null where there is none. */
export function limitText(limit: Query['limit'], scope: Scope): string | null {
  if (limit === null || (limit as unknown) === false) return null;
  if (typeof limit !== 'object') return 'some';
  const { count, offset } = limit as { readonly count: Expression | null; readonly offset: Expression | null };
  const part = (word: string, expression: Expression | null): string =>
    expression === null ? '' : `${word} ${toTerm(expression, scope).text}`;
  return (
    [part('limit', count), part('offset', offset), modifiersOf(limit)].filter((text) => text !== '').join(' ') ||
    'limit'
  );
}
