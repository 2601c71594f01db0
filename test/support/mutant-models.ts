import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type DbtProject, parseManifest } from '#core/dbt';
import { diceOf } from '../../src/edges/counterexample/dice.ts';
import { aProject, id } from './a-project.ts';

/** A model that is changed and run. */
export interface MutantModel {
  readonly name: string;
  readonly sql: string;
  readonly project: DbtProject;
}

/** A relation of the project's own queries. */
interface Relation {
  /** `name type`. */
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
const ownQueries: readonly { readonly name: string; readonly sql: string }[] = [
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

/** A project in which the queries' relations have the tests that made-up rows keep. */
function ownProject(name: string, sql: string): DbtProject {
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

/** The project's own queries, with tests on what they read. */
export function ownModels(): readonly MutantModel[] {
  return ownQueries.map(({ name, sql }) => ({ name, sql, project: ownProject(name, sql) }));
}

/** The demo's models, as dbt compiled them. */
export function demoModels(demo: string): readonly MutantModel[] {
  return modelsIn(projectAt(join(demo, 'artifacts/base/manifest.json.gz')));
}

/**
 * Models of the pull requests in `folder`, as dbt compiled them at base: each text once, those that pass another on left out, in an
 * order that is the same each time.
 */
export function corporaModels(folder: string): readonly MutantModel[] {
  const paths = globSync('pull-requests/*/*/base.manifest.json.gz', { cwd: folder }).sort();
  const found = new Map<string, MutantModel>();
  for (const path of paths)
    for (const model of modelsIn(projectAt(join(folder, path)))) if (!found.has(model.sql)) found.set(model.sql, model);
  const dice = diceOf(1);
  return [...found.values()]
    .filter(({ sql }) => /\b(?:join|where|group\s+by|union|case)\b/i.test(sql) && sql.length < longest)
    .map((model) => ({ model, place: dice.roll() }))
    .sort((a, b) => a.place - b.place)
    .map(({ model }) => model);
}

const longest = 8_000;

function projectAt(path: string): DbtProject {
  const manifest = parseManifest(gunzipSync(readFileSync(path)).toString('utf8'), path);
  if (!manifest.ok) throw new TypeError(manifest.reason.text);
  return manifest.value;
}

function modelsIn(project: DbtProject): readonly MutantModel[] {
  return [...project.nodes.values()].flatMap(({ name, resourceType, language, compiledCode }) =>
    resourceType === 'model' && language === 'sql' && compiledCode !== null
      ? [{ name, sql: compiledCode, project }]
      : [],
  );
}
