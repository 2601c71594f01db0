import {
  asTree,
  below,
  columnName,
  columnsIn,
  isConstant,
  isCteName,
  isQuery,
  namesOf,
  objectsIn,
  scopeOf,
  type Tree,
  tableParts,
  textOf,
} from './tree.ts';

/** A relation as one place of a statement names it. */
export interface TableRead {
  /** Catalog, schema and name as they are written, without the parts that are missing. */
  readonly parts: readonly string[];
  /** Columns that can only be this relation's. */
  readonly columns: Set<string>;
}

/** A column that may belong to several relations of a FROM. */
interface LooseColumn {
  readonly name: string;
  readonly tables: readonly TableRead[];
}

/** A value that columns are compared with. */
export interface ComparedValue {
  readonly columns: readonly string[];
  /** The constant expression. */
  readonly value: Tree;
  /** Numbers in the expression on the columns' side: `amount / 100 > 5`. */
  readonly factors: readonly number[];
  /** Whether it is a pattern of LIKE. */
  readonly pattern: boolean;
}

/** What a statement says of the rows that it reads. Names are in lower case. */
export interface Syntax {
  readonly tables: readonly TableRead[];
  readonly loose: readonly LooseColumn[];
  /** Every column name that is written somewhere. */
  readonly named: ReadonlySet<string>;
  /** Names that stand for the same values: compared with each other, or one the alias of the other. */
  readonly links: readonly (readonly [string, string])[];
  readonly compared: readonly ComparedValue[];
  /** Functions, operators and casts (`cast:DATE`) that columns are put into. */
  readonly uses: readonly { readonly column: string; readonly by: string }[];
  readonly tableFunctions: ReadonlySet<string>;
}

interface Frame {
  readonly sources: { readonly alias: string; readonly table: TableRead | null }[];
}

interface Found {
  readonly tables: TableRead[];
  readonly references: { readonly names: readonly string[]; readonly frames: readonly Frame[] }[];
  readonly named: Set<string>;
  readonly links: (readonly [string, string])[];
  readonly compared: ComparedValue[];
  readonly uses: { readonly column: string; readonly by: string }[];
  readonly tableFunctions: Set<string>;
}

interface Place {
  readonly ctes: ReadonlySet<string>;
  /** The innermost first. */
  readonly frames: readonly Frame[];
  /** Aliases that a bare name may stand for. */
  readonly aliases: ReadonlySet<string>;
}

/** Reads DuckDB's tree of one statement. */
export function syntaxOf(statement: Tree): Syntax {
  const found: Found = {
    tables: [],
    references: [],
    named: new Set(),
    links: [],
    compared: [],
    uses: [],
    tableFunctions: new Set(),
  };
  visit(statement, { ctes: new Set(), frames: [], aliases: new Set() }, found);
  const loose = found.references.flatMap((reference) => attribute(reference));
  return { ...found, loose };
}

function visit(tree: Tree, place: Place, found: Found): void {
  if (isQuery(tree)) visitQuery(tree, place, found);
  else if (tree['type'] === 'BASE_TABLE') visitTable(tree, place, found);
  else {
    if (tree['type'] === 'SUBQUERY' && 'subquery' in tree && !('class' in tree)) addSource(tree, place, null);
    if (tree['type'] === 'TABLE_FUNCTION') visitTableFunction(tree, place, found);
    for (const child of below(tree)) visit(child, place, found);
    note(tree, place, found);
  }
}

function visitQuery(tree: Tree, { ctes: outer, frames }: Place, found: Found): void {
  const { ctes, known } = scopeOf(tree, outer);
  for (const { entry, sees } of ctes) visit(entry, { ctes: sees, frames, aliases: new Set() }, found);
  const inner = { ctes: known, frames: [{ sources: [] }, ...frames], aliases: new Set<string>() };
  const { select_list: items, from_table: from, ...others } = tree;
  for (const source of objectsIn(from)) visit(source, inner, found);
  const aliases = visitItems(objectsIn(items), inner, found);
  for (const [key, value] of Object.entries(others))
    if (key !== 'cte_map') for (const child of objectsIn(value)) visit(child, { ...inner, aliases }, found);
}

/** Visits a select list; a name may stand for an item before it. Gives the aliases. */
function visitItems(items: readonly Tree[], place: Place, found: Found): ReadonlySet<string> {
  const aliases = new Set<string>();
  for (const item of items) {
    visit(item, { ...place, aliases: new Set(aliases) }, found);
    const alias = textOf(item['alias']).toLowerCase();
    if (alias === '') continue;
    aliases.add(alias);
    for (const column of sameValues(item)) found.links.push([column, alias]);
  }
  return aliases;
}

function visitTable(tree: Tree, place: Place, found: Found): void {
  const parts = tableParts(tree);
  const table = isCteName(parts, place.ctes) ? null : { parts, columns: new Set<string>() };
  if (table !== null) found.tables.push(table);
  addSource(tree, place, table);
}

