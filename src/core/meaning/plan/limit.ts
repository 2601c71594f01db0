import type { Expression, Limit } from '#core/sql';
import { modifiersOf, type Scope } from './build.ts';
import { toTerm } from './expression.ts';

/** LIMIT, OFFSET, TOP and FETCH as text; null where there is none. */
export function limitText(limit: Limit | null, scope: Scope): string | null {
  if (limit === null) return null;
  const part = (word: string, expression: Expression | null): string =>
    expression === null ? '' : `${word} ${toTerm(expression, scope).text}`;
  const said = [part('limit', limit.count), part('offset', limit.offset), modifiersOf(limit)];
  return said.filter((text) => text !== '').join(' ') || 'limit';
}
