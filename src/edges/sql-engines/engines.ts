import { Dialect as PolyglotDialect } from '@polyglot-sql/sdk';
import type { Dialect } from '#core/sql';

/** The engines, in the order in which they are asked. */
export type EngineName = 'polyglot' | 'node-sql-parser';

/** What @polyglot-sql/sdk calls each dialect. */
export const polyglotDialects: Readonly<Record<Dialect, PolyglotDialect>> = {
  snowflake: PolyglotDialect.Snowflake,
  bigquery: PolyglotDialect.BigQuery,
  postgres: PolyglotDialect.PostgreSQL,
  redshift: PolyglotDialect.Redshift,
  duckdb: PolyglotDialect.DuckDB,
  databricks: PolyglotDialect.Databricks,
  spark: PolyglotDialect.Spark,
  trino: PolyglotDialect.Trino,
  athena: PolyglotDialect.Athena,
  clickhouse: PolyglotDialect.ClickHouse,
  tsql: PolyglotDialect.TSQL,
  mysql: PolyglotDialect.MySQL,
  sqlite: PolyglotDialect.SQLite,
  generic: PolyglotDialect.Generic,
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
