import type { Dialect, Identifier } from './tree.ts';

/** dbt's adapter types (`metadata.adapter_type`) and the dialect that each speaks. */
const dialectOfAdapter: Readonly<Record<string, Dialect>> = {
  postgres: 'postgres',
  alloydb: 'postgres',
  materialize: 'postgres',
  risingwave: 'postgres',
  greenplum: 'postgres',
  redshift: 'redshift',
  snowflake: 'snowflake',
  bigquery: 'bigquery',
  duckdb: 'duckdb',
  databricks: 'databricks',
  spark: 'spark',
  hive: 'spark',
  trino: 'trino',
  starburst: 'trino',
  athena: 'athena',
  clickhouse: 'clickhouse',
  fabric: 'tsql',
  sqlserver: 'tsql',
  synapse: 'tsql',
  mysql: 'mysql',
  mariadb: 'mysql',
  starrocks: 'mysql',
  doris: 'mysql',
  sqlite: 'sqlite',
};

/** How a dialect compares names, and which names a SELECT can see. */
interface DialectRules {
  /** What an unquoted name is folded to. `any`: quoted or not, case does not count. */
  readonly fold: 'upper' | 'lower' | 'any';
  /** Whether an alias can be used by later expressions of the same SELECT. */
  readonly lateralAliases: boolean;
  /** Whether `select *` over JOIN … USING puts the shared columns first. */
  readonly usingColumnsFirst: boolean;
}

const common: DialectRules = { fold: 'any', lateralAliases: false, usingColumnsFirst: true };

const rulesOf: Readonly<Record<Dialect, DialectRules>> = {
  snowflake: { fold: 'upper', lateralAliases: true, usingColumnsFirst: true },
  bigquery: common,
  postgres: { fold: 'lower', lateralAliases: false, usingColumnsFirst: true },
  redshift: { ...common, lateralAliases: true },
  duckdb: { ...common, lateralAliases: true, usingColumnsFirst: false },
  databricks: { ...common, lateralAliases: true },
  spark: { ...common, lateralAliases: true },
  trino: common,
  athena: common,
  clickhouse: { ...common, lateralAliases: true },
  tsql: common,
  mysql: common,
  sqlite: common,
  generic: { ...common, lateralAliases: true },
};

/** The dialect of a dbt adapter; `generic` for an adapter that is not in the table, and for none. */
export function toDialect(adapterType: string | null): Dialect {
  if (adapterType === null || !Object.hasOwn(dialectOfAdapter, adapterType)) return 'generic';
  return dialectOfAdapter[adapterType] ?? 'generic';
}

/** The rules of a dialect that lineage needs. */
export function dialectRules(dialect: Dialect): DialectRules {
  return rulesOf[dialect];
}

/** The text by which two spellings of one name are the same in `dialect`. */
export function identifierKey(identifier: Identifier, dialect: Dialect): string {
  const { fold } = rulesOf[dialect];
  if (fold === 'any') return identifier.name.toLowerCase();
  if (identifier.quoted) return identifier.name;
  return fold === 'upper' ? identifier.name.toUpperCase() : identifier.name.toLowerCase();
}
