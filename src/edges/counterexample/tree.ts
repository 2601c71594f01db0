/** An object of the tree that DuckDB gives for a statement (`json_serialize_sql`). */
export type Tree = Readonly<Record<string, unknown>>;

/** `value` as an object of the tree; null when it is none. */
export function asTree(value: unknown): Tree | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : null;
}

/** The objects right below. */
export function below(tree: Tree): readonly Tree[] {
  return Object.values(tree).flatMap((value) => objectsIn(value));
}

/** The objects in a value: itself, or those of a list. */
export function objectsIn(value: unknown): readonly Tree[] {
  if (Array.isArray(value)) return value.flatMap((item) => objectsIn(item));
  const tree = asTree(value);
  return tree === null ? [] : [tree];
}

/** `value` as text; '' when it is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Names of a list, in lower case. */
export function namesOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map((name) => textOf(name).toLowerCase()) : [];
}

/** Whether it is a query: SELECT, set operation, recursive part. */
export function isQuery(tree: Tree): boolean {
  return 'cte_map' in tree && typeof tree['type'] === 'string' && tree['type'].endsWith('_NODE');
}

/** The last part of a column's name, in lower case; null for what is no column. */
export function columnName(tree: Tree): string | null {
  if (tree['class'] !== 'COLUMN_REF') return null;
  const name = namesOf(tree['column_names']).at(-1) ?? '';
  return moments.has(name) ? null : name;
}

/** Written without parentheses they look like columns. */
const moments: ReadonlySet<string> = new Set([
  'current_date',
  'current_timestamp',
  'current_time',
  'localtimestamp',
  'localtime',
]);

/** Columns that stand in an expression, sub-queries aside. */
export function columnsIn(tree: Tree): readonly string[] {
  if (isQuery(tree)) return [];
  const own = columnName(tree);
  return own === null ? below(tree).flatMap(columnsIn) : [own];
}

/** Whether an expression is the same in every row: no column, no sub-query, no aggregate over rows. */
export function isConstant(tree: Tree): boolean {
  if (isQuery(tree) || columnName(tree) !== null || tree['class'] === 'WINDOW' || tree['class'] === 'STAR')
    return false;
  if (tree['class'] === 'FUNCTION' && rowFunctions.has(textOf(tree['function_name']))) return false;
  return below(tree).every(isConstant);
}

const rowFunctions: ReadonlySet<string> = new Set(['count_star', 'count', 'random', 'uuid', 'gen_random_uuid']);

/** Catalog, schema and name of a relation, without the parts that are not written. */
export function tableParts(table: Tree): readonly string[] {
  return [table['catalog_name'], table['schema_name'], table['table_name']].map(textOf).filter((part) => part !== '');
}

/** Whether a relation's name is that of a CTE; `ctes` are in lower case. */
export function isCteName(parts: readonly string[], ctes: { has(name: string): boolean }): boolean {
  return parts.length === 1 && ctes.has((parts[0] ?? '').toLowerCase());
}

/** One entry of WITH. */
export interface Cte {
  readonly entry: Tree;
  /** CTEs that its query can name: those before it, and itself where it is recursive. */
  readonly sees: ReadonlySet<string>;
}

/** The entries of a query's WITH, and what the query itself can name; `outer` is what stands around it. */
export function scopeOf(
  query: Tree,
  outer: ReadonlySet<string>,
): { readonly ctes: readonly Cte[]; readonly known: Set<string> } {
  const known = new Set(outer);
  const ctes: Cte[] = [];
  for (const entry of objectsIn(asTree(query['cte_map'])?.['map'])) {
    const name = textOf(entry['key']).toLowerCase();
    const isRecursive = asTree(asTree(asTree(entry['value'])?.['query'])?.['node'])?.['type'] === 'RECURSIVE_CTE_NODE';
    ctes.push({ entry, sees: new Set(isRecursive ? [...known, name] : known) });
    known.add(name);
  }
  // Where a query is a CTE of its own kind its name is in it.
  const own = textOf(query['cte_name'] ?? query['ctename']).toLowerCase();
  if (own !== '') known.add(own);
  return { ctes, known };
}
