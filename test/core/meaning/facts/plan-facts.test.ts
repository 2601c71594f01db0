// SQL over relations with tests in, what is known of its rows out.
import { afterAll, describe, expect, it } from '@jest/globals';
import { planFacts } from '#core/meaning';
import { reader } from '../../../support/read-sql.ts';
import { planIn, projectOf, type Relations } from '../../../support/sql-changes.ts';

afterAll(() => reader.close());

const relations: Relations = {
  orders: {
    columns: { id: 'integer', customer_id: 'integer', status: 'varchar', amount: 'integer', day: 'date' },
    keys: [['id']],
    notNull: ['id', 'customer_id'],
    references: { customer_id: 'customers.id' },
  },
  customers: { columns: { id: 'integer', name: 'varchar', region: 'varchar' }, keys: [['id']], notNull: ['id'] },
  prices: { columns: { sku: 'varchar', day: 'date', price: 'integer' }, keys: [['sku', 'day']] },
  codes: { columns: { code: 'varchar', label: 'varchar' }, keys: [['code']] },
  events: { columns: { id: 'integer', customer_id: 'integer', at: 'timestamp' } },
};

async function factsOf(sql: string) {
  const { plan, facts } = await planIn(projectOf(sql, relations), relations);
  const { keys, notNull } = planFacts(plan, facts);
  return {
    keys: keys.map(({ columns, exceptNulls }) => `${columns.join(',')}${exceptNulls ? ' but NULL' : ''}`),
    sources: keys.map(({ source }) => source),
    notNull: [...notNull.keys()].sort(),
  };
}

describe('keys of a query', () => {
  it.each([
    ['a relation as it is', 'select * from orders', ['id']],
    ['renamed', 'select id as order_id, amount from orders', ['order_id']],
    ['filtered', 'select id, amount from orders where amount > 3', ['id']],
    ['a unique column that may be NULL', 'select code, label from codes', ['code but NULL']],
    ['NULLs filtered away', 'select code from codes where code is not null', ['code']],
    ['the key left out', 'select amount from orders', []],
    [
      'a lookup by key keeps the rows',
      'select o.id, c.name from orders o left join customers c on c.id = o.customer_id',
      ['id'],
    ],
    ['an inner lookup too', 'select o.id, c.name from orders o join customers c on c.id = o.customer_id', ['id']],
    [
      'a lookup by no key does not',
      'select o.id, e.at from orders o left join events e on e.customer_id = o.customer_id',
      [],
    ],
    ['the other side repeats', 'select c.id, o.amount from customers c left join orders o on o.customer_id = c.id', []],
    [
      'both keys together',
      'select c.id as c, o.id as o from customers c join orders o on o.customer_id <> c.id',
      ['c,o'],
    ],
    ['half a key', 'select o.id, p.price from orders o left join prices p on p.sku = o.status', []],
    [
      'the whole key',
      'select o.id, p.price from orders o left join prices p on p.sku = o.status and p.day = o.day',
      ['id'],
    ],
    [
      'half a key by literal',
      "select o.id, p.price from orders o left join prices p on p.sku = 'x' and p.day = o.day",
      ['id'],
    ],
    ['half a key by a filter', "select day, price from prices where sku = 'x'", ['day']],
    [
      'a lookup that may meet NULL',
      'select o.id, k.label from orders o left join codes k on k.code = o.status',
      ['id'],
    ],
    [
      'a right join turned round',
      'select o.id, c.name from customers c right join orders o on c.id = o.customer_id',
      ['id'],
    ],
    ['GROUP BY', 'select customer_id, day, sum(amount) a from orders group by 1, 2', ['customer_id,day']],
    ['GROUP BY with a column that follows', 'select o.id, o.status, count(*) n from orders o group by 1, 2', ['id']],
    ['GROUP BY left out', 'select sum(amount) a from orders group by customer_id', []],
    ['an aggregate alone', 'select count(*) n from orders', ['']],
    ['DISTINCT', 'select distinct status, day from orders', ['day,status']],
    ['DISTINCT over a key', 'select distinct id, status from orders', ['id']],
    [
      'dedup by QUALIFY',
      'select customer_id, at from events qualify row_number() over (partition by customer_id order by at) = 1',
      ['customer_id'],
    ],
    [
      'dedup in a CTE',
      'with n as (select *, row_number() over (partition by customer_id order by at desc) as rn from events) select customer_id, at from n where rn = 1',
      ['customer_id'],
    ],
    [
      'rank is no dedup',
      'select customer_id, at from events qualify rank() over (partition by customer_id order by at) = 1',
      [],
    ],
    ['LIMIT 1', 'select * from events limit 1', ['']],
    ['LIMIT 2', 'select at from events limit 2', []],
    ['UNION ALL', 'select id from orders union all select id from customers', []],
    [
      'UNION ALL with a mark',
      "select 'o' as kind, id from orders union all select 'c', id from customers",
      ['id,kind'],
    ],
    ['UNION ALL with the same mark', "select 'o' as kind, id from orders union all select 'o', id from customers", []],
    ['UNION', 'select status, day from orders union select name, null from customers', ['day,status']],
    ['EXCEPT', 'select id from orders except select id from customers', ['id']],
    [
      'a grouped CTE joined by its key',
      'with t as (select customer_id, sum(amount) a from orders group by 1) select c.id, t.a from customers c left join t on t.customer_id = c.id',
      ['id'],
    ],
    ['a full join', 'select o.id as o, c.id as c from orders o full join customers c on c.id = o.customer_id', ['c,o']],
    ['a function that unfolds', 'select id, unnest([1, 2]) as n from orders', []],
    ['a key in text', 'select cast(id as varchar) as id from orders', ['id']],
    ['a key cast to a date', 'select cast(id as date) as id from orders', []],
    [
      'GROUPING SETS',
      'select customer_id, day, count(*) n from orders group by grouping sets ((customer_id), (day))',
      [],
    ],
    [
      'EXISTS keeps rows',
      'select id from customers c where exists (select 1 from orders o where o.customer_id = c.id)',
      ['id'],
    ],
  ])('%s', async (_, sql, expected) => {
    expect((await factsOf(sql)).keys).toEqual(expected);
  });

  it('names every test that was needed', async () => {
    const { sources } = await factsOf('select o.id from orders o left join customers c on c.id = o.customer_id');
    expect(sources).toEqual(['unique test on customers.id; unique test on orders.id']);
  });
});

