import type { JsonValue, UniqueId } from '#core/base';
import { isJsonObject } from '#core/base';
import type { DbtNode, DbtProject, DbtTest } from '#core/dbt';
import type { AcceptedValues, Fact, ForeignKey, Key } from './facts.ts';
import { namesIn } from './names.ts';

/** One thing that a test says of the relation that it stands on. */
export type Said =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'not-null'; readonly column: string; readonly fact: Fact }
  | { readonly kind: 'foreign-key'; readonly foreignKey: ForeignKey }
  | { readonly kind: 'accepted'; readonly column: string; readonly accepted: AcceptedValues };

/**
 * What a project's generic tests prove, by the relation that they stand on. A test counts when it looks at every row and fails the
 * build: severity error, no `where`, `error_if` as dbt has it, enabled; and when it is the one that its name says, not a macro of the
 * project under the same name. Of a test that only warns a key is declared.
 */
export function saidByTests(project: DbtProject): ReadonlyMap<UniqueId, readonly Said[]> {
  const said = new Map<UniqueId, Said[]>();
  for (const node of project.nodes.values()) {
    const { test } = node;
    const strictness = strictnessOf(node);
    if (test === null || test.attachedNode === null || strictness === 'none' || !isTheKnown(node, test)) continue;
    const on = project.nodes.get(test.attachedNode);
    const all = on === undefined ? [] : read(test, { node, on });
    const found = strictness === 'fails' ? all : all.flatMap(merelyDeclared);
    if (found.length > 0) said.set(test.attachedNode, [...(said.get(test.attachedNode) ?? []), ...found]);
  }
  return said;
}

/** Whether a failing row fails the build, only warns, or may not be looked at. */
function strictnessOf({ config }: DbtNode): 'fails' | 'warns' | 'none' {
  const { severity, where, error_if: errorIf, enabled, fail_calc: failCalc } = config;
  if (enabled === false || (typeof where === 'string' && where.trim() !== '')) return 'none';
  if (typeof failCalc === 'string' && failCalc.replaceAll(' ', '').toLowerCase() !== 'count(*)') return 'none';
  if (typeof errorIf === 'string' && !['!=0', '<>0', '>0', '>=1'].includes(errorIf.replaceAll(' ', ''))) return 'none';
  return typeof severity === 'string' && severity.toLowerCase() !== 'error' ? 'warns' : 'fails';
}

/** A test that only warns says which key is meant, and keeps nothing out. */
function merelyDeclared(said: Said): readonly Said[] {
  if (said.kind !== 'key') return [];
  return [{ kind: 'key', key: { ...said.key, source: `${said.key.source}, which only warns`, sureness: 'declared' } }];
}

/** Packages whose tests are read, by the test's name; `dbt` is dbt's own. */
const packageOf: Readonly<Record<string, string>> = {
  unique: 'dbt',
  not_null: 'dbt',
  relationships: 'dbt',
  accepted_values: 'dbt',
  unique_combination_of_columns: 'dbt_utils',
  expect_compound_columns_to_be_unique: 'dbt_expectations',
  expect_column_values_to_be_unique: 'dbt_expectations',
  expect_column_values_to_not_be_null: 'dbt_expectations',
};

function isTheKnown({ dependsOn }: DbtNode, { name }: DbtTest): boolean {
  if (name === null || !Object.hasOwn(packageOf, name)) return false;
  const used = dependsOn.macros.filter((macro) => macro.endsWith(`.test_${name}`));
  return used.length === 0 || used.includes(`macro.${packageOf[name] ?? ''}.test_${name}`);
}

interface Place {
  readonly node: DbtNode;
  readonly on: DbtNode;
}

interface Reading extends Place {
  readonly given: Readonly<Record<string, JsonValue>>;
  /** The column or columns that the test stands on; null for an expression. */
  readonly columns: readonly string[] | null;
  readonly fact: Fact;
}

