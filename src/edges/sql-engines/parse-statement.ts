import type { Dialect } from '#core/sql';
import { type Engine, type EngineAnswer, messageOf } from './engine.ts';
import type { EngineName } from './engines.ts';
import { nodeSqlParser } from './node-sql-parser.ts';
import { polyglot } from './polyglot.ts';
import { sqlparser } from './sqlparser.ts';

const engines: Readonly<Record<EngineName, Engine>> = {
  polyglot,
  'sqlparser-ts': sqlparser,
  'node-sql-parser': nodeSqlParser,
};

/** Makes an engine ready; `parseStatement` may be called with it after that. */
export async function prepareEngine(engine: EngineName): Promise<void> {
  await engines[engine].prepare();
}

/** Parses `sql` with one engine. Never throws. */
export function parseStatement(engine: EngineName, sql: string, dialect: Dialect): EngineAnswer {
  try {
    return engines[engine].parse(sql, dialect);
  } catch (error) {
    return { ok: false, why: messageOf(error), broken: engines[engine].broken(error) };
  }
}
