import { matchesGlob } from './glob.ts';

/** What of a node a name is held against, and whether a wildcard meets its last name alone. */
export interface Named {
  readonly fqn: readonly string[];
  readonly isVersioned: boolean;
  readonly wildcardMeetsLastName: boolean;
}

/**
 * Whether a name selects a node: its last name, or the beginning of its `fqn`, with or without the package; from the
 * first wildcard on, a pattern for the rest. Source: dbt `QualifiedNameSelectorMethod`, `is_selected_node`.
 */
export function matchesName(name: string, node: Named): boolean {
  const { fqn, isVersioned } = node;
  if (node.wildcardMeetsLastName && /^[^.]*[*?[\]][^.]*$/.test(name)) {
    if (matchesGlob(fqn.at(isVersioned ? -2 : -1) ?? '', name)) return true;
  }
  return matchesScoped(fqn, name, isVersioned) || matchesScoped(fqn.slice(1), name, isVersioned);
}

function matchesScoped(fqn: readonly string[], name: string, isVersioned: boolean): boolean {
  const parts = name.split('.');
  if (isLeaf(fqn, name, isVersioned)) return true;
  const flat = fqn.flatMap((segment) => segment.split('.'));
  if (flat.length < parts.length) return false;
  const wildcard = parts.findIndex((part) => /[*?[\]]/.test(part));
  const exact = wildcard === -1 ? parts : parts.slice(0, wildcard);
  if (!exact.every((part, i) => flat[i] === part)) return false;
  return wildcard === -1 || matchesGlob(flat.slice(wildcard).join('.'), parts.slice(wildcard).join('.'));
}

/** A model's version may stand after a dot or after an underscore, or be left out. */
function isLeaf(fqn: readonly string[], name: string, isVersioned: boolean): boolean {
  if (!isVersioned) return fqn.at(-1) === name;
  return fqn.at(-2) === name || fqn.slice(-2).join('_') === name.split('.').slice(-2).join('_');
}