function addSource(tree: Tree, { frames }: Place, table: TableRead | null): void {
  const alias = textOf(tree['alias']) || textOf(tree['table_name']);
  frames[0]?.sources.push({ alias: alias.toLowerCase(), table });
}

function visitTableFunction(tree: Tree, place: Place, found: Found): void {
  found.tableFunctions.add(textOf(asTree(tree['function'])?.['function_name']).toLowerCase());
  addSource(tree, place, null);
}

/** Notes what one expression says. */
function note(tree: Tree, { frames, aliases }: Place, found: Found): void {
  const name = columnName(tree);
  if (name !== null) {
    found.named.add(name);
    const names = namesOf(tree['column_names']);
    if (names.length > 1 || !aliases.has(name)) found.references.push({ names, frames });
  }
  for (const column of namesOf(tree['using_columns'])) {
    found.named.add(column);
    for (const at of [0, -1]) frames[0]?.sources.at(at)?.table?.columns.add(column);
  }
  noteUse(tree, found);
  noteComparison(tree, found);
}

function noteUse(tree: Tree, found: Found): void {
  const by =
    tree['class'] === 'FUNCTION' || tree['class'] === 'WINDOW'
      ? textOf(tree['function_name']).toLowerCase()
      : tree['class'] === 'CAST'
        ? `cast:${textOf(asTree(tree['cast_type'])?.['id'])}`
        : '';
  if (by === '') return;
  for (const child of [...objectsIn(tree['children']), ...objectsIn(tree['child'])]) {
    const column = columnName(child);
    if (column !== null) found.uses.push({ column, by });
  }
}

const patterns = new Set(['~~', '!~~', '~~*', '!~~*', 'like_escape', 'ilike_escape', 'not_like_escape']);
const textTests = new Set(['contains', 'starts_with', 'prefix', 'suffix', 'ends_with', 'regexp_matches', '^@']);

function noteComparison(tree: Tree, found: Found): void {
  const call = tree['class'] === 'FUNCTION' ? textOf(tree['function_name']) : '';
  const isTest =
    textOf(tree['type']).startsWith('COMPARE_') ||
    tree['subquery_type'] === 'ANY' ||
    patterns.has(call) ||
    textTests.has(call);
  if (!isTest) return;
  const operands = ['left', 'right', 'input', 'lower', 'upper', 'children', 'child'].flatMap((key) =>
    objectsIn(tree[key]),
  );
  const values = operands.filter(isConstant);
  const sides = operands.filter((operand) => !values.includes(operand));
  const columns = [...new Set(sides.flatMap(columnsIn))];
  const factors = sides.flatMap(numbersIn);
  for (const value of values) found.compared.push({ columns, value, factors, pattern: patterns.has(call) });
  const alike = [...sides.flatMap(sameValues), ...firstOutputs(tree['subquery'])];
  for (const other of alike.slice(1)) found.links.push([alike[0] ?? '', other]);
}

function numbersIn(tree: Tree): readonly number[] {
  const value = tree['class'] === 'CONSTANT' ? asTree(tree['value'])?.['value'] : null;
  return typeof value === 'number' ? [value] : isQuery(tree) ? [] : below(tree).flatMap(numbersIn);
}

/** Columns whose values an expression hands on, perhaps in another spelling. */
function sameValues(tree: Tree): readonly string[] {
  const name = columnName(tree);
  if (name !== null) return [name];
  const call = textOf(tree['function_name']).toLowerCase();
  if (tree['class'] === 'CAST') return objectsIn(tree['child']).flatMap(sameValues);
  if (handing.has(call) || tree['type'] === 'OPERATOR_COALESCE') return objectsIn(tree['children']).flatMap(sameValues);
  return [];
}

const handing = new Set([
  'lower',
  'upper',
  'trim',
  'min',
  'max',
  'coalesce',
  'first',
  'last',
  'any_value',
  'nullif',
  'date_trunc',
]);

function firstOutputs(subquery: unknown): readonly string[] {
  const node = asTree(asTree(subquery)?.['node']);
  return objectsIn(node?.['select_list']).slice(0, 1).flatMap(sameValues);
}

/** Gives a column to its relation where there is no doubt; else says which it may belong to. */
function attribute({ names, frames }: Found['references'][number]): readonly LooseColumn[] {
  const [qualifier, name = ''] = [names.at(-2), names.at(-1)];
  for (const { sources } of frames) {
    if (qualifier !== undefined) {
      const own = sources.find(({ alias }) => alias === qualifier);
      if (own === undefined) continue;
      own.table?.columns.add(name);
      return [];
    }
    if (sources.length === 0) continue;
    const tables = sources.flatMap(({ table }) => (table === null ? [] : [table]));
    if (tables.length === 1 && sources.length === 1) tables[0]?.columns.add(name);
    else if (tables.length > 0) return [{ name, tables }];
    return [];
  }
  return [];
}
