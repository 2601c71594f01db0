import { createRequire } from 'node:module';
import type { Dialect } from '#core/sql';
import { list, record } from './build.ts';
import { type Engine, messageOf } from './engine.ts';
import { nodeSqlParserTree } from './node-sql-parser-tree.ts';

const require = createRequire(import.meta.url);

/** The engine's builds that are used, each loaded when it is first needed. */
const builds = {
  athena: () => require('node-sql-parser/build/athena.js') as unknown,
  bigquery: () => require('node-sql-parser/build/bigquery.js') as unknown,
  mysql: () => require('node-sql-parser/build/mysql.js') as unknown,
  postgresql: () => require('node-sql-parser/build/postgresql.js') as unknown,
  redshift: () => require('node-sql-parser/build/redshift.js') as unknown,
  snowflake: () => require('node-sql-parser/build/snowflake.js') as unknown,
  sqlite: () => require('node-sql-parser/build/sqlite.js') as unknown,
  transactsql: () => require('node-sql-parser/build/transactsql.js') as unknown,
};

type Build = keyof typeof builds;

/** Which build reads each dialect best, measured on real dbt SQL; null where none does. */
const buildOf: Readonly<Record<Dialect, Build | null>> = {
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

interface SqlParser {
  astify(sql: string): unknown;
}

/** Parsers, one a build. */
const parsers = new Map<Build, SqlParser>();

/** node-sql-parser: no WebAssembly, slower, and it takes the deepest nesting. */
export const nodeSqlParser: Engine = {
  prepare: () => Promise.resolve(),
  broken: () => false,
  parse(sql, dialect) {
    const build = buildOf[dialect];
    if (build === null) return { ok: false, why: `does not read ${dialect}`, broken: false };
    const parser = parsers.get(build) ?? newParser(build);
    parsers.set(build, parser);
    let ast: unknown;
    try {
      ast = parser.astify(sql);
    } catch (error) {
      const start = record(record(record(error)?.['location'])?.['start']);
      if (start === null) throw error;
      const found = /but (.*) found\.$/s.exec(messageOf(error))?.[1] ?? 'text';
      const why = `${String(start['line'])}:${String(start['column'])}: unexpected ${found}`;
      return { ok: false, why, broken: false };
    }
    const statements = list(Array.isArray(ast) ? ast : [ast]);
    return { ok: true, query: nodeSqlParserTree(statements.length === 1 ? statements[0] : statements, dialect) };
  },
};

function newParser(build: Build): SqlParser {
  const { Parser } = builds[build]() as { readonly Parser: new () => SqlParser };
  return new Parser();
}
