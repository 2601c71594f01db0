import { createRequire } from 'node:module';
import type { Dialect } from '#core/sql';
import { list, record } from './build.ts';
import { type Engine, messageOf } from './engine.ts';
import { nodeSqlParserTree } from './node-sql-parser-tree.ts';

const require = createRequire(import.meta.url);

/** Which of the engine's builds reads each dialect best, measured on real dbt SQL; null where none does. */
const builds: Readonly<Record<Dialect, string | null>> = {
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

/** Parsers, one a build, each loaded when it is first needed. */
const parsers = new Map<string, SqlParser>();

/** node-sql-parser: no WebAssembly, slower, and it takes the deepest nesting. */
export const nodeSqlParser: Engine = {
  prepare: () => Promise.resolve(),
  broken: () => false,
  parse(sql, dialect) {
    const build = builds[dialect];
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

function newParser(build: string): SqlParser {
  const { Parser } = require(`node-sql-parser/build/${build}.js`) as { readonly Parser: new () => SqlParser };
  return new Parser();
}
