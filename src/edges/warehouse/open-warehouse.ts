import type { Reason } from '#core/base';
import { DeploymentError, reason } from '#core/base';
import type { Answer, CheckedStatement, DataQuestion, MeasuredColumn, Question, SqlWriter } from '#core/evidence';
import { dataKinds, toStatement } from '#core/evidence';
import { askPlan } from './ask-plan.ts';
import { bigquery } from './bigquery.ts';
import { databricks } from './databricks.ts';
import { duckdb } from './duckdb.ts';
import type { KeptAnswers } from './kept-answers.ts';
import { keptAnswers } from './kept-answers.ts';
import { postgres } from './postgres.ts';
import { redshift } from './redshift.ts';
import { snowflake } from './snowflake.ts';
import { trino } from './trino.ts';
import type { Connection, Driver, Had, Ran, Warehouse, WarehouseOptions } from './warehouse.ts';

/** Every kind of warehouse. */
const drivers: readonly Driver[] = [duckdb, postgres, redshift, snowflake, bigquery, databricks, trino];

const standardSeconds = 30;
const mostSeconds = 600;

/** Opens the warehouse of a URL. Throws DeploymentError for a URL of no known kind or with a wrong part; it is not repeated, it holds a password. */
export function openWarehouse(url: string, options: Partial<WarehouseOptions> = {}): Warehouse {
  const driver = drivers.find((one) => one.matches(url));
  if (driver === undefined) {
    const known = drivers.map(({ example }) => example).join(', ');
    throw new DeploymentError('unknown-warehouse', `WAREHOUSE_URL is of no known kind; known are: ${known}`);
  }
  const settings = { deadlineMilliseconds: deadlineIn(url), now: () => new Date(), ...options };
  const connection = driver.connect(url, settings);
  return warehouseOver(connection, { name: driver.name, now: settings.now });
}

/** The `timeout_seconds` of a URL: how long one question may take. A file has no such part. */
function deadlineIn(url: string): number {
  const written = duckdb.matches(url) ? null : (URL.parse(url)?.searchParams.get('timeout_seconds') ?? null);
  if (written === null) return standardSeconds * 1_000;
  const seconds = Number(written);
  if (/^\d{1,3}$/.test(written) && seconds >= 1 && seconds <= mostSeconds) return seconds * 1_000;
  throw new DeploymentError('warehouse-url', `WAREHOUSE_URL has a timeout_seconds that is not 1 to ${mostSeconds}`);
}

/** What answers over a connection: each question is written as one SELECT, checked, and sent; answers are kept a while. */
export function warehouseOver(
  connection: Connection,
  { name, now }: { readonly name: string; readonly now: () => Date },
): Warehouse {
  const inTurn = atMost(2);
  const kept = keptAnswers(now);
  return {
    kinds: dataKinds,
    answer: (question) => inTurn(() => answer(question, { connection, name, now, kept })),
    close: () => connection.close(),
  };
}

interface Asking {
  readonly connection: Connection;
  readonly name: string;
  readonly now: () => Date;
  readonly kept: KeptAnswers;
}

async function answer(question: Question, { connection, name, now, kept }: Asking): Promise<Answer> {
  if (question.kind === 'claims' || question.kind === 'counterexample')
    return unknown(reason('wrong-source', 'a warehouse answers questions on data only'));
  const known = kept.recall(question);
  if (known !== null) return known;
  const writer = await connection.writer();
  if ('code' in writer) return unknown(writer);
  const given = await answerOver(question, { connection, writer, had: { source: name, at: now().toISOString() } });
  if (given.known) kept.remember(question, given);
  return given;
}

async function answerOver(
  question: DataQuestion,
  { connection, writer, had }: { readonly connection: Connection; readonly writer: SqlWriter; readonly had: Had },
): Promise<Answer> {
  if (question.kind === 'plan') return askPlan(question, { connection, writer, had });
  const statement = toStatement(question, writer);
  if ('code' in statement) return unknown(statement);
  return toAnswer(question, statement, await connection.run(statement.sql), had);
}

function unknown(why: Reason): Answer {
  return { known: false, reason: why };
}

function toAnswer(question: DataQuestion, { figures: names }: CheckedStatement, ran: Ran, had: Had): Answer {
  if (!ran.ok) return unknown(ran.reason);
  const { figures, text, columns } = valuesIn(ran.row, names);
  if (!Object.values(figures).every((figure) => Number.isSafeInteger(figure) && figure >= 0)) {
    return unknown(reason('query-failed', 'the warehouse answered with something that is no count'));
  }
  const { kind } = question;
  if (kind === 'row-count') return { known: true, kind, rows: figures['rows'] ?? 0, ...had };
  const listed = kind === 'columns' ? { columns: columns.slice(0, figures['columns']) } : {};
  return { known: true, kind, figures, text, ...listed, ...had };
}

function valuesIn(row: readonly unknown[], names: CheckedStatement['figures']) {
  const figures: Record<string, number> = {};
  let text: string | null = null;
  const columns: MeasuredColumn[] = [];
  for (const [index, name] of names.entries()) {
    const value = row[index];
    if (name === 'column.name') columns.push({ name: toText(value), type: toText(row[index + 1]) });
    else if (name === 'column.type') continue;
    else if (name === 'text') text = typeof value === 'string' ? value.slice(0, 100) : null;
    else figures[name] = toCount(value);
  }
  return { figures, text, columns };
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 500) : '';
}

/** Some drivers give large numbers as text, or as decimals. */
function toCount(value: unknown): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  return typeof value === 'string' && /^\d{1,30}(\.0+)?$/.test(value) ? Number(value) : Number.NaN;
}

/** Runs tasks a few at a time, in the order in which they come: a deadline counts from a question's own start. */
function atMost(limit: number): <Value>(task: () => Promise<Value>) => Promise<Value> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
    try {
      return await task();
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
}
