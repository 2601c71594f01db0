import { readFile } from 'node:fs/promises';
import type * as sdk from '@polyglot-sql/sdk';
import * as manual from '@polyglot-sql/sdk/manual';
import type { Dialect } from '#core/sql';
import { record, text } from './build.ts';
import type { Engine } from './engine.ts';
import { polyglotTree } from './polyglot-tree.ts';

// The types of this entry point lead nowhere; it exports what the main one does.
const { Dialect: PolyglotDialect, parse, transpile } = manual as unknown as typeof sdk;

const dialects: Readonly<Record<Dialect, string>> = {
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

/**
 * @polyglot-sql/sdk, of which reviews use only `parse`: its analysis and its generator are not reliable. What `toDuckdb` writes is
 * only ever run on made-up rows.
 */
export const polyglot: Engine = {
  async prepare() {
    if (manual.isInitialized()) return;
    // By itself the package compiles while it still reads, which takes V8 down now and then ("unreachable code", where it
    // validates a function). What is not an address, its loader hands to WebAssembly as it is.
    const bytes = await readFile(new URL(import.meta.resolve('@polyglot-sql/sdk/polyglot_sql.wasm')));
    await manual.init({ wasmUrl: bytes as never });
  },
  broken: (error) => error instanceof RangeError,
  parse(sql, dialect) {
    const answer = record(parse(sql, dialects[dialect] as never));
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

/** One statement in DuckDB's words, or why there is none. The engine must be prepared; may throw. */
export function toDuckdb(sql: string, dialect: Dialect): Translation {
  const answer = record(
    transpile(sql, dialects[dialect] as never, PolyglotDialect.DuckDB, { unsupportedLevel: 'raise' as never }),
  );
  const written = Array.isArray(answer?.['sql']) ? (answer['sql'] as readonly unknown[]) : [];
  if (answer?.['success'] === true && written.length === 1 && typeof written[0] === 'string')
    return { ok: true, sql: written[0] };
  return { ok: false, why: text(answer?.['error']) ?? `${written.length} statements instead of one` };
}

/** A statement in another dialect's words, or why there is none. */
export type Translation = { readonly ok: true; readonly sql: string } | { readonly ok: false; readonly why: string };

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