function read(test: DbtTest, place: Place): readonly Said[] {
  const given = argumentsOf(test);
  const name = test.name ?? '';
  // dbt_expectations leaves rows out by a condition of its own.
  if (typeof given['row_condition'] === 'string') return [];
  const columns = namesIn(test.columnName ?? given['column_name']);
  const fact: Fact = { source: `${name} test on ${place.on.name}`, sureness: 'proven' };
  return readers[name]?.({ ...place, given, columns, fact }) ?? [];
}

const readers: Readonly<Record<string, (reading: Reading) => readonly Said[]>> = {
  unique: uniqueOf,
  expect_column_values_to_be_unique: uniqueOf,
  // dbt_utils groups by the columns, so that NULLs are equal; dbt_expectations may leave them out.
  unique_combination_of_columns: ({ given, fact }) => combinationOf(given['combination_of_columns'], fact, false),
  expect_compound_columns_to_be_unique: ({ given, fact }) => combinationOf(given['column_list'], fact, true),
  not_null: notNullOf,
  expect_column_values_to_not_be_null: notNullOf,
  relationships: referenceOf,
  accepted_values: acceptedOf,
};

function uniqueOf({ columns, fact }: Reading): readonly Said[] {
  return columns === null ? [] : [aKey(columns, { ...fact, exceptNulls: true })];
}

function combinationOf(list: JsonValue | undefined, fact: Fact, exceptNulls: boolean): readonly Said[] {
  const columns = namesIn(list);
  return columns === null ? [] : [aKey(columns, { ...fact, exceptNulls })];
}

function notNullOf({ columns, fact }: Reading): readonly Said[] {
  return (columns ?? []).map((column) => ({
    kind: 'not-null',
    column,
    fact: { ...fact, source: `${fact.source}.${column}` },
  }));
}

/** Since dbt 1.10 a test's own arguments may stand under `arguments`. */
function argumentsOf({ kwargs }: DbtTest): Readonly<Record<string, JsonValue>> {
  const under = kwargs['arguments'];
  return isJsonObject(under) ? { ...kwargs, ...under } : kwargs;
}

function aKey(columns: readonly string[], { source, ...fact }: Fact & { readonly exceptNulls: boolean }): Said {
  const where = columns.length === 1 ? `.${columns[0] ?? ''}` : ` (${columns.join(', ')})`;
  return { kind: 'key', key: { ...fact, from: 'test', source: `${source}${where}`, columns: [...columns].sort() } };
}

function referenceOf({ node, on, given, columns, fact }: Reading): readonly Said[] {
  const [column, ...more] = columns ?? [];
  const [field, ...fields] = namesIn(given['field']) ?? [];
  // A relation that refers to itself has no other parent.
  const [relation = on.uniqueId, ...others] = node.dependsOn.nodes.filter((id) => id !== on.uniqueId);
  if (column === undefined || field === undefined || more.length + fields.length + others.length > 0) return [];
  const source = `${fact.source}.${column}`;
  return [{ kind: 'foreign-key', foreignKey: { ...fact, column, to: { relation, column: field }, source } }];
}

function acceptedOf({ columns, given: { values, quote }, fact }: Reading): readonly Said[] {
  const [column, ...more] = columns ?? [];
  if (column === undefined || more.length > 0 || !Array.isArray(values)) return [];
  const items = values as readonly JsonValue[];
  const read = items.map((value) => (quote === false && typeof value === 'string' ? unquoted(value) : value));
  const plain = read.filter((value) => value !== null && typeof value !== 'object');
  if (plain.length !== items.length) return [];
  return [{ kind: 'accepted', column, accepted: { ...fact, source: `${fact.source}.${column}`, values: plain } }];
}

/** A value written for `quote: false`; null for an expression. */
function unquoted(text: string): JsonValue {
  const bare = text.trim().toLowerCase();
  if (bare === 'true' || bare === 'false') return bare === 'true';
  const quoted = /^'([^']*)'$/.exec(text.trim())?.[1];
  return quoted ?? (bare !== '' && Number.isFinite(Number(bare)) ? Number(bare) : null);
}
