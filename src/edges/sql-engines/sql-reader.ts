import { Worker } from 'node:worker_threads';
import { reason } from '#core/base';
import type { Dialect, SqlAnswer, SqlStatement } from '#core/sql';
import type { SqlReader } from '#review';
import { enginesFor } from './engines.ts';
import type { WorkerAnswer, WorkerMessage, WorkerStatement } from './worker.ts';

/** A statement that `engine` answered and `other` reads otherwise: in `parts` of tables, columns and sets. */
export interface ReadDifferently {
  readonly dialect: Dialect;
  readonly engine: string;
  readonly other: string;
  readonly parts: readonly string[];
}

/** How a reader works; the defaults suit a server. */
export interface SqlReaderOptions {
  /**
   * Milliseconds that one statement may take, shared among the engines that are left; the start of a worker that is replaced
   * on its account is part of it, the first start is not. Default 4,000, so that no statement takes 5 s.
   */
  readonly timeout?: number;
  /** UTF-16 units that a statement may have. Default 1,048,576. */
  readonly maxLength?: number;
  /** Workers that may run at once. Default 2. */
  readonly workers?: number;
  /** Told of each statement that two engines read differently. */
  readonly onDifference?: (difference: ReadDifferently) => void;
}

/** Milliseconds in which a worker must have started: a busy machine is no fault of the statement that waits. */
const startLimit = 60_000;
/** Statements that make a second worker worth its start (about 0.3 s of CPU). */
const worthAWorker = 400;
/** A statement that waits for an answer. */
interface Pending {
  /** With the engines that are left. */
  readonly statement: WorkerStatement;
  readonly settle: (answer: SqlAnswer) => void;
  /** Milliseconds that it has had. */
  readonly spent: number;
  /** Why engines have not taken it. */
  readonly why: readonly string[];
}

/**
 * Parses SQL with outside engines in worker threads: @polyglot-sql/sdk first, sqlparser-ts where it
 * fails, node-sql-parser where that fails too. A worker whose
 * engine trapped, overflowed or took too long is replaced. `close` ends the workers; a reader may be used again after it.
 */
export function createSqlReader(options: SqlReaderOptions = {}): SqlReader & { close(): Promise<void> } {
  const timeout = options.timeout ?? 4_000;
  const maxLength = options.maxLength ?? 1_048_576;
  const crews = Array.from({ length: options.workers ?? 2 }, () => new Crew(timeout, options.onDifference));

  function ask(statement: SqlStatement, fresh: Pending[]): Promise<SqlAnswer> {
    if (statement.sql.length > maxLength) return Promise.resolve(tooLong(statement.sql.length, maxLength));
    return new Promise<SqlAnswer>((settle) => {
      const { sql, dialect } = statement;
      fresh.push({
        statement: { index: fresh.length, sql, dialect, engines: enginesFor(sql, dialect) },
        settle,
        spent: 0,
        why: [],
      });
    });
  }

  return {
    async read(statements) {
      const fresh: Pending[] = [];
      const asked = new Map<string, Promise<SqlAnswer>>();
      for (const statement of statements) {
        const text = textOf(statement);
        if (!asked.has(text)) asked.set(text, ask(statement, fresh));
      }
      const share = fresh.length > worthAWorker ? Math.ceil(fresh.length / crews.length) : fresh.length;
      crews.forEach((crew, at) => crew.take(fresh.slice(at * share, (at + 1) * share)));
      const answers = new Map<string, SqlAnswer>();
      for (const statement of statements) {
        const answer = await asked.get(textOf(statement));
        if (answer !== undefined) answers.set(statement.key, answer);
      }
      return answers;
    },
    async close() {
      await Promise.all(crews.map((crew) => crew.close()));
    },
  };
}

