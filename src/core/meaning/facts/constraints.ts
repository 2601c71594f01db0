import type { JsonValue, UniqueId } from '#core/base';
import { isJsonObject } from '#core/base';
import type { DbtNode } from '#core/dbt';
import { type Dialect, toDialect } from '#core/sql';
import type { Fact, Sureness } from './facts.ts';
import { namesIn } from './names.ts';
import type { Said } from './tests.ts';

type ConstraintType = 'primary_key' | 'unique' | 'not_null' | 'foreign_key';

/**
 * What each warehouse refuses to store, of the constraints that dbt writes; elsewhere a constraint is a word and no more. From dbt's
 * page on constraints ("Platform support"), and of DuckDB from its own manual. NOT NULL is refused by all that know it.
 */
const enforced: Readonly<Partial<Record<Dialect, readonly ConstraintType[]>>> = {
  postgres: ['primary_key', 'unique', 'not_null', 'foreign_key'],
  duckdb: ['primary_key', 'unique', 'not_null', 'foreign_key'],
  redshift: ['not_null'],
  snowflake: ['not_null'],
  bigquery: ['not_null'],
  databricks: ['not_null'],
  spark: ['not_null'],
  trino: ['not_null'],
};

/** What is needed beside the node: the project's adapter, and the node of a relation's name. */
export interface Around {
  readonly adapterType: string | null;
  readonly find: (name: readonly string[]) => UniqueId | null;
}

/**
 * What the constraints of a node say. dbt writes them only for a model with an enforced contract that is built as a table; without, or
 * where the warehouse does not hold them, they are declared.
 */
export function saidByConstraints(node: DbtNode, around: Around): readonly Said[] {
  const dialect = toDialect(around.adapterType);
  const written = node.contractEnforced && ['table', 'incremental'].includes(node.materialized);
  const said: Said[] = [];
  for (const one of constraintsOf(node)) {
    const sureness = written && enforced[dialect]?.includes(one.type) === true ? 'proven' : 'declared';
    said.push(...saidBy(one, { node, around, sureness }));
  }
  return said;
}

interface Constraint {
  readonly type: ConstraintType;
  readonly columns: readonly string[];
  readonly entry: Readonly<Record<string, JsonValue>>;
}

function constraintsOf(node: DbtNode): readonly Constraint[] {
  const own = listOf(node.entry['constraints']).map((entry) => ({ entry, columns: namesIn(entry['columns']) }));
  const ofColumns = [...node.columns.values()].flatMap((column) =>
    listOf(column.entry['constraints']).map((entry) => ({ entry, columns: namesIn([column.name]) })),
  );
  return [...own, ...ofColumns].flatMap(({ entry, columns }) => {
    const type = constraintTypes.find((known) => known === entry['type']);
    return type === undefined || columns === null ? [] : [{ type, columns, entry }];
  });
}

const constraintTypes: readonly ConstraintType[] = ['primary_key', 'unique', 'not_null', 'foreign_key'];

function listOf(value: JsonValue | undefined) {
  return Array.isArray(value) ? value.filter((one) => isJsonObject(one)) : [];
}

interface Place {
  readonly node: DbtNode;
  readonly around: Around;
  readonly sureness: Sureness;
}

function saidBy({ type, columns, entry }: Constraint, { node, around, sureness }: Place): readonly Said[] {
  const listed = columns.length === 1 ? `.${columns[0] ?? ''}` : ` (${columns.join(', ')})`;
  const unheld = sureness === 'declared' ? ', not enforced' : '';
  const fact: Fact = { source: `${type.replace('_', ' ')} constraint on ${node.name}${listed}${unheld}`, sureness };
  const notNull = columns.map((column): Said => ({ kind: 'not-null', column, fact }));
  const sorted = [...columns].sort();
  if (type === 'not_null') return notNull;
  if (type === 'unique')
    return [{ kind: 'key', key: { ...fact, from: 'constraint', columns: sorted, exceptNulls: true } }];
  if (type === 'primary_key')
    return [{ kind: 'key', key: { ...fact, from: 'constraint', columns: sorted, exceptNulls: false } }, ...notNull];
  return referenceOf(columns, entry, around, fact);
}

function referenceOf(
  columns: readonly string[],
  { to, to_columns: toColumns }: Constraint['entry'],
  around: Around,
  fact: Fact,
): readonly Said[] {
  const [column, ...more] = columns;
  const [field, ...others] = namesIn(toColumns) ?? [];
  const relation = typeof to === 'string' ? around.find(partsOf(to)) : null;
  if (relation === null || column === undefined || field === undefined || more.length + others.length > 0) return [];
  return [{ kind: 'foreign-key', foreignKey: { ...fact, column, to: { relation, column: field } } }];
}

/** `ref('dim')`, or the relation's name as dbt renders it when it compiles. */
function partsOf(to: string): readonly string[] {
  const called = /\(\s*(?:['"][^'"]*['"]\s*,\s*)?['"]([^'"]+)['"]/.exec(to)?.[1];
  return called === undefined
    ? to.split('.').map((part) => part.replace(/^["'`[]|["'`\]]$/g, '').toLowerCase())
    : [called.toLowerCase()];
}
