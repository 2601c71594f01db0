import { asTree, isCteName, isQuery, scopeOf, type Tree, tableParts } from './tree.ts';

type Instead = (parts: readonly string[], table: Tree) => Tree | null;

/** The tree with every relation, names of CTEs aside, replaced by what `instead` gives for its parts; null leaves it. */
export function replaceTables(tree: Tree, instead: Instead): Tree {
  return replacedIn(tree, new Set(), instead);
}

function replaced(value: unknown, ctes: ReadonlySet<string>, instead: Instead): unknown {
  if (Array.isArray(value)) return value.map((item) => replaced(item, ctes, instead));
  const tree = asTree(value);
  return tree === null ? value : replacedIn(tree, ctes, instead);
}

function replacedIn(tree: Tree, ctes: ReadonlySet<string>, instead: Instead): Tree {
  if (tree['type'] === 'BASE_TABLE') {
    const parts = tableParts(tree);
    return isCteName(parts, ctes) ? tree : (instead(parts, tree) ?? tree);
  }
  if (!isQuery(tree)) return mapped(tree, ctes, instead);
  const { ctes: own, known } = scopeOf(tree, ctes);
  const { cte_map: before, ...rest } = tree;
  const map = own.map(({ entry, sees }) => mapped(entry, sees, instead));
  return { ...mapped(rest, known, instead), cte_map: { ...asTree(before), map } };
}

function mapped(tree: Tree, ctes: ReadonlySet<string>, instead: Instead): Tree {
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, replaced(value, ctes, instead)]));
}