/** Statements of one text and dialect get one answer. */
function textOf({ dialect, sql }: SqlStatement): string {
  return `${dialect}\n${sql}`;
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
  readonly #onDifference: SqlReaderOptions['onDifference'];
  #worker: Worker | null = null;
  /** Whether the worker has started, and the engine too that it is at. */
  #ready = false;
  #queue: Pending[] = [];
  #timer: NodeJS.Timeout | null = null;
  #armedAt = 0;

  constructor(timeout: number, onDifference: SqlReaderOptions['onDifference']) {
    this.#timeout = timeout;
    this.#onDifference = onDifference;
  }

  take(pending: readonly Pending[]): void {
    const askable = pending.filter(({ statement, settle }) => {
      if (statement.engines.length === 0)
        settle(notParsed(['nested more deeply, or of more members, than any engine takes']));
      return statement.engines.length > 0;
    });
    if (askable.length === 0) return;
    const idle = this.#queue.length === 0;
    this.#queue.push(...askable);
    if (idle) this.#start();
    else this.#post(askable);
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
      worker.on('message', (message: WorkerMessage) => this.#receive(message));
      worker.on('error', (error) => this.#replace(worker, error instanceof Error ? error.message : String(error)));
      this.#worker = worker;
      this.#ready = false;
    }
    this.#worker.ref();
    this.#post(this.#queue);
    this.#arm();
  }

  #post(pending: readonly Pending[]): void {
    this.#worker?.postMessage(pending.map(({ statement }, index) => ({ ...statement, index })));
  }

  /** Answers come in the order of the questions. */
  #receive(message: WorkerMessage): void {
    this.#disarm();
    this.#countStart();
    if (message.kind === 'ready') this.#ready = true;
    else if (message.kind === 'starting') this.#ready = false;
    else if (message.kind === 'next-engine') this.#passOn(message.why);
    else if (!this.#answer(message)) return;
    if (this.#queue.length > 0) this.#arm();
    else this.#worker?.unref();
  }

  /** A start is on the account of the statement that a worker or an engine has failed before. */
  #countStart(): void {
    const [first, ...rest] = this.#queue;
    if (this.#ready || first === undefined || first.spent === 0) return;
    this.#queue = [{ ...first, spent: first.spent + performance.now() - this.#armedAt }, ...rest];
  }

  /** Notes that the worker has gone on to the next engine. */
  #passOn(why: string): void {
    const [first, ...rest] = this.#queue;
    if (first !== undefined) this.#queue = [withoutEngine(first, why, performance.now() - this.#armedAt), ...rest];
  }

  /** Settles the statement; false when the worker had to be replaced instead. */
  #answer(answer: WorkerAnswer): boolean {
    if (answer.kind === 'failed' && answer.broken) {
      this.#replace(this.#worker, answer.why);
      return false;
    }
    const pending = this.#queue.shift();
    if (answer.kind === 'failed') pending?.settle(notParsed([...pending.why, answer.why]));
    else if (pending !== undefined) this.#settle(pending, answer);
    return true;
  }

  #settle({ statement, settle }: Pending, { engine, tree, other }: Extract<WorkerAnswer, { kind: 'parsed' }>): void {
    const answer = { ok: true, query: JSON.parse(tree) as never, engine } as const;
    settle(other === undefined ? answer : { ...answer, readDifferently: other });
    if (other === undefined) return;
    this.#onDifference?.({ dialect: statement.dialect, engine, other: other.engine, parts: other.parts });
  }

  /** Ends a worker that can no longer be trusted; the statement it was at goes on with the engines that are left. */
  #replace(worker: Worker | null, why: string): void {
    if (worker === null || worker !== this.#worker) return;
    this.#worker = null;
    this.#disarm();
    void worker.terminate();
    const [first, ...rest] = this.#queue;
    if (first === undefined) return;
    const left = withoutEngine(first, why, performance.now() - this.#armedAt);
    const given = left.statement.engines.length === 0 || left.spent >= this.#timeout;
    if (given) first.settle(notParsed(left.why));
    this.#queue = given ? rest : [left, ...rest];
    if (this.#queue.length > 0) this.#start();
  }

  /** Gives the engine that is at work its share of the time that the statement has left; a worker that starts is waited for. */
  #arm(): void {
    const worker = this.#worker;
    const [first] = this.#queue;
    if (first === undefined) return;
    const left = Math.max(1, this.#timeout - first.spent);
    const share = this.#ready ? Math.ceil(left / first.statement.engines.length) : startLimit;
    const engine = first.statement.engines[0] ?? 'the engine';
    this.#armedAt = performance.now();
    this.#timer = setTimeout(() => this.#replace(worker, `${engine}: more than ${share} ms`), share);
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

function withoutEngine(pending: Pending, why: string, spent: number): Pending {
  const { statement } = pending;
  return {
    ...pending,
    statement: { ...statement, engines: statement.engines.slice(1) },
    spent: pending.spent + spent,
    why: [...pending.why, why],
  };
}
