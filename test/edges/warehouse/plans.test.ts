import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Answer } from '#core/evidence';
import { columnsQuestion, planFigures, planQuestion, readPlan } from '#core/evidence';
import { openWarehouse, type Warehouse } from '#edges/warehouse';
import { id } from '../../support/a-project.ts';

const of = (relation: string) => ({ side: 'head' as const, uniqueId: id('fct'), relation });
let number = 0;
/** Each question is of another state, so that none is answered from what was kept. */
async function planOf(warehouse: Warehouse, select: string): Promise<Answer> {
  number += 1;
  return warehouse.answer(planQuestion({ ...of('"db"."plans"."big"'), state: String(number) }, select));
}

async function figuresOf(warehouse: Warehouse, select: string): Promise<Readonly<Record<string, number>>> {
  const answer = await planOf(warehouse, select);
  if (!answer.known || answer.kind !== 'plan') throw new Error(`${select}: ${JSON.stringify(answer)}`);
  return answer.figures;
}

const tables = [
  'create schema plans',
  "create table plans.big as select a.i * 100 + b.i as id, 'x' as status, cast(1.5 as numeric(10, 2)) as amount from (values #) a(i), (values #) b(i)",
  'create table plans.small as select id from plans.big where id < 10',
].map((sql) => sql.replaceAll('#', Array.from({ length: 100 }, (_, at) => `(${at})`).join(', ')));

const shared: readonly (readonly [string, string, Readonly<Record<string, number>>])[] = [
  [
    'a join without a condition',
    'select * from plans.big, plans.small',
    { crossProducts: 1, 'scan.plans.big': 10_000 },
  ],
  [
    'two of them',
    'select b.id from plans.big b cross join plans.small s cross join plans.small t',
    { crossProducts: 2 },
  ],
  ['a join by a key', 'select * from plans.big b join plans.small s on s.id = b.id', { crossProducts: 0 }],
  ['a join by an inequality', 'select * from plans.big b join plans.small s on s.id < b.id', { crossProducts: 0 }],
  [
    'a join to what has one row',
    'select * from plans.big cross join (select max(id) as id from plans.small) m',
    { crossProducts: 0 },
  ],
  [
    'a filter: the whole relation is read',
    "select * from plans.big where id + 1 > 7 and status like '%x'",
    { crossProducts: 0, 'scan.plans.big': 10_000 },
  ],
];

function describePlans(name: string, open: () => Promise<Warehouse>, close: () => Promise<void>): void {
  describe(`plans of ${name}`, () => {
    let warehouse: Warehouse;
    beforeAll(async () => {
      warehouse = await open();
    });
    afterAll(async () => {
      await warehouse.close();
      await close();
    });

    it.each(shared)('%s', async (_, select, figures) => {
      expect(await figuresOf(warehouse, select)).toMatchObject({ planned: 1, ...figures });
    });

    it('are refused for a column that there is not, which is an answer, and for an absent relation, which is none', async () => {
      expect(await planOf(warehouse, 'select nope from plans.big')).toMatchObject({
        known: true,
        figures: { planned: 0 },
      });
      expect(await planOf(warehouse, 'select * from plans.nope')).toMatchObject({
        known: false,
        reason: { code: 'relation-absent' },
      });
    });

    it('are not asked for of what is more than a SELECT', async () => {
      const answer = await planOf(warehouse, 'with x as (delete from plans.big returning *) select * from x');
      expect(answer).toMatchObject({ known: false, reason: { code: 'not-one-select' } });
    });

    it('run nothing', async () => {
      // Run, it would fail at its first row.
      expect(await figuresOf(warehouse, 'select 1 / (id - id) as a from plans.big')).toMatchObject({ planned: 1 });
    });

    it('beside them, lists columns with their types, in order', async () => {
      const answer = await warehouse.answer(columnsQuestion(of('plans.big')));
      expect(answer).toMatchObject({
        known: true,
        figures: { columns: 3 },
        columns: [
          { name: 'id', type: expect.stringMatching(/integer/i) as unknown },
          { name: 'status', type: expect.stringMatching(/varchar|text/i) as unknown },
          { name: 'amount', type: expect.stringMatching(/numeric|decimal\(10,2\)/i) as unknown },
        ],
      });
      const hostile = await warehouse.answer(columnsQuestion(of(`"plans"."big' or 1 = 1 --"`)));
      expect(hostile).toMatchObject({ known: false, reason: { code: 'bad-relation' } });
    });
  });
}

