import { type DialectInput, init, Parser } from '@guanmingchiu/sqlparser-ts';
import type { Dialect } from '#core/sql';
import { type Engine, messageOf } from './engine.ts';
import { sqlparserTree } from './sqlparser-tree.ts';

/** Which of the engine's dialects reads each of ours best. Its own postgresql doubles its time with each nested call; it has no trino. */
const dialects: Readonly<Record<Dialect, DialectInput>> = {
  snowflake: 'snowflake',
  bigquery: 'bigquery',
  postgres: 'redshift',
  redshift: 'redshift',
  duckdb: 'duckdb',
  databricks: 'databricks',
  spark: 'spark',
  trino: 'generic',
  athena: 'generic',
  clickhouse: 'clickhouse',
  tsql: 'mssql',
  mysql: 'mysql',
  sqlite: 'sqlite',
  generic: 'generic',
};

/** @guanmingchiu/sqlparser-ts, the parser of Apache DataFusion. Its JSON keeps types that its objects lose. */
export const sqlparser: Engine = {
  prepare: init,
  broken: (error) => error instanceof RangeError || /unreachable|memory access|stack/i.test(messageOf(error)),
  parse(sql, dialect) {
    let ast: unknown;
    try {
      ast = JSON.parse(Parser.parseToJson(sql, dialects[dialect]));
    } catch (error) {
      const found = /^sql parser error: (.*?)(?: at Line: (\d+), Column: (\d+))?$/s.exec(messageOf(error));
      if (found === null) throw error;
      const [, what = '', line, column] = found;
      const why = line === undefined ? what : `${line}:${column ?? ''}: ${what}`;
      return { ok: false, why, broken: false };
    }
    return { ok: true, query: sqlparserTree(ast, sql, dialect) };
  },
};
