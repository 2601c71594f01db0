import type { Identifier, Source } from '#core/sql';

/** WITH ORDINALITY AS q(e, n): the last name is the number's. */
export function numberApart(
  from: Extract<Source['from'], { readonly kind: 'table-function' }>,
  { columnAliases }: Source,
  names: readonly Identifier[],
): { readonly names: readonly Identifier[]; readonly ordinal: Identifier | null } {
  const named = from.ordinal !== null && columnAliases.length > Math.max(1, from.expressions.length);
  return named ? { names: names.slice(0, -1), ordinal: names.at(-1) ?? null } : { names, ordinal: from.ordinal };
}

/** The columns of a function in FROM that has no fixed ones: its column aliases, else one that goes by its alias. */
export function namesOf(name: string, source: Source): readonly Identifier[] {
  if (source.columnAliases.length > 0) return source.columnAliases;
  if (name === 'explode' || name === 'explode_outer') return [{ name: 'col', quoted: false }];
  return source.alias === null ? [] : [source.alias];
}
