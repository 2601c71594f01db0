import { Dialect as PolyglotDialect, parse } from '@polyglot-sql/sdk';
import type { Dialect } from '#core/sql';
import { record, text } from './build.ts';
import type { Engine } from './engine.ts';
import { polyglotTree } from './polyglot-tree.ts';

const dialects: Readonly<Record<Dialect, PolyglotDialect>> = {
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

/** @polyglot-sql/sdk, of which only `parse` is used: its analysis and its generator are not reliable. */
export const polyglot: Engine = {
  prepare: () => Promise.resolve(),
  broken: (error) => error instanceof RangeError,
  parse(sql, dialect) {
    const answer = record(parse(sql, dialects[dialect]));
    if (answer?.['success'] === true) return { ok: true, query: polyglotTree(answer['ast'], sql, dialect) };
    const message = text(answer?.['error']) ?? 'no reason given';
    if (message.startsWith('WASM ')) return { ok: false, why: message, broken: true };
    const start = answer?.['errorStart'];
    const what = message
      .replace(/^(?:Parse|Tokenization) error at line \d+, column \d+: /, '')
      .replace(/ near \[[\s\S]*$/, '');
    const known = typeof start === 'number' && (start > 0 || Number(answer?.['errorLine']) > 0);
    return { ok: false, why: known ? `${placeOf(sql, utf16(sql, start))}: ${what}` : what, broken: false };
  },
};

function utf16(sql: string, codePoints: number): number {
  let offset = 0;
  let left = codePoints;
  for (const character of sql) {
    if (left-- <= 0) break;
    offset += character.length;
  }
  return offset;
}

/** `line:column`, both 1-based, of an offset. */
function placeOf(sql: string, offset: number): string {
  const before = sql.slice(0, offset).split('\n');
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}