const folder = mkdtempSync(join(tmpdir(), 'weirkeeper-plans-'));
describePlans(
  'DuckDB',
  async () => {
    const file = join(folder, 'shop.duckdb');
    const instance = await DuckDBInstance.create(file);
    const connection = await instance.connect();
    for (const sql of tables) await connection.run(sql);
    connection.closeSync();
    instance.closeSync();
    return openWarehouse(file);
  },
  async () => rmSync(folder, { recursive: true }),
);

const url = process.env['WEIRKEEPER_TEST_DATABASE_URL'];
async function onPostgres(...statements: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  let rows: readonly Record<string, unknown>[] = [];
  for (const sql of statements) rows = (await client.query<Record<string, unknown>>(sql)).rows;
  await client.end();
  return rows;
}

if (url === undefined) {
  console.log('plans.test.ts: PostgreSQL is left out, because WEIRKEEPER_TEST_DATABASE_URL is not set');
} else {
  describePlans(
    'PostgreSQL',
    async () => {
      await onPostgres('drop schema if exists plans cascade', ...tables, 'analyze plans.big', 'analyze plans.small');
      return openWarehouse(url);
    },
    async () => {
      await onPostgres('drop schema plans cascade');
    },
  );
  describePostgres(url);
  describeRedshift(url);
}

function describePostgres(connectionString: string): void {
  describe('plans of PostgreSQL, further', () => {
    let warehouse: Warehouse;
    beforeAll(async () => {
      await onPostgres(
        'drop schema if exists plans_pg cascade',
        'create schema plans_pg',
        'create table plans_pg.big as select i as id from generate_series(1, 20000) i',
        'create table plans_pg."Odd Name" as select i as id from generate_series(1, 50) i',
        'create index on plans_pg.big (id)',
        'create table plans_pg.log (id int)',
        `create function plans_pg.write() returns int language plpgsql as $$ begin insert into plans_pg.log values (1); return 1; end $$`,
        `create function plans_pg.folded() returns int language plpgsql immutable as $$ begin insert into plans_pg.log values (2); return 1; end $$`,
        'analyze plans_pg.big',
        'analyze plans_pg."Odd Name"',
      );
      warehouse = openWarehouse(connectionString);
    });
    afterAll(async () => {
      await warehouse.close();
      await onPostgres('drop schema plans_pg cascade');
    });

    it('take a lookup by an index for no cross product, whatever the outer relation is called', async () => {
      const figures = await figuresOf(
        warehouse,
        'select * from plans_pg."Odd Name", lateral (select * from plans_pg.big b where b.id = "Odd Name".id limit 1) z',
      );
      expect(figures).toMatchObject({ crossProducts: 0 });
      expect(figures).not.toHaveProperty(['scan.plans_pg.big']);
    });

    it('tell that an index no longer serves, and what it costs', async () => {
      const [by, against] = [
        await figuresOf(warehouse, 'select * from plans_pg.big where id = 7'),
        await figuresOf(warehouse, 'select * from plans_pg.big where id + 0 = 7'),
      ];
      expect(by).not.toHaveProperty(['scan.plans_pg.big']);
      expect(against).toMatchObject({ 'scan.plans_pg.big': 20_000 });
      expect(against['cost']).toBeGreaterThan(10 * (by['cost'] ?? 0));
    });

    it('call no function that may write, and one that lies about it in a transaction that can only read', async () => {
      expect(await figuresOf(warehouse, 'select plans_pg.write() from plans_pg.big')).toMatchObject({ planned: 1 });
      expect(await planOf(warehouse, 'select plans_pg.folded() from plans_pg.big')).toMatchObject({ known: false });
      expect((await onPostgres('select count(*)::int as rows from plans_pg.log'))[0]).toEqual({ rows: 0 });
    });
  });
}

