import { describe, expect, it } from '@jest/globals';
import type { Counterexample, SearchedRelation } from '#core/evidence';
import { type SearchResult, type SearchTask, search } from '../../../src/edges/counterexample/search.ts';
import { aRelation, customers, orders } from '../../support/example-relations.ts';

/** Far more than it takes: a spec must not hang on how busy the machine is. */
const patient = {
  dialect: 'duckdb',
  relations: [orders, customers],
  definitions: [],
  milliseconds: 120_000,
  inputs: 600,
} as const;

function hunt(base: string, head: string, more: Partial<SearchTask> = {}): Promise<SearchResult> {
  return search({ ...patient, base, head, ...more });
}

async function found(base: string, head: string, more: Partial<SearchTask> = {}): Promise<Counterexample> {
  const result = await hunt(base, head, more);
  if (!result.ok || result.found === null) throw new TypeError(JSON.stringify(result));
  return result.found;
}

/** Rows of one relation of the input, as `column value`. */
function rowsOf({ input }: Counterexample, relation: string): readonly string[] {
  const own = input.find((one) => one.relation === relation);
  return (own?.rows ?? []).map((row) =>
    row.map((value, at) => `${own?.columns[at] ?? ''} ${value ?? 'NULL'}`).join(', '),
  );
}

describe('where neither side reads a relation', () => {
  const days = (last: number) => `select range as day from range(0, ${last})`;

  it('finds a difference without rows', async () => {
    expect(await found(days(3), days(2), { relations: [] })).toMatchObject({ input: [], base: [['0'], ['1'], ['2']] });
  });

  it('tries once where there is none', async () => {
    expect(await hunt(days(3), `select day from (${days(3)})`, { relations: [] })).toEqual({
      ok: true,
      found: null,
      inputs: 1,
      ended: 'inputs',
    });
  });
});

describe('finds the smallest rows that show', () => {
  it('a LEFT JOIN made INNER: one order without a customer', async () => {
    const join = (kind: string): string =>
      `select o.id, c.name from orders o ${kind} join customers c on o.customer_id = c.id`;
    const shown = await found(join('left'), join('inner'));
    expect([rowsOf(shown, 'orders'), rowsOf(shown, 'customers')]).toEqual([['id 1'], []]);
    expect([shown.base, shown.head]).toEqual([[['1', null]], []]);
  });

  it.each<[string, string, string, readonly string[]]>([
    ['!= that drops NULL', "status is distinct from 'x'", "status != 'x'", ['id 1, status NULL']],
    ['a boundary of numbers', 'amount >= 100', 'amount > 100', ['id 1, amount 100']],
    ['a boundary of times', "created_at >= '2024-03-01'", "created_at > '2024-03-01'", ['id 1, created_at 2024-03-01']],
    [
      'a day that ends at midnight',
      "created_at < date '2024-03-02'",
      "created_at <= '2024-03-01'",
      ['id 1, created_at 2024-03-01 00:00:01'],
    ],
    ['another case of letters', "lower(status) = 'open'", "status = 'open'", ["id 1, status 'OPEN'"]],
    [
      'a shorter look back',
      'created_at >= current_date - interval 30 day',
      'created_at >= current_date - interval 7 day',
      ['id 1, created_at 2024-06-07'],
    ],
    ['cents for euros', 'amount / 100 > 5', 'amount / 100 >= 5', ['id 1, amount 500']],
  ])('%s', async (_, before, after, rows) => {
    const select = (condition: string): string => `select id from orders where ${condition}`;
    expect(rowsOf(await found(select(before), select(after)), 'orders')).toEqual(rows);
  });

  it('UNION made UNION ALL: a repeated row', async () => {
    const shown = await found(
      'select name from customers union select status from orders',
      'select name from customers union all select status from orders',
    );
    expect([shown.base.length, shown.head.length]).toEqual([1, 2]);
  });

  it('a join that fans out: two rows of one key', async () => {
    const shown = await found(
      'select sum(amount) as total from orders',
      'select sum(amount) as total from orders o left join customers c on o.customer_id = c.id',
    );
    expect(rowsOf(shown, 'orders')).toEqual(['id 1, customer_id 1, amount 1']);
    expect(rowsOf(shown, 'customers')).toEqual(['id 1', 'id 1']);
    expect([shown.base, shown.head]).toEqual([[['1']], [['2']]]);
  });

  it('COUNT(*) made COUNT(column)', async () => {
    const count = (what: string): string => `select customer_id, count(${what}) as n from orders group by 1`;
    const shown = await found(count('*'), count('status'));
    expect([shown.differing, rowsOf(shown, 'orders')]).toEqual([['n'], ['id 1, status NULL']]);
  });

  it('NOT IN over a column with NULL: the NULL is named, the rest is not', async () => {
    const shown = await found(
      'select id from orders o where not exists (select 1 from customers c where c.id = o.customer_id)',
      'select id from orders where customer_id not in (select id from customers)',
      {
        relations: [
          aRelation('orders', ['id integer', 'customer_id integer'], { notNull: ['id', 'customer_id'] }),
          customers,
        ],
      },
    );
    expect(rowsOf(shown, 'customers')).toEqual(['id NULL']);
  });

  it('DISTINCT that is gone, and its rows', async () => {
    const shown = await found('select distinct status from orders', 'select status from orders');
    expect([shown.base.length, shown.head.length]).toEqual([1, 2]);
  });

  it('LAST_VALUE with the frame that ends at the current row', async () => {
    const last = (frame: string): string =>
      `select id, last_value(amount) over (partition by customer_id order by created_at ${frame}) as v from orders`;
    const shown = await found(last('rows between unbounded preceding and unbounded following'), last(''));
    expect([shown.differing, rowsOf(shown, 'orders').length]).toEqual([['v'], 2]);
  });

  it('an order that no longer decides between ties: the output of head depends on how rows are stored', async () => {
    const newest = (order: string): string =>
      `select * from orders qualify row_number() over (partition by customer_id order by ${order}) = 1`;
    expect((await found(newest('created_at desc, id'), newest('created_at desc'))).unstable).toBe('head');
  });

  it('rows that only a chain of conditions lets through', async () => {
    const sql = (amount: string): string => `
      with paid as (select * from orders where status = 'paid' and created_at >= '2024-02-10'),
      named as (select paid.*, c.name from paid join customers c on c.id = paid.customer_id where c.name like 'acme%')
      select customer_id, name, sum(amount) as total from named group by 1, 2 having sum(amount) ${amount}`;
    expect((await found(sql('>= 250'), sql('> 250'))).base).toHaveLength(1);
  });
});

