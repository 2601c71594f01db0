// The rules on joins, grain and filters: SQL of both sides and the tests of its relations in, what each rule says out.
import { afterAll, describe, expect, it } from '@jest/globals';
import { rules } from '#core/rules';
import { reader } from '../../../support/read-sql.ts';
import { compareSql, type Relations } from '../../../support/sql-changes.ts';

afterAll(() => reader.close());

const ids = [
  'cross-join',
  'join-key-dropped',
  'join-fan-out',
  'outer-join-nullified',
  'join-narrowed',
  'join-widened',
  'grain-changed',
  'distinct-changed',
  'dedup-order',
  'not-in-nullable',
  'null-dropping-predicate',
  'filter-changed',
  'unused-part',
];
const own = rules.filter(({ id }) => ids.includes(id));

/** What these rules say of a change, each as `rule/message severity`. */
async function said(before: string, after: string, relations: Relations, adapter?: string): Promise<readonly string[]> {
  const input = await compareSql(before, after, relations, adapter);
  return own.flatMap((rule) =>
    rule.find(input).map(({ messageId, severity }) => `${rule.id}/${messageId} ${severity ?? rule.severity}`),
  );
}

const shop: Relations = {
  orders: {
    columns: { id: 'integer', customer_id: 'integer', status: 'varchar', day: 'date', amount: 'integer' },
    keys: [['id']],
    notNull: ['id'],
  },
  customers: { columns: { id: 'integer', name: 'varchar', region: 'varchar' }, keys: [['id']], notNull: ['id'] },
  prices: { columns: { sku: 'varchar', day: 'date', price: 'integer' }, keys: [['sku', 'day']] },
  visits: { columns: { visit_id: 'integer', page: 'varchar' } },
  events: { columns: { customer_id: 'integer', at: 'timestamp', kind: 'varchar' } },
};

const o = 'select o.id, o.amount from orders o';

