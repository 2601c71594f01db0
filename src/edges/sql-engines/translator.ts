import { Worker } from 'node:worker_threads';
import type { Reason } from '#core/base';
import { reason } from '#core/base';
import type { Dialect } from '#core/sql';
import { shapeOf } from './shape.ts';
import type { ToTranslate, TranslateMessage } from './translate-worker.ts';

/** Writes SQL of one dialect in DuckDB's words. */
export interface Translator {
  /** Never throws; ends within four seconds, the first start of the worker aside. */
  toDuckdb(sql: string, dialect: Dialect): Promise<string | Reason>;
  close(): Promise<void>;
}

const timeout = 4_000;
/** A busy machine is no fault of the statement that waits for the worker's start. */
const startLimit = 60_000;
const longest = 200_000;
const mostNesting = 31;
const mostSetOperations = 511;

/**
 * Translates in a worker of its own, one statement after the other. The worker is started at the first statement and replaced
 * after each failure that may have left the engine unsound.
 */
export function createTranslator(): Translator {
  let worker: Worker | null = null;
  let last: Promise<unknown> = Promise.resolve();

  async function translate(sql: string, dialect: Dialect): Promise<string | Reason> {
    const { nesting, setOperations } = shapeOf(sql);
    if (sql.length > longest || nesting > mostNesting || setOperations > mostSetOperations)
      return notTranslated('the statement is too long or too deeply nested');
    worker ??= start();
    const answer = await ask(worker, { sql, dialect });
    if ('sql' in answer) return answer.sql;
    // What an engine refuses it refuses soundly; all else may have left it broken.
    if (!answer.sound) {
      const broken = worker;
      worker = null;
      await broken.terminate();
    }
    return notTranslated(answer.why);
  }

  return {
    async toDuckdb(sql, dialect) {
      if (dialect === 'duckdb') return sql;
      const mine = last.then(() => translate(sql, dialect));
      last = mine;
      return mine;
    },
    async close() {
      await last;
      await worker?.terminate();
      worker = null;
    },
  };
}

function start(): Worker {
  const worker = new Worker(new URL('./translate-worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: 512, stackSizeMb: 8 },
  });
  // One that dies while nobody waits is found out by who asks next.
  return worker.on('error', () => undefined);
}

type Answered = { readonly sql: string } | { readonly why: string; readonly sound: boolean };

const started = new WeakSet<Worker>();

function ask(worker: Worker, statement: ToTranslate): Promise<Answered> {
  return new Promise((resolve) => {
    let timer = setTimeout(late, started.has(worker) ? timeout : startLimit);
    function end(answer: Answered): void {
      clearTimeout(timer);
      worker.off('message', hear).off('error', fail);
      worker.unref();
      resolve(answer);
    }
    function late(): void {
      end({ why: `it took more than ${timeout / 1_000} s`, sound: false });
    }
    function fail(error: unknown): void {
      end({ why: error instanceof Error ? error.message : String(error), sound: false });
    }
    function hear(message: TranslateMessage): void {
      if (message.kind === 'ready') {
        started.add(worker);
        clearTimeout(timer);
        timer = setTimeout(late, timeout);
      } else if (message.ok) end({ sql: message.sql });
      else end({ why: message.why, sound: !message.why.startsWith('WASM ') });
    }
    worker.ref();
    worker.on('message', hear).on('error', fail);
    worker.postMessage(statement);
  });
}

function notTranslated(why: string): Reason {
  return reason('not-translated', `the SQL could not be put into DuckDB's words (${why})`);
}