describe('a plan in Redshift’s words', () => {
  const plan = [
    'XN Nested Loop DS_BCAST_INNER  (cost=0.00..26500000123.45 rows=400000 width=12)',
    '  ->  XN Hash Join DS_DIST_ALL_NONE  (cost=2.50..100.00 rows=2000000 width=8)',
    '        Hash Cond: ("outer".id = "inner".id)',
    '        ->  XN Seq Scan on events e  (cost=0.00..40.00 rows=4000000 width=8)',
    '        ->  XN Hash  (cost=2.00..2.00 rows=200 width=4)',
    '              ->  XN Seq Scan on "Odd Name"  (cost=0.00..2.00 rows=200 width=4)',
    "                    Filter: (status = 'x'::text)",
    '  ->  XN Materialize  (cost=0.00..1.00 rows=20 width=4)',
    '        ->  XN Nested Loop DS_BCAST_INNER  (cost=0.00..1.00 rows=20 width=4)',
    '              Join Filter: ("inner".a < "outer".b)',
    '              ->  XN Seq Scan on days  (cost=0.00..1.00 rows=20 width=4)',
    '              ->  XN Aggregate  (cost=0.00..1.00 rows=1 width=4)',
    '                    ->  XN Seq Scan on days  (cost=0.00..1.00 rows=20 width=4)',
    '----- Nested Loop Join in the query plan - review the join predicates to avoid Cartesian products -----',
  ].map((line) => [line]);

  it('has its cost, its joins without a condition, and the scans that no filter shortens', () => {
    const read = readPlan(plan, 'redshift');
    expect(read && planFigures(read, new Map())).toEqual({
      planned: 1,
      rows: 400_000,
      crossProducts: 1,
      cost: 26_500_000_123,
      'scan.events': 4_000_000,
      'scan.days': 20,
    });
  });

  it.each([[[]], [[['a plan']]], [[[null]]], [[['->']]]])('is not read of %j', (rows) => {
    expect(readPlan(rows, 'redshift')).toBeNull();
  });
});

/** PostgreSQL in its place: the same words and nearly the same plans. */
function describeRedshift(connectionString: string): void {
  describe('plans of Redshift', () => {
    let warehouse: Warehouse;
    beforeAll(async () => {
      const made = tables.map((sql) => sql.replaceAll('plans', 'plans_rs'));
      await onPostgres(
        'drop schema if exists plans_rs cascade',
        ...made,
        'analyze plans_rs.big',
        'analyze plans_rs.small',
      );
      warehouse = openWarehouse(connectionString.replace(/^\w+:/, 'redshift:'));
    });
    afterAll(async () => {
      await warehouse.close();
      await onPostgres('drop schema plans_rs cascade');
    });

    it.each<[string, Readonly<Record<string, number>>]>([
      ['select * from plans_rs.big, plans_rs.small', { crossProducts: 1, 'scan.big': 10_000 }],
      ['select * from plans_rs.big b join plans_rs.small s on s.id < b.id', { crossProducts: 0 }],
      ['select * from plans_rs.big cross join (select max(id) as m from plans_rs.small) x', { crossProducts: 0 }],
    ])('%s', async (select, figures) => {
      const found = await figuresOf(warehouse, select);
      expect(found).toMatchObject({ planned: 1, ...figures });
      expect(found['cost']).toBeGreaterThan(0);
    });

    it('lists no scan that a filter shortens, and tells what is refused', async () => {
      expect(await figuresOf(warehouse, 'select * from plans_rs.big where id = 7')).not.toHaveProperty(['scan.big']);
      expect(await planOf(warehouse, 'select nope from plans_rs.big')).toMatchObject({
        known: true,
        figures: { planned: 0 },
        text: 'the question failed in Redshift (42703)',
      });
    });
  });
}