describe('what is told', () => {
  it.each<readonly [string, string, string, readonly string[]]>([
    ['half a key', o, `${o} left join prices p on p.sku = o.status`, ['join-fan-out/not-the-key S1']],
    ['no key known', o, `${o} left join events e on e.customer_id = o.customer_id`, ['join-fan-out/no-key S2']],
    ['a key', o, 'select o.id, o.amount, c.name from orders o left join customers c on c.id = o.customer_id', []],
    [
      'an inner lookup by a key: rows without a match go',
      o,
      'select o.id, o.amount, c.name from orders o join customers c on c.id = o.customer_id',
      ['join-narrowed/new-inner S2'],
    ],
    [
      'an inner join of which nothing is read: leaving out rows is what it is for',
      o,
      `${o} join customers c on c.id = o.customer_id`,
      ['join-narrowed/new-inner S3'],
    ],
    [
      'a join by what is called a key, of which nothing is known',
      o,
      `${o} left join visits v on v.visit_id = o.id`,
      ['join-fan-out/by-name S3'],
    ],
    [
      'DISTINCT over one column more',
      'select distinct o.customer_id from orders o',
      'select distinct o.customer_id, o.status from orders o',
      ['grain-changed/finer S2'],
    ],
    [
      'DISTINCT over a column that follows from the others',
      'select distinct o.customer_id from orders o join customers c on c.id = o.customer_id',
      'select distinct o.customer_id, c.name from orders o join customers c on c.id = o.customer_id',
      [],
    ],
    [
      'a dedup that is gone',
      'select customer_id, kind from events qualify row_number() over (partition by customer_id order by at) = 1',
      'select customer_id, kind from events',
      ['grain-changed/not-reduced S2'],
    ],
    [
      'a dedup of what is one row anyway',
      'select id, day from orders',
      'select id, day from orders qualify row_number() over (partition by id order by day) = 1',
      [],
    ],
    [
      'DISTINCT in a CTE that is joined: the joins are the same',
      'with e as (select * from events) select e.kind, c.name from e join customers c on c.id = e.customer_id',
      'with e as (select distinct * from events) select e.kind, c.name from e join customers c on c.id = e.customer_id',
      ['distinct-changed/added S2'],
    ],
    [
      'DISTINCT in a CTE that has a key',
      'with m as (select * from orders) select m.id, c.name from m left join customers c on c.id = m.customer_id',
      'with m as (select distinct * from orders) select m.id, c.name from m left join customers c on c.id = m.customer_id',
      [],
    ],
    [
      'a dedup in a CTE, under the filter that was there',
      "with e as (select * from events) select e.kind, c.name from e join customers c on c.id = e.customer_id where e.kind = 'a'",
      "with e as (select * from events where kind = 'a' qualify row_number() over (partition by customer_id order by at) = 1) select e.kind, c.name from e join customers c on c.id = e.customer_id",
      ['grain-changed/reduced S2'],
    ],
    [
      'another order of a flag that says which row is the first',
      'select customer_id, row_number() over (partition by customer_id order by at desc) = 1 as is_last from events',
      'select customer_id, row_number() over (partition by customer_id order by at) = 1 as is_last from events',
      ['dedup-order/other-order S2'],
    ],
    [
      'another condition of what a sum counts',
      "select sum(case when status = 'a' then amount end) as a from orders",
      "select sum(case when status = 'a' and amount > 3 then amount end) as a from orders",
      ['filter-changed/counted S3'],
    ],
    [
      'another condition of CASE',
      "select id, case when status = 'a' then 1 else 2 end as a from orders",
      'select id, case when day > current_date then 1 else 2 end as a from orders',
      ['filter-changed/when S3'],
    ],
    [
      'the same conditions of CASE, distributed',
      "select id, case when amount > 0 and (status = 'a' or day is null) then 1 end as a from orders",
      "select id, case when (amount > 0 and status = 'a') or (amount > 0 and day is null) then 1 end as a from orders",
      [],
    ],
    [
      'other values under the same conditions are no filter',
      "select id, case when status = 'a' then 1 else 2 end as a from orders",
      "select id, case when status = 'a' then 3 else 2 end as a from orders",
      [],
    ],
    [
      'EXISTS',
      o,
      `${o} where exists (select 1 from events e where e.customer_id = o.customer_id)`,
      ['filter-changed/added S3'],
    ],
    [
      'only MIN above',
      'select min(o.day) d from orders o',
      'select min(o.day) d from orders o left join events e on e.customer_id = o.customer_id',
      [],
    ],
    [
      'DISTINCT over the join',
      'select o.customer_id, o.amount from orders o',
      'select distinct o.customer_id, o.amount, e.kind from orders o left join events e on e.customer_id = o.customer_id',
      ['distinct-changed/hides-fan-out S1', 'join-fan-out/no-key S2'],
    ],
    [
      'a comma',
      'select o.id, c.name from orders o, customers c where c.id = o.customer_id',
      'select o.id, c.name from orders o, customers c',
      ['cross-join/crossed S1', 'filter-changed/removed S2'],
    ],
    [
      'FULL to LEFT',
      'select o.id, c.id as c from orders o full join customers c on c.id = o.customer_id',
      'select o.id, c.id as c from orders o left join customers c on c.id = o.customer_id',
      ['join-narrowed/narrowed S2'],
    ],
    [
      'an anti-join is meant',
      'select o.id from orders o left join customers c on c.id = o.customer_id',
      'select o.id from orders o left join customers c on c.id = o.customer_id where c.id is null',
      ['filter-changed/added S3'],
    ],
    [
      'a filter that takes NULL too',
      'select o.id from orders o left join customers c on c.id = o.customer_id',
      "select o.id from orders o left join customers c on c.id = o.customer_id where c.region = 'EU' or c.region is null",
      ['filter-changed/added S3'],
    ],
    ['COALESCE in a negative condition', o, `${o} where coalesce(o.status, '') <> 'test'`, ['filter-changed/added S3']],
    ['never NULL in a negative condition', o, `${o} where o.id <> 3`, ['filter-changed/added S3']],
    [
      'looser',
      `${o} where o.status in ('a', 'b')`,
      `${o} where o.status in ('a', 'b', 'c')`,
      ['filter-changed/looser S2'],
    ],
    ['stricter', `${o} where o.amount > 3`, `${o} where o.amount > 5`, ['filter-changed/stricter S2']],
    [
      'grouping that is new',
      o,
      'select o.customer_id as id, sum(o.amount) as amount from orders o group by 1',
      ['grain-changed/grouped S2'],
    ],
    [
      'another partition',
      'select customer_id, kind from events qualify row_number() over (partition by customer_id order by at) = 1',
      'select customer_id, kind from events qualify row_number() over (partition by customer_id, kind order by at) = 1',
      ['grain-changed/finer S2'],
    ],
    [
      'a column behind the order',
      'select customer_id, kind from events qualify row_number() over (partition by customer_id order by at) = 1',
      'select customer_id, kind from events qualify row_number() over (partition by customer_id order by at, kind) = 1',
      ['dedup-order/tie-broken S3'],
    ],
    [
      'a dedup that leaves ties open',
      'select customer_id, day from orders',
      'select customer_id, day from orders qualify row_number() over (partition by customer_id order by day) = 1',
      ['dedup-order/tie S3', 'grain-changed/reduced S2'],
    ],
  ])('%s', async (_, before, after, expected) => {
    expect([...(await said(before, after, shop))].sort()).toEqual([...expected].sort());
  });
});