describe('columns without NULL', () => {
  it.each([
    ['by tests', 'select id, status from orders', ['id']],
    ['lost in an outer join', 'select c.id from orders o left join customers c on c.id = o.customer_id', []],
    ['of an inner join', 'select c.id, o.status from orders o join customers c on c.id = o.customer_id', ['id']],
    ['compared', "select status from orders where status <> 'x'", ['status']],
    ['compared or not', "select status from orders where status <> 'x' or amount = 3", []],
    ['NOT IN a list', "select status from orders where status not in ('a', 'b')", ['status']],
    [
      'an expression',
      "select coalesce(status, 'none') s, id + 1 i, amount + 1 a, count(*) over () n from orders",
      ['i', 'n', 's'],
    ],
    [
      'CASE',
      "select case when amount > 1 then 'a' else 'b' end x, case when amount > 1 then 'a' end y from orders",
      ['x'],
    ],
    [
      'aggregates of groups',
      'select status, count(amount) n, max(id) m, max(amount) a from orders group by 1',
      ['m', 'n'],
    ],
    ['aggregates of all', 'select count(*) n, max(id) m from orders', ['n']],
    [
      'a filter brings a row back',
      "select c.id, c.name from orders o left join customers c on c.id = o.customer_id where c.region = 'EU'",
      ['id'],
    ],
    ['of a UNION', 'select id, status from orders union all select id, name from customers', ['id']],
    ['a cast that may fail', 'select try_cast(id as date) x, cast(id as varchar) y from orders', ['y']],
  ])('%s', async (_, sql, expected) => {
    expect((await factsOf(sql)).notNull).toEqual(expected);
  });
});
