import { DeploymentError, reason } from '#core/base';
import type { Answer, Question } from '#core/evidence';
import { duckdb } from './duckdb.ts';
import { postgres } from './postgres.ts';
import { parseRelation } from './relation.ts';
import type { Connection, Driver, Warehouse, WarehouseOptions } from './warehouse.ts';

/** Every kind of warehouse. */
const drivers: readonly Driver[] = [duckdb, postgres];

/** Opens the warehouse of a URL. Throws DeploymentError for a URL of no known kind; the URL is not repeated, it holds a password. */
export function openWarehouse(url: string, options: Partial<WarehouseOptions> = {}): Warehouse {
  const driver = drivers.find((one) => one.matches(url));
  if (driver === undefined) {
    const known = drivers.map(({ example }) => example).join(', ');
    throw new DeploymentError('unknown-warehouse', `WAREHOUSE_URL is of no known kind; known are: ${known}`);
  }
  const settings = { deadlineMilliseconds: 30_000, now: () => new Date(), ...options };
  const connection = driver.connect(url, settings);
  const inTurn = atMost(2);
  return {
    kinds: ['row-count'],
    answer: (question) => inTurn(() => answer(connection, question, { name: driver.name, now: settings.now })),
    close: () => connection.close(),
  };
}

async function answer(
  connection: Connection,
  question: Question,
  { name, now }: { readonly name: string; readonly now: () => Date },
): Promise<Answer> {
  if (question.kind !== 'row-count') {
    return { known: false, reason: reason('wrong-source', 'a warehouse only counts rows') };
  }
  const relation = parseRelation(question.relation);
  if (relation === null) {
    return { known: false, reason: reason('bad-relation', 'the relation’s name cannot be taken apart') };
  }
  const count = await connection.count(relation);
  if (!count.ok) return { known: false, reason: count.reason };
  if (!Number.isSafeInteger(count.rows))
    return { known: false, reason: reason('query-failed', 'the count is not a number') };
  return { known: true, kind: 'row-count', rows: count.rows, source: name, at: now().toISOString() };
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
