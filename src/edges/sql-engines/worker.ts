import { parentPort } from 'node:worker_threads';
import { type Dialect, differencesOf, type Query } from '#core/sql';
import { type EngineName, engineOrder } from './engines.ts';
import { parseStatement, prepareEngine } from './parse-statement.ts';

/** Characters of a statement that may be read twice. */
const longestComparedTwice = 20_000;

/** A statement sent to a worker, with the engines that may be asked, in order. */
export interface WorkerStatement {
  readonly index: number;
  readonly sql: string;
  readonly dialect: Dialect;
  readonly engines: readonly EngineName[];
}

/** Another engine's reading of the statement that is not the same. */
export interface OtherReading {
  readonly engine: EngineName;
  readonly parts: readonly string[];
}

/** What a worker says of one statement. `tree` is the query as JSON: cheaper to move than the objects. */
export type WorkerAnswer =
  | { readonly kind: 'parsed'; readonly engine: EngineName; readonly tree: string; readonly other?: OtherReading }
  | { readonly kind: 'failed'; readonly why: string; readonly broken: boolean };

/**
 * `next-engine`: the statement's first engine has failed, the next one is at it. Between `starting` and `ready` an engine is
 * being compiled, for which no statement is to blame.
 */
export type WorkerMessage =
  | WorkerAnswer
  | { readonly kind: 'starting' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'next-engine'; readonly why: string };

const prepared = new Set<EngineName>();
/** Statements are read in the order in which they come. */
let last = makeReady(engineOrder[0]);

parentPort?.on('message', (statements: readonly WorkerStatement[]) => {
  last = last.then(() => answerAll(statements));
});

function say(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

async function makeReady(engine: EngineName): Promise<void> {
  if (prepared.has(engine)) return;
  say({ kind: 'starting' });
  await prepareEngine(engine);
  prepared.add(engine);
  say({ kind: 'ready' });
}

async function answerAll(statements: readonly WorkerStatement[]): Promise<void> {
  for (const statement of statements) {
    const answer = await answerOf(statement);
    say(answer);
    // A broken engine must not see another statement; the reader replaces this worker and sends the rest again.
    if (answer.kind === 'failed' && answer.broken) return;
  }
}

async function answerOf(statement: WorkerStatement): Promise<WorkerAnswer> {
  const { sql, dialect, engines } = statement;
  for (const [at, engine] of engines.entries()) {
    await makeReady(engine);
    const answer = parseStatement(engine, sql, dialect);
    if (answer.ok) {
      const parsed = { kind: 'parsed', engine, tree: JSON.stringify(answer.query) } as const;
      const other = engine === engineOrder[0] ? null : otherReading(answer.query, statement, at + 1);
      return other === null ? parsed : { ...parsed, other };
    }
    const why = `${engine} at ${answer.why}`;
    if (answer.broken || at === engines.length - 1) return { kind: 'failed', why, broken: answer.broken };
    say({ kind: 'next-engine', why });
  }
  return { kind: 'failed', why: 'no engine was asked', broken: false };
}

/**
 * What the first engine refused is read a second time by an engine behind the one that took it: unusual SQL is where
 * engines err. A long statement is not: what is left of its time may not be enough.
 */
function otherReading(query: Query, { sql, dialect, engines }: WorkerStatement, from: number): OtherReading | null {
  if (sql.length > longestComparedTwice) return null;
  for (const engine of engines.slice(from)) {
    const answer = parseStatement(engine, sql, dialect);
    if (!answer.ok) continue;
    const parts = differencesOf(query, answer.query);
    return parts.length === 0 ? null : { engine, parts };
  }
  return null;
}
