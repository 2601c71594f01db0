import { Worker } from 'node:worker_threads';
import { reason } from '#core/base';
import type { SqlAnswer, SqlStatement } from '#core/sql';
import type { SqlReader } from '#review';
import type { EngineName } from './engines.ts';
import { type Shape, shapeOf } from './shape.ts';
import type { WorkerAnswer, WorkerStatement } from './worker.ts';

/** How a reader works; the defaults suit a server. */
export interface SqlReaderOptions {
  /** Milliseconds that one statement may take in one engine. Default 5,000. */
  readonly timeout?: number;
  /** UTF-16 units that a statement may have. Default 1,048,576. */
  readonly maxLength?: number;
  /** Workers that may run at once. Default 2. */
  readonly workers?: number;
}

/** Statements that make a second worker worth its start (about 0.3 s of CPU). */
const worthAWorker = 400;
/** Characters of SQL whose answers are kept for the next review: some 6,000 models, and 130 MB of trees. */
const keptLength = 8_000_000;
/** Polyglot refuses deeper nesting and longer chains; it is not asked then. */
const polyglotLimits: Shape = { nesting: 31, setOperations: 511 };

/** A statement that waits for an answer; `keys` are all that asked for this text. */
interface Pending {
  readonly statement: WorkerStatement;
  readonly settle: (answer: SqlAnswer) => void;
}

/**
 * Parses SQL with outside engines in worker threads: @polyglot-sql/sdk first, node-sql-parser where it fails. A worker whose
 * engine trapped, overflowed or took too long is replaced. `close` ends the workers; a reader may be used again after it.
 */
export function createSqlReader(options: SqlReaderOptions = {}): SqlReader & { close(): Promise<void> } {
  const timeout = options.timeout ?? 5_000;
  const maxLength = options.maxLength ?? 1_048_576;
  const crews = Array.from({ length: options.workers ?? 2 }, () => new Crew(timeout));
  const kept = new Map<string, Promise<SqlAnswer>>();

  function ask(statement: SqlStatement, fresh: Pending[]): Promise<SqlAnswer> {
    const key = `${statement.dialect}\n${statement.sql}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    if (statement.sql.length > maxLength) return Promise.resolve(tooLong(statement.sql.length, maxLength));
    const answer = new Promise<SqlAnswer>((settle) => {
      const { sql, dialect } = statement;
      fresh.push({ statement: { index: fresh.length, sql, dialect, engines: enginesFor(sql) }, settle });
    });
    kept.set(key, answer);
    return answer;
  }

  return {
    async read(statements) {
      const fresh: Pending[] = [];
      const asked = statements.map((statement) => [statement.key, ask(statement, fresh)] as const);
      const share = fresh.length > worthAWorker ? Math.ceil(fresh.length / crews.length) : fresh.length;
      crews.forEach((crew, at) => crew.take(fresh.slice(at * share, (at + 1) * share)));
      const answers = new Map<string, SqlAnswer>();
      for (const [key, answer] of asked) answers.set(key, await answer);
      forget(kept);
      return answers;
    },
    async close() {
      await Promise.all(crews.map((crew) => crew.close()));
    },
  };
}

/** Drops the oldest answers until what is kept is within bounds. */
function forget(kept: Map<string, Promise<SqlAnswer>>): void {
  let length = 0;
  for (const key of kept.keys()) length += key.length;
  for (const key of kept.keys()) {
    if (length <= keptLength) return;
    kept.delete(key);
    length -= key.length;
  }
}

function enginesFor(sql: string): readonly EngineName[] {
  const { nesting, setOperations } = shapeOf(sql);
  const within = nesting <= polyglotLimits.nesting && setOperations <= polyglotLimits.setOperations;
  return within ? ['polyglot', 'node-sql-parser'] : ['node-sql-parser'];
}

function tooLong(length: number, maxLength: number): SqlAnswer {
  return {
    ok: false,
    reason: reason(
      'not-parsed',
      `the compiled SQL has ${length} characters, more than the ${maxLength} that are parsed`,
    ),
  };
}

function notParsed(why: readonly string[]): SqlAnswer {
  const remedy = 'check that the compiled SQL runs in the warehouse; if it does, report the statement';
  return {
    ok: false,
    reason: reason('not-parsed', `the compiled SQL could not be parsed (${why.join('; ')})`, remedy),
  };
}

/** One worker at a time, and the statements that it still owes an answer. */
class Crew {
  readonly #timeout: number;
  #worker: Worker | null = null;
  #queue: Pending[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  take(pending: readonly Pending[]): void {
    if (pending.length === 0) return;
    const idle = this.#queue.length === 0;
    this.#queue.push(...pending);
    if (idle) this.#start();
    else this.#post(pending);
  }

  async close(): Promise<void> {
    this.#disarm();
    for (const { settle } of this.#queue.splice(0)) settle(notParsed(['the reader was closed']));
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  /** Sends everything that is owed, to a worker that is ready for it. */
  #start(): void {
    if (this.#worker === null) {
      const worker = new Worker(new URL('./worker.ts', import.meta.url), {
        resourceLimits: { maxOldGenerationSizeMb: 1_024, stackSizeMb: 8 },
      });
      worker.on('message', (answer: WorkerAnswer) => this.#receive(answer));
      worker.on('error', (error) => this.#replace(worker, error instanceof Error ? error.message : String(error)));
      this.#worker = worker;
    }
    this.#worker.ref();
    this.#post(this.#queue);
    this.#arm();
  }

  #post(pending: readonly Pending[]): void {
    this.#worker?.postMessage(pending.map(({ statement }, index) => ({ ...statement, index })));
  }

  /** Answers come in the order of the questions. */
  #receive(answer: WorkerAnswer): void {
    if (!answer.ok && answer.broken) {
      this.#replace(this.#worker, answer.why.join('; '));
      return;
    }
    const pending = this.#queue.shift();
    pending?.settle(
      answer.ok ? { ok: true, query: JSON.parse(answer.tree) as never, engine: answer.engine } : notParsed(answer.why),
    );
    this.#disarm();
    if (this.#queue.length > 0) this.#arm();
    else this.#worker?.unref();
  }

  /** Ends a worker that can no longer be trusted; the statement it was at goes on with the engines that are left. */
  #replace(worker: Worker | null, why: string): void {
    if (worker === null || worker !== this.#worker) return;
    this.#worker = null;
    this.#disarm();
    void worker.terminate();
    const [first, ...rest] = this.#queue;
    if (first === undefined) return;
    const engines = first.statement.engines.slice(1);
    if (engines.length === 0) first.settle(notParsed([why]));
    this.#queue = engines.length === 0 ? rest : [{ ...first, statement: { ...first.statement, engines } }, ...rest];
    if (this.#queue.length > 0) this.#start();
  }

  #arm(): void {
    const worker = this.#worker;
    this.#timer = setTimeout(() => this.#replace(worker, `more than ${this.#timeout} ms`), this.#timeout);
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
