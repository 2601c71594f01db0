import { createRequire } from 'node:module';
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

const require = createRequire(import.meta.url);

/** Which of node-sql-parser's builds reads each dialect best, measured on real dbt SQL; null where none does. Each is loaded when it is first needed. */
export const nodeSqlParserBuilds: Readonly<Record<Dialect, (() => unknown) | null>> = {
  snowflake: loadSnowflake,
  bigquery: () => require('node-sql-parser/build/bigquery.js') as unknown,
  postgres: loadPostgres,
  redshift: () => require('node-sql-parser/build/redshift.js') as unknown,
  duckdb: loadSnowflake,
  databricks: loadSnowflake,
  spark: loadSnowflake,
  trino: loadSnowflake,
  athena: () => require('node-sql-parser/build/athena.js') as unknown,
  clickhouse: null,
  tsql: () => require('node-sql-parser/build/transactsql.js') as unknown,
  mysql: () => require('node-sql-parser/build/mysql.js') as unknown,
  sqlite: () => require('node-sql-parser/build/sqlite.js') as unknown,
  generic: loadPostgres,
};

function loadSnowflake(): unknown {
  return require('node-sql-parser/build/snowflake.js') as unknown;
}

function loadPostgres(): unknown {
  return require('node-sql-parser/build/postgresql.js') as unknown;
}
