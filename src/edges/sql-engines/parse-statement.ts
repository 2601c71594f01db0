import { createRequire } from 'node:module';
import { parse as polyglotParse } from '@polyglot-sql/sdk';
import type { Dialect, Query } from '#core/sql';
import { list, record, text } from './build.ts';
import { type EngineName, nodeSqlParserBuilds, polyglotDialects } from './engines.ts';
import { nodeSqlParserTree } from './node-sql-parser-tree.ts';
import { polyglotTree } from './polyglot-tree.ts';

/** One engine's answer. `broken` says that the engine must not be used again: its memory is no longer sound. */
export type EngineAnswer =
  | { readonly ok: true; readonly query: Query }
  | { readonly ok: false; readonly why: string; readonly broken: boolean };

const require = createRequire(import.meta.url);
const builds = new Map<string, unknown>();

/** Parses `sql` with one engine. Never throws. */
export function parseStatement(engine: EngineName, sql: string, dialect: Dialect): EngineAnswer {
  try {
    return engine === 'polyglot' ? withPolyglot(sql, dialect) : withNodeSqlParser(sql, dialect);
  } catch (error) {
    return { ok: false, why: messageOf(error), broken: error instanceof RangeError && engine === 'polyglot' };
  }
}

function withPolyglot(sql: string, dialect: Dialect): EngineAnswer {
  const answer = record(polyglotParse(sql, polyglotDialects[dialect]));
  if (answer?.['success'] === true) return { ok: true, query: polyglotTree(answer['ast'], sql, dialect) };
  const message = text(answer?.['error']) ?? 'no reason given';
  if (message.startsWith('WASM ')) return { ok: false, why: message, broken: true };
  const start = answer?.['errorStart'];
  const what = message
    .replace(/^(?:Parse|Tokenization) error at line \d+, column \d+: /, '')
    .replace(/ near \[[\s\S]*$/, '');
  const known = typeof start === 'number' && (start > 0 || Number(answer?.['errorLine']) > 0);
  return { ok: false, why: known ? `${placeOf(sql, utf16(sql, start))}: ${what}` : what, broken: false };
}

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

function withNodeSqlParser(sql: string, dialect: Dialect): EngineAnswer {
  const build = nodeSqlParserBuilds[dialect];
  if (build === null) return { ok: false, why: `node-sql-parser does not read ${dialect}`, broken: false };
  const parser = builds.get(build) ?? load(build);
  builds.set(build, parser);
  try {
    const ast = (parser as { astify(sql: string): unknown }).astify(sql);
    const statements = list(Array.isArray(ast) ? ast : [ast]);
    return { ok: true, query: nodeSqlParserTree(statements.length === 1 ? statements[0] : statements, dialect) };
  } catch (error) {
    const start = record(record(record(error)?.['location'])?.['start']);
    if (start === null) throw error;
    const found = /but (.*) found\.$/s.exec(messageOf(error))?.[1] ?? 'text';
    return {
      ok: false,
      why: `${String(start['line'])}:${String(start['column'])}: unexpected ${found}`,
      broken: false,
    };
  }
}

function load(build: string): unknown {
  const loaded = require(`node-sql-parser/build/${build}.js`) as { readonly Parser: new () => unknown };
  return new loaded.Parser();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
