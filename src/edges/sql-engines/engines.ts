import type { Dialect } from '#core/sql';

/** The engines, in the order in which they are asked. */
export type EngineName = 'polyglot' | 'node-sql-parser';

/** What @polyglot-sql/sdk calls each dialect. */
export const polyglotDialects: Readonly<Record<Dialect, string>> = {
  snowflake: 'snowflake',
  bigquery: 'bigquery',
  postgres: 'postgresql',
  redshift: 'redshift',
  duckdb: 'duckdb',
  databricks: 'databricks',
  spark: 'spark',
  trino: 'trino',
  athena: 'athena',
  clickhouse: 'clickhouse',
  tsql: 'tsql',
  mysql: 'mysql',
  sqlite: 'sqlite',
  generic: 'generic',
};

/** Which of node-sql-parser's builds reads each dialect best, measured on real dbt SQL; null where none does. */
export const nodeSqlParserBuilds: Readonly<Record<Dialect, string | null>> = {
  snowflake: 'snowflake',
  bigquery: 'bigquery',
  postgres: 'postgresql',
  redshift: 'redshift',
  duckdb: 'snowflake',
  databricks: 'snowflake',
  spark: 'snowflake',
  trino: 'snowflake',
  athena: 'athena',
  clickhouse: null,
  tsql: 'transactsql',
  mysql: 'mysql',
  sqlite: 'sqlite',
  generic: 'postgresql',
};