describe('keeps what is known of the rows', () => {
  const fanOut = [
    'select sum(amount) as total from orders',
    'select sum(amount) as total from orders o left join customers c on o.customer_id = c.id',
  ] as const;
  const leftAndInner = [
    'select o.id from orders o left join customers c on o.customer_id = c.id',
    'select o.id from orders o join customers c on o.customer_id = c.id',
  ] as const;

  it.each<[string, readonly [string, string], readonly SearchedRelation[]]>([
    ['a key', fanOut, [orders, { ...customers, keys: [['id']] }]],
    [
      'a foreign key that is not NULL',
      leftAndInner,
      [
        {
          ...orders,
          notNull: ['id', 'customer_id'],
          references: [{ column: 'customer_id', relation: 'customers', to: 'id' }],
        },
        { ...customers, keys: [['id']] },
      ],
    ],
    [
      'a column that is not NULL',
      ["select id from orders where status is distinct from 'x'", "select id from orders where status <> 'x'"],
      [{ ...orders, notNull: ['status'] }],
    ],
    [
      'the values that a column may have',
      ["select id from orders where status in ('a', 'b')", "select id from orders where status <> 'c'"],
      [{ ...orders, notNull: ['status'], accepted: [{ column: 'status', values: ['a', 'b', 'c'] }] }],
    ],
  ])('%s', async (_, [base, head], relations) => {
    expect(await hunt(base, head, { relations })).toEqual({ ok: true, found: null, inputs: 600, ended: 'inputs' });
  });

  it('finds nothing where a query is only written otherwise', async () => {
    const result = await hunt(
      "select o.id, c.name from orders o join customers c on o.customer_id = c.id where amount > 5 and status = 'x'",
      "with c as (select * from customers), o as (select * from orders where status = 'x') select c.name, o.id, 1 as added from c join o on c.id = o.customer_id where o.amount > 5",
    );
    expect(result).toEqual({ ok: true, found: null, inputs: 600, ended: 'inputs' });
  });

  it('of a model of which a part has become a model of its own: that is made by its SQL', async () => {
    const task = {
      base: 'with paid as (select customer_id, sum(amount) as total from orders group by 1) select c.id, paid.total from customers c left join paid on paid.customer_id = c.id',
      head: 'select c.id, int_paid.total from customers c left join "shop"."main"."int_paid" on int_paid.customer_id = c.id',
    };
    const sql = 'with own as (select * from orders) select customer_id, sum(amount) as total from own group by 1';
    const definitions = [{ names: ['"shop"."main"."int_paid"'], sql }];
    expect(await hunt(task.base, task.head, { definitions })).toMatchObject({ ok: true, found: null });
    expect(await hunt(task.base, task.head)).toMatchObject({ ok: true, found: { differing: ['total'] } });
  });

  it.each([
    ['chance', 'select id, random() as r from orders', 'select id, random() + 1 as r from orders'],
    [
      'ties that base leaves open, too',
      'select first(status) as s, 1 as one from orders',
      'select first(status) as s, 1 as one from orders where true',
    ],
  ])('takes no difference for one that comes from %s', async (_, base, head) => {
    expect(await hunt(base, head)).toMatchObject({ ok: true, found: null });
  });

  it('gives the same answer each time', async () => {
    const ask = (): Promise<SearchResult> => hunt(...fanOut);
    expect(await ask()).toEqual(await ask());
  });
});

