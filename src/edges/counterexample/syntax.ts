import {
  attribute,
  type Frame,
  type LooseColumn,
  type Outputs,
  outputsOf,
  type Reference,
  renamed,
  type Source,
  type TableRead,
} from './scope.ts';
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

interface Found {
  readonly tables: TableRead[];
  readonly references: Reference[];
  readonly named: Set<string>;
  readonly links: (readonly [string, string])[];
  readonly compared: ComparedValue[];
  readonly uses: { readonly column: string; readonly by: string }[];
  readonly tableFunctions: Set<string>;
}

interface Place {
  /** What each gives; null where that is not known. */
  readonly ctes: ReadonlyMap<string, Outputs | null>;
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
  visit(statement, { ctes: new Map(), frames: [], aliases: new Set() }, found);
  const loose = found.references.flatMap((reference) => attribute(reference));
  return { ...found, loose };
}

function visit(tree: Tree, place: Place, found: Found): void {
  const subquery = asTree(asTree(tree['subquery'])?.['node']);
  if (isQuery(tree)) visitQuery(tree, place, found);
  else if (tree['type'] === 'BASE_TABLE') visitTable(tree, place, found);
  else if (tree['type'] === 'SUBQUERY' && subquery !== null && !('class' in tree)) {
    // Where it is LATERAL it sees what stands before it.
    const outputs = visitQuery(subquery, place, found);
    addSource(tree, place, { table: null, outputs: renamed(outputs, namesOf(tree['column_name_alias'])) });
  } else {
    if (tree['type'] === 'TABLE_FUNCTION') visitTableFunction(tree, place, found);
    for (const child of below(tree)) visit(child, place, found);
    note(tree, place, found);
  }
}

function visitQuery(tree: Tree, { ctes: outer, frames }: Place, found: Found): Outputs {
  const ctes = visitCtes(tree, { ctes: outer, frames, aliases: new Set() }, found);
  const frame: Frame = { sources: [] };
  const inner = { ctes, frames: [frame, ...frames], aliases: new Set<string>() };
  const { select_list: items, from_table: from, left, right, ...others } = tree;
  for (const source of objectsIn(from)) visit(source, inner, found);
  const aliases = visitItems(objectsIn(items), inner, found);
  for (const [key, value] of Object.entries(others))
    if (key !== 'cte_map') for (const child of objectsIn(value)) visit(child, { ...inner, aliases }, found);
  const members = [...objectsIn(left), ...objectsIn(right)].map((member) => visitQuery(member, inner, found));
  const [first] = members;
  if (first !== undefined) return { names: first.names, stars: members.flatMap(({ stars }) => stars) };
  return outputsOf(objectsIn(items), frame);
}

/** Visits the queries of a WITH, and gives what can be named below it. */
function visitCtes(tree: Tree, place: Place, found: Found): ReadonlyMap<string, Outputs | null> {
  const known = new Map(place.ctes);
  for (const { entry, sees } of scopeOf(tree, new Set(place.ctes.keys())).ctes) {
    const name = textOf(entry['key']).toLowerCase();
    const query = asTree(asTree(asTree(entry['value'])?.['query'])?.['node']);
    const within = sees.has(name) && !known.has(name) ? new Map([...known, [name, null]]) : known;
    const outputs = query === null ? null : visitQuery(query, { ...place, ctes: new Map(within) }, found);
    known.set(name, renamed(outputs, namesOf(asTree(entry['value'])?.['aliases'])));
  }
  return known;
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
  if (isCteName(parts, place.ctes)) {
    const outputs = place.ctes.get((parts[0] ?? '').toLowerCase()) ?? null;
    addSource(tree, place, { table: null, outputs: renamed(outputs, namesOf(tree['column_name_alias'])) });
    return;
  }
  const table = { parts, columns: new Set<string>() };
  found.tables.push(table);
  addSource(tree, place, { table, outputs: null });
}

function addSource(tree: Tree, { frames }: Place, what: Pick<Source, 'table' | 'outputs'>): void {
  const alias = textOf(tree['alias']) || textOf(tree['table_name']);
  frames[0]?.sources.push({ alias: alias.toLowerCase(), ...what });
}

function visitTableFunction(tree: Tree, place: Place, found: Found): void {
  found.tableFunctions.add(textOf(asTree(tree['function'])?.['function_name']).toLowerCase());
  const names = namesOf(tree['column_name_alias']);
  addSource(tree, place, { table: null, outputs: renamed(null, names) });
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
    // Of the sources before it the first: which of them has it cannot be told.
    for (const at of [0, -1]) {
      const source = frames[0]?.sources.at(at);
      if (source !== undefined) found.references.push({ names: [column], frames: [{ sources: [source] }] });
    }
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
