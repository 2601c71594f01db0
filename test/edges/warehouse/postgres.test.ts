import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { openWarehouse } from '#edges/warehouse';
import { describeWarehouse, question } from './contract.ts';
import { twoBuilds } from './two-builds.ts';

const url = process.env['WEIRKEEPER_TEST_DATABASE_URL'];

if (url === undefined) {
  console.log(
    'postgres.test.ts: the tests on PostgreSQL are left out, because WEIRKEEPER_TEST_DATABASE_URL is not set',
  );
  describe('PostgreSQL as a warehouse, without a server', () => {
    it('answers with a reason and without the password', async () => {
      const warehouse = openWarehouse('postgresql://reader:hunter2@127.0.0.1:1/db');
      const answer = await warehouse.answer(question('"db"."shop"."orders"'));
      expect(answer).toMatchObject({ known: false, reason: { code: 'warehouse-unreachable' } });
      expect(JSON.stringify(answer)).not.toContain('hunter2');
      await warehouse.close();
    });
  });
} else {
  describePostgres(url, { name: 'PostgreSQL', address: url });
  // Redshift speaks the same protocol; what it does otherwise is not seen here.
  describePostgres(url, { name: 'Redshift', address: url.replace(/^\w+:/, 'redshift:') });
}

function describePostgres(
  connectionString: string,
  { name, address }: { readonly name: string; readonly address: string },
): void {
  async function run(statements: readonly string[]): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString });
    await client.connect();
    let rows: readonly Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query<Record<string, unknown>>(statement)).rows;
    await client.end();
    return rows;
  }
  let database = '';

  describeWarehouse({
    name,
    async prepare() {
      const rows = await run([
        'drop schema if exists shop cascade',
        'create schema shop',
        'create table shop.orders as select * from generate_series(1, 3)',
        'create table shop.empty (id int)',
        'create table shop."Odd ""Name" as select 1 as id',
        ...twoBuilds,
        'create view shop.slow as select 1 as a from pg_sleep(600)',
        'select current_database() as name',
      ]);
      database = String(rows[0]?.['name']);
    },
    async cleanUp() {
      await run(['drop schema shop cascade']);
    },
    open: (options) => openWarehouse(address, options),
    openUnreachable: () => openWarehouse(`${address.split(':')[0] ?? ''}://reader:hunter2@127.0.0.1:1/db`),
    relation: (identifier) => `"${database}"."shop"."${identifier.replace(/"/g, '""')}"`,
    async tables() {
      const rows = await run(["select tablename from pg_tables where schemaname = 'shop' order by 1"]);
      return rows.map(({ tablename }) => String(tablename));
    },
  });

  describe(name, () => {
    it('runs a view that writes in a transaction that can only read', async () => {
      await run([
        'drop schema if exists trap cascade',
        'create schema trap',
        'create table trap.log (id int)',
        `create function trap.write() returns setof int language plpgsql as $$ begin insert into trap.log values (1); return next 1; end $$`,
        'create view trap.orders as select * from trap.write()',
      ]);
      const warehouse = openWarehouse(address);
      expect(await warehouse.answer(question('trap.orders'))).toMatchObject({
        known: false,
        reason: { code: 'query-failed', text: expect.stringContaining('25006') as unknown },
      });
      await warehouse.close();
      expect((await run(['select count(*)::int as rows from trap.log']))[0]).toEqual({ rows: 0 });
      await run(['drop schema trap cascade']);
    });

    it('says that a role may not read, that a login is refused, and that a relation is in another database', async () => {
      await run([
        'drop role if exists blind',
        "create role blind login password 'hunter2'",
        'create schema if not exists closed',
        'create table if not exists closed.t (a int)',
      ]);
      const asBlind = new URL(address);
      asBlind.username = 'blind';
      asBlind.password = 'hunter2';
      const blind = openWarehouse(asBlind.href);
      expect(await blind.answer(question('closed.t'))).toMatchObject({ reason: { code: 'permission-denied' } });
      await blind.close();
      const other = openWarehouse(address);
      expect(await other.answer(question('"elsewhere"."closed"."t"'))).toMatchObject({
        reason: { code: 'other-database' },
      });
      await other.close();
      await run(['drop schema closed cascade', 'drop role blind']);
    });
  });
}