describe('finds out what it is not told', () => {
  it('columns and types of relations, from how they are used', async () => {
    const sql = (join: string): string => `
      select date_trunc('month', e.occurred) as month, upper(e.label) as label, sum(e.score) as score
      from "shop"."raw"."events" e ${join} join "shop"."raw"."kinds" k on k.code = e.code and k.active
      where e.occurred >= '2024-05-01' group by 1, 2`;
    const shown = await found(sql('left'), sql('inner'), { relations: [] });
    expect(shown.input.map(({ relation }) => relation)).toEqual(['events', 'kinds']);
  });

  it('the type of a column of which only the values are known', async () => {
    const accepted = [{ column: 'state', values: ['open', 'shut'] }];
    const columns = ['id', 'state'].map((name) => ({ name, type: null }));
    const relations = [{ name: 't', names: ['t'], columns, keys: [], notNull: ['state'], accepted, references: [] }];
    const { base, head } = await found('select count(*) as n from t', 'select count(id) as n from t', { relations });
    expect([base, head]).toEqual([[['1']], [['0']]]);
  });

  it('one relation under two names', async () => {
    const relation = { ...orders, names: ['"shop"."main"."orders"', '"shop"."pr_7"."orders"'] };
    const shown = await found(
      'select id from "shop"."main"."orders" where amount > 1',
      'select id from "shop"."pr_7"."orders" where amount >= 1',
      { relations: [relation] },
    );
    expect(rowsOf(shown, 'orders')).toEqual(['id 1, amount 1']);
  });

  it('types in the words of the warehouse', async () => {
    const relation = aRelation('orders', ['ID NUMBER(38,0)', 'AT TIMESTAMP_NTZ(9)', 'NOTE TEXT', 'PRICE NUMBER(12,2)']);
    const shown = await found('select id from orders where price > 0.5', 'select id from orders where price >= 0.5', {
      relations: [relation],
    });
    expect(rowsOf(shown, 'orders')).toEqual(['PRICE 0.5']);
  });

  it('a whole division, where the dialect has it', async () => {
    const halves = ['select id, amount / 2 as half from t', 'select id, amount / 2.0 as half from t'] as const;
    const relations = [aRelation('t', ['id integer', 'amount integer'])];
    expect((await found(...halves, { relations, dialect: 'postgres' })).differing).toEqual(['half']);
    expect(await hunt(...halves, { relations, dialect: 'duckdb' })).toMatchObject({ found: null });
  });
});

describe('says why nothing was executed', () => {
  it.each([
    ['select 1; drop table orders', /not one SELECT|refuses base/],
    ['drop table orders', /Only SELECT/],
    ["copy (select 1) to '/tmp/x'", /Only SELECT/],
    ['select no_such_function(id) from orders', /no_such_function/],
    ["select * from read_csv('/etc/passwd')", /reads from the function read_csv/],
    ["select * from enable_logging('QueryLog')", /reads from the function enable_logging/],
    ["select * from query('select 1')", /reads from the function query/],
    ['select * from information_schema.tables', /cannot be made up/],
    ['select id from', /refuses base/],
  ])('%s', async (sql, why) => {
    expect(await hunt(sql, 'select id from orders')).toEqual({ ok: false, why: expect.stringMatching(why) as unknown });
  });

  it('of two sides that share no column', async () => {
    const result = await hunt('select id from orders', 'select amount from orders');
    expect(result).toMatchObject({ ok: false, why: expect.stringContaining('no column in common') as unknown });
  });
});
