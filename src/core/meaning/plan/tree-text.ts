import type { Dialect, Identifier } from '#core/sql';
import { keyOf } from './build.ts';

/** A tree as text, without its positions: what is kept of a part that is not understood. */
export function treeText(tree: unknown): string {
  return JSON.stringify(tree, (key, value: unknown) => (key === 'span' ? undefined : value));
}

/** The same where names that a dialect does not tell apart by their case are one, and so are types and argument names. */
export function foldedTreeText(tree: unknown, dialect: Dialect): string {
  return JSON.stringify(tree, (key, value: unknown) => {
    if (key === 'span') return undefined;
    if (isIdentifier(value)) return keyOf(value, dialect);
    return isCaseless(value) ? { ...value, name: value.name.toLowerCase() } : value;
  });
}

function isIdentifier(value: unknown): value is Identifier {
  return typeof value === 'object' && value !== null && 'quoted' in value && 'name' in value;
}

function isCaseless(value: unknown): value is { readonly name: string } {
  const { kind, name } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  return (kind === 'cast' || kind === 'named') && typeof name === 'string';
}
