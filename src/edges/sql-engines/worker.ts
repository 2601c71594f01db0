import { setFlagsFromString } from 'node:v8';
import { parentPort } from 'node:worker_threads';
import type { Dialect } from '#core/sql';
import type { EngineName } from './engines.ts';

// The optimising compiler spends 0.9 s on the engine's large functions and earns that back after some 2,000 statements:
// code compiled during the first batch does without it (300 models: 0.5 s of CPU instead of 1.4 s).
const tiering = ['wasm-tier-up', 'wasm-dynamic-tiering'];
for (const flag of tiering) setFlagsFromString(`--no-${flag}`);
const { parseStatement } = await import('./parse-statement.ts');

/** A statement sent to a worker, with the engines that may be asked, in order. */
export interface WorkerStatement {
  readonly index: number;
  readonly sql: string;
  readonly dialect: Dialect;
  readonly engines: readonly EngineName[];
}

/** What a worker says of one statement. `tree` is the query as JSON: cheaper to move than the objects. */
export type WorkerAnswer =
  | { readonly index: number; readonly ok: true; readonly engine: EngineName; readonly tree: string }
  | { readonly index: number; readonly ok: false; readonly why: readonly string[]; readonly broken: boolean };

parentPort?.on('message', (statements: readonly WorkerStatement[]) => {
  for (const statement of statements) {
    const answer = answerOf(statement);
    parentPort?.postMessage(answer);
    // A broken engine must not see another statement; the reader replaces this worker and sends the rest again.
    if (!answer.ok && answer.broken) return;
  }
  for (const flag of tiering.splice(0)) setFlagsFromString(`--${flag}`);
});

function answerOf({ index, sql, dialect, engines }: WorkerStatement): WorkerAnswer {
  const why: string[] = [];
  for (const engine of engines) {
    const answer = parseStatement(engine, sql, dialect);
    if (answer.ok) return { index, ok: true, engine, tree: JSON.stringify(answer.query) };
    why.push(`${engine} at ${answer.why}`);
    if (answer.broken) return { index, ok: false, why, broken: true };
  }
  return { index, ok: false, why, broken: false };
}
