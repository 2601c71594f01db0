import type { Query } from '#core/sql';

/** A tree as text, positions aside. */
export function treeKey(query: Query): string {
  return JSON.stringify(query, (key, value: unknown) => (key === 'span' ? undefined : value));
}
