import type { DbtProject } from '#core/dbt';
import { aProject, id } from './a-project.ts';

/** A relation of the project's own queries: `name type`, the key first where it has one. */
interface Relation {
  readonly columns: readonly string[];
  readonly key: string | null;
  readonly notNull: readonly string[];
}

const relations: Readonly<Record<string, Relation>> = {
  orders: {
    columns: ['id integer', 'customer_id integer', 'status varchar', 'amount integer', 'placed_on date'],
    key: 'id',
    notNull: ['id', 'placed_on'],
  },
  customers: { columns: ['id integer', 'name varchar', 'country varchar', 'rank integer'], key: 'id', notNull: ['id'] },
  payments: { columns: ['order_id integer', 'method varchar', 'paid integer'], key: null, notNull: [] },
};

/** Queries of the shapes that models have. */
export const ownModels: readonly { readonly name: string; readonly sql: string }[] = [
  {
    name: 'order_facts',
    sql: `with paid as (
  select p.order_id, sum(p.paid) as paid, count(*) as payments from payments as p group by p.order_id
)
select o.id, o.status, coalesce(paid.paid, 0) as paid, o.amount - coalesce(paid.paid, 0) as open
from orders as o
left join paid on o.id = paid.order_id
where o.status <> 'a' and o.amount >= 2`,
  },
  {
    name: 'customer_orders',
    sql: `select c.id, c.name, count(o.id) as orders, sum(o.amount) as amount, max(o.placed_on) as last_on
from customers as c
left join orders as o on c.id = o.customer_id and o.amount > 1
group by c.id, c.name
having count(o.id) >= 0`,
  },
  {
    name: 'latest_orders',
    sql: `select * from (
  select o.id, o.customer_id, o.amount, row_number() over (partition by o.customer_id order by o.placed_on desc, o.id) as n
  from orders as o
) as ranked
where n = 1`,
  },
  {
    name: 'people',
    sql: `select c.id, 'customer' as kind from customers as c where c.country = 'a'
union all
select o.customer_id, 'buyer' as kind from orders as o where o.amount > 2`,
  },
  {
    name: 'silent_customers',
    sql: `select c.id, c.country, case when c.rank > 2 then 'high' else 'low' end as level
from customers as c
where c.id not in (select o.customer_id from orders as o where o.customer_id is not null)`,
  },
  {
    name: 'countries',
    sql: `select distinct c.country, o.status
from orders as o
join customers as c on o.customer_id = c.id
where o.placed_on >= date '2024-01-02' or c.rank is null`,
  },
];

/** A project in which the queries' relations have the tests that the made-up rows keep. */
export function ownProject(name: string, sql: string): DbtProject {
  const sources = Object.entries(relations).map(([table, { columns }]) => [
    `source.shop.raw.${table}`,
    {
      columns: columns.map((column) => column.split(' ')[0] ?? ''),
      relationName: table,
      entry: { source_name: 'raw' },
    },
  ]);
  const tests = Object.entries(relations).flatMap(([table, { key, notNull }]) => [
    ...(key === null ? [] : [aTest('unique', table, key)]),
    ...notNull.map((column) => aTest('not_null', table, column)),
  ]);
  const parents = Object.keys(relations).map((table) => `source.shop.raw.${table}`);
  return aProject({
    adapter: 'duckdb',
    models: { [name]: { compiledCode: sql, parents } },
    others: Object.fromEntries([...sources, ...tests]),
  });
}

function aTest(name: string, table: string, column: string): readonly [string, object] {
  const on = `source.shop.raw.${table}`;
  const test = { name, attachedNode: id(on), columnName: column, kwargs: { column_name: column } };
  return [`test.shop.${name}_${table}_${column}`, { test, parents: [on] }];
}

const domains: Readonly<Record<string, readonly string[]>> = {
  integer: ['0', '1', '2', '3', 'null'],
  varchar: ["'a'", "'b'", "'az'", "''", 'null'],
  date: ["date '2024-01-01'", "date '2024-01-02'", "date '2024-01-03'", 'null'],
};

/** Statements that make the relations with up to six rows of NULLs, ties and boundary values; the same for the same seed. */
export function tablesOf(seed: number): readonly string[] {
  const roll = dice(seed);
  return Object.entries(relations).flatMap(([name, { columns, key, notNull }]) => {
    const rows = Array.from({ length: roll(7) }, (_, at) =>
      columns.map((column) => {
        const [own = '', type = ''] = column.split(' ');
        if (own === key) return String(at);
        const domain = domains[type] ?? ['null'];
        return domain[roll(notNull.includes(own) ? domain.length - 1 : domain.length)] ?? 'null';
      }),
    );
    const inserted =
      rows.length === 0 ? [] : [`insert into ${name} values ${rows.map((row) => `(${row.join(', ')})`).join(', ')}`];
    return [`create table ${name} (${columns.join(', ')})`, ...inserted];
  });
}

/** Numbers below a limit, the same for the same seed (xorshift). */
function dice(seed: number): (limit: number) => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % limit;
  };
}
