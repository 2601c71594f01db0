import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from '@jest/globals';
import { openWarehouse } from '#edges/warehouse';
import { describeWarehouse, question } from './contract.ts';
import { twoBuilds } from './two-builds.ts';

const folder = mkdtempSync(join(tmpdir(), 'weirkeeper-duckdb-'));
const path = join(folder, 'shop-prod.duckdb');

async function run(statements: readonly string[]): Promise<readonly (readonly unknown[])[]> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  let rows: readonly (readonly unknown[])[] = [];
  for (const statement of statements) rows = (await connection.runAndReadAll(statement)).getRows();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

describeWarehouse({
  name: 'DuckDB',
  async prepare() {
    await run([
      'create schema shop',
      'create table shop.orders as select * from range(3)',
      'create table shop.empty (id int)',
      'create table shop."Odd ""Name" as select 1 as id',
      ...twoBuilds,
      'create view shop.slow as select a.range from range(1000000000) a, range(100000) b where hash(a.range + b.range) = 1',
      `create view shop.outside as select * from read_csv('${path}.csv', columns = {'a': 'int'})`,
    ]).catch((error: unknown) => {
      // The view over a file that is not there cannot be made; the rest is.
      if (!String(error).includes('No files found')) throw error;
    });
  },
  cleanUp: async () => rmSync(folder, { recursive: true }),
  open: (options) => openWarehouse(`duckdb://${path}`, options),
  openUnreachable: () => openWarehouse(`duckdb://${folder}/hunter2.duckdb`),
  // The catalog is called shop-prod after the file; dbt may have known it by another name.
  relation: (identifier) => `"analytics"."shop"."${identifier.replace(/"/g, '""')}"`,
  async tables() {
    const rows = await run([
      "select table_name from information_schema.tables where table_type = 'BASE TABLE' order by 1",
    ]);
    return rows.map(([name]) => String(name));
  },
});

it('takes a plain path, and names of one and two parts', async () => {
  const other = mkdtempSync(join(tmpdir(), 'weirkeeper-duckdb-'));
  const file = join(other, 'plain.duckdb');
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  await connection.run('create table orders as select * from range(7)');
  connection.closeSync();
  instance.closeSync();
  const warehouse = openWarehouse(file);
  for (const relation of ['orders', 'main.orders', '"main"."ORDERS"', '`orders`']) {
    expect(await warehouse.answer(question(relation))).toMatchObject({ known: true, rows: 7 });
  }
  await warehouse.close();
  rmSync(other, { recursive: true });
});

it('refuses a URL of no known kind without repeating it', () => {
  expect(() => openWarehouse('mysql://reader:hunter2@host/db')).toThrow(/known are/);
  expect(() => openWarehouse('mysql://reader:hunter2@host/db')).not.toThrow(/hunter2/);
});
