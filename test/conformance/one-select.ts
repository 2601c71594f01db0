// Asks every kind of warehouse hostile questions, and holds each statement that reaches a driver, or a service's double, against the
// grammar of one SELECT in its dialect. Of each dialect 300 are also read by the SQL engines, which know nothing of that grammar.
//
//   npm run conformance:one-select [-- --attempts N]
//
// `--attempts` of each, 5,000 unless told. Exit 1 when a statement is not one SELECT, or an engine does not read it.

import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { type DataQuestion, sqlWriter, toOneSelect } from '#core/evidence';
import type { Dialect } from '#core/sql';
import { createSqlReader } from '#edges/sql-engines';
import { openWarehouse, type Warehouse } from '#edges/warehouse';
import { warehouseOver } from '../../src/edges/warehouse/open-warehouse.ts';
import { anyQuestion } from '../support/any-question.ts';
import { startEngine } from '../support/warehouses/engine.ts';
import {
  type ServiceDouble,
  secret,
  startBigQuery,
  startDatabricks,
  startSnowflake,
  startTrino,
} from '../support/warehouses/services.ts';

const { values } = parseArgs({ options: { attempts: { type: 'string', default: '5000' } } });
const attempts = Number(values.attempts);
const mostRead = 300;
const reader = createSqlReader({ workers: 1 });
let faults = 0;

for (const dialect of ['duckdb', 'postgres', 'redshift', 'snowflake', 'bigquery', 'databricks', 'trino'] as const) {
  const sent: string[] = [];
  const connection = {
    writer: () => Promise.resolve(sqlWriter(dialect)),
    run: (sql: string) => {
      sent.push(sql);
      return Promise.resolve({ ok: true, row: Array.from({ length: 30 }, () => 1) } as const);
    },
    explain: () => Promise.reject(new Error('no plan was asked for')),
    close: () => Promise.resolve(),
  };
  await askAll([warehouseOver(connection, { name: dialect, now: () => new Date(0) })]);
  tell(`the driver's side, ${dialect}`, dialect, sent);
  await readAgain(dialect, sent);
}

const engine = await startEngine();
const services: readonly (readonly [Dialect, () => Promise<ServiceDouble>, (endpoint: string) => string])[] = [
  [
    'snowflake',
    () => startSnowflake(engine, () => true),
    (endpoint) => `snowflake://reader:${secret}@org-account?endpoint=${endpoint}`,
  ],
  ['bigquery', () => startBigQuery(engine), (endpoint) => `bigquery://token:${secret}@shop-prod?endpoint=${endpoint}`],
  [
    'databricks',
    () => startDatabricks(engine),
    (endpoint) => `databricks://token:${secret}@host/id?endpoint=${endpoint}`,
  ],
  ['trino', () => startTrino(engine), (endpoint) => `trino://reader:${secret}@host?endpoint=${endpoint}`],
];
for (const [dialect, start, urlOf] of services) {
  const double = await start();
  const warehouses = Array.from({ length: 10 }, () => openWarehouse(urlOf(double.url)));
  await askAll(warehouses);
  tell(`what arrives at the service, ${dialect}`, dialect, double.statements);
  await double.close();
}
engine.close();
await reader.close();
process.exitCode = faults === 0 ? 0 : 1;

async function askAll(warehouses: readonly Warehouse[]): Promise<void> {
  const questions: DataQuestion[] = fc.sample(anyQuestion, { numRuns: attempts, seed: 7 });
  await Promise.all(
    questions.map(async (question, index) => {
      await warehouses[index % warehouses.length]?.answer(question);
    }),
  );
}

function tell(what: string, dialect: Dialect, sent: readonly string[]): void {
  const wrong = sent.filter((sql) => toOneSelect(sql, dialect) !== sql);
  for (const sql of wrong.slice(0, 3)) console.log(`NOT ONE SELECT: ${sql}`);
  faults += wrong.length + (sent.length === 0 ? 1 : 0);
  console.log(`${what}: ${attempts} questions, ${sent.length} statements, ${wrong.length} not one SELECT`);
}

async function readAgain(dialect: Dialect, sent: readonly string[]): Promise<void> {
  const statements = [...new Set(sent)].slice(0, mostRead).map((sql, index) => ({ key: String(index), sql, dialect }));
  const answers = await reader.read(statements);
  const unread = statements.filter(({ key }) => answers.get(key)?.ok !== true);
  for (const { key, sql } of unread.slice(0, 3)) {
    const answer = answers.get(key);
    console.log(`NOT READ (${answer?.ok === false ? answer.reason.text : 'no answer'}): ${sql}`);
  }
  faults += unread.length;
  console.log(`  read by the engines in ${dialect}: ${statements.length - unread.length} of ${statements.length}`);
}
