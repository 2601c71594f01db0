// Projects of marts of some hundred lines, in two ways of writing and with edits of several kinds.
import type { ProjectSide } from '#core/change';
import type { DbtCatalog } from '#core/dbt';
import { parseManifest } from '#core/dbt';
import { aCatalog } from './a-project.ts';

/** What was done to a mart: only its form, or also its meaning. */
export type MartEdit = 'none' | 'form' | 'filter' | 'inner' | 'column' | 'boundary' | 'join' | 'grouping' | 'default';

/** The kinds of edits of a change in which every fourth model is only written otherwise. */
export const mixedEdits: readonly MartEdit[] = [
  'form',
  'filter',
  'column',
  'boundary',
  'form',
  'inner',
  'join',
  'grouping',
  'form',
  'default',
  'filter',
  'column',
];

const tables = {
  stg_orders: ['order_id', 'customer_id', 'region_id', 'ordered_at', 'status', 'channel', 'currency', 'updated_at'],
  stg_lines: [
    'line_id',
    'order_id',
    'sku',
    'quantity',
    'unit_price',
    'discount',
    'cancelled',
    'shipped_at',
    'returned_at',
  ],
  stg_customers: ['customer_id', 'name', 'segment', 'country', 'signed_up_at', 'updated_at'],
  stg_regions: ['region_id', 'region_name', 'manager'],
} as const;

const keys = { stg_orders: 'order_id', stg_lines: 'line_id', stg_customers: 'customer_id' };

/** The manifest of a project of marts over four staging models; `editOf` says what was done to each. */
export function manifestOfMarts(marts: number, editOf: (at: number) => MartEdit): object {
  const nodes: Record<string, object> = {};
  for (const [name, columns] of Object.entries(tables)) {
    const sql = `select ${columns.join(', ')} from "raw"."shop"."${name.slice(4)}"`;
    nodes[`model.bench.${name}`] = node(name, sql, []);
  }
  for (const [model, column] of Object.entries(keys)) {
    nodes[`test.bench.unique_${model}`] = uniqueTest(model, column);
  }
  for (let at = 0; at < marts; at += 1) {
    const name = `mart_${String(at).padStart(5, '0')}`;
    nodes[`model.bench.${name}`] = node(name, martSql(at, editOf(at)), Object.keys(tables));
  }
  return {
    metadata: {
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
      dbt_version: '1.10.0',
      adapter_type: 'postgres',
      project_name: 'bench',
    },
    nodes,
    ...{ sources: {}, macros: {}, exposures: {}, metrics: {}, groups: {}, disabled: {}, semantic_models: {} },
    ...{ saved_queries: {}, unit_tests: {}, parent_map: {}, child_map: {}, docs: {}, selectors: {} },
  };
}

/** One side of that project, with a catalog of the staging models. */
export function sideOfMarts(marts: number, editOf: (at: number) => MartEdit): ProjectSide {
  const manifest = parseManifest(JSON.stringify(manifestOfMarts(marts, editOf)), 'manifest.json');
  if (!manifest.ok) throw new TypeError(manifest.reason.text);
  const side = { project: manifest.value, catalog: catalogOfTables(), runResults: null, artifacts: [], stale: null };
  return { ...side, origin: 'generated' };
}

function catalogOfTables(): DbtCatalog {
  const relations = Object.entries(tables).map(([name, columns]) => [
    `model.bench.${name}`,
    columns.map((column) => `${column} text`),
  ]);
  return aCatalog(Object.fromEntries(relations) as Record<string, readonly string[]>);
}

function node(name: string, sql: string, parents: readonly string[]): object {
  const raw = sql.replaceAll(/"db"\."main"\."(\w+)"/g, "{{ ref('$1') }}");
  return {
    ...{ unique_id: `model.bench.${name}`, name, resource_type: 'model', package_name: 'bench', path: `${name}.sql` },
    ...{ original_file_path: `models/${name}.sql`, fqn: ['bench', name], alias: name, database: 'db', schema: 'main' },
    ...{ relation_name: `"db"."main"."${name}"`, language: 'sql', raw_code: raw, compiled_code: sql, compiled: true },
    ...{ checksum: { name: 'sha256', checksum: sql }, config: { materialized: 'table' }, unrendered_config: {} },
    ...{ columns: {}, tags: [], meta: {}, description: '', refs: [], sources: [], metrics: [], access: 'protected' },
    depends_on: { macros: [], nodes: parents.map((parent) => `model.bench.${parent}`) },
  };
}

function uniqueTest(model: string, column: string): object {
  const name = `unique_${model}`;
  return {
    ...{ unique_id: `test.bench.${name}`, name, resource_type: 'test', package_name: 'bench', path: `${name}.sql` },
    ...{ original_file_path: 'models/schema.yml', fqn: ['bench', name], alias: name, database: 'db', schema: 'tests' },
    ...{ language: 'sql', raw_code: '', checksum: { name: 'none', checksum: '' }, columns: {}, tags: [], meta: {} },
    ...{ config: { severity: 'ERROR', enabled: true }, unrendered_config: {}, description: '', refs: [], sources: [] },
    test_metadata: { name: 'unique', kwargs: { column_name: column }, namespace: null },
    ...{ attached_node: `model.bench.${model}`, column_name: column },
    depends_on: { macros: [], nodes: [`model.bench.${model}`] },
  };
}

const measures = Array.from({ length: 10 }, (_, at) => at + 1);

function martSql(at: number, edit: MartEdit): string {
  return edit === 'form' ? written(at) : plain(at, edit);
}

/** A mart: lines priced and summed up per order, the latest row of each customer, both joined to the orders. */
function plain(at: number, edit: MartEdit): string {
  const is = (one: MartEdit, then: string, otherwise = ''): string => (edit === one ? then : otherwise);
  return `with orders as (
    select * from "db"."main"."stg_orders"
),
lines as (
    select * from "db"."main"."stg_lines"
),
customers as (
    select * from "db"."main"."stg_customers"
),
priced as (
    select
        l.order_id,
        l.sku,
        l.quantity,
        l.unit_price * l.quantity as gross,
        coalesce(l.discount, ${is('default', '1', '0')}) as discount,
        case
            when l.returned_at is not null then 'returned'
            when l.shipped_at is null then 'open'
            else 'shipped'
        end as state${measures.map((one) => `,\n        case when l.sku = 'sku-${at}-${one}' then l.quantity * ${one} else 0 end as m${one}`).join('')}
    from lines l
    where l.quantity ${is('boundary', '>=', '>')} ${at % 7} and l.cancelled = false
),
per_order as (
    select
        order_id${is('grouping', ',\n        state')},
        sum(gross) as gross,
        sum(discount) as discount,
        sum(case when state = 'returned' then gross else 0 end) as returned,
        count(*) as line_count${measures.map((one) => `,\n        sum(m${one}) as m${one}`).join('')}
    from priced
    group by order_id${is('grouping', ', state')}
),
ranked as (
    select
        c.customer_id,
        c.name,
        c.segment,
        c.country,
        row_number() over (partition by c.customer_id order by c.updated_at desc) as rn
    from customers c
),
latest as (
    select * from ranked where rn = 1
),
joined as (
    select
        o.order_id,
        o.customer_id,
        o.ordered_at,
        o.channel,
        upper(o.currency) as currency,
        x.name as customer_name,
        x.segment,
        x.country,${is('join', '\n        r.region_name,')}${is('column', '\n        lower(o.status) as status_code,')}
        coalesce(p.gross, 0) as gross,
        coalesce(p.gross, 0) - coalesce(p.discount, 0) as net,
        p.returned,
        p.line_count${measures.map((one) => `,\n        coalesce(p.m${one}, 0) + ${at % 5} as m${one}`).join('')}
    from orders o
    ${is('inner', 'inner', 'left')} join per_order p on p.order_id = o.order_id
    left join latest x on x.customer_id = o.customer_id${is('join', '\n    left join "db"."main"."stg_regions" r on r.region_id = o.region_id')}
    where o.ordered_at >= '2020-01-0${(at % 9) + 1}' and o.channel <> 'test'${is('filter', " and o.status <> 'void'")}
)
select * from joined
`;
}

/** The same mart as another hand writes it: other names, a subquery for a CTE, conditions turned round, other order and case. */
function written(at: number): string {
  return `WITH LINE_PRICES AS (
  SELECT order_id, sku, quantity, quantity * unit_price AS gross, COALESCE(discount, 0) AS discount,
    CASE WHEN returned_at IS NOT NULL THEN 'returned' WHEN shipped_at IS NULL THEN 'open' ELSE 'shipped' END AS state${measures
      .map((one) => `, CASE WHEN sku = 'sku-${at}-${one}' THEN quantity * ${one} ELSE 0 END AS m${one}`)
      .join('')}
  FROM "db"."main"."stg_lines"
  WHERE cancelled = false AND ${at % 7} < quantity
), SUMS AS (
  SELECT lp.order_id, SUM(lp.gross) AS gross, SUM(lp.discount) AS discount,
    SUM(CASE WHEN lp.state = 'returned' THEN lp.gross ELSE 0 END) AS returned, COUNT(*) AS line_count${measures
      .map((one) => `, SUM(lp.m${one}) AS m${one}`)
      .join('')}
  FROM LINE_PRICES AS lp
  GROUP BY 1
)
SELECT ord.order_id, ord.customer_id, ord.ordered_at, ord.channel, UPPER(ord.currency) AS currency,
  newest.name AS customer_name, newest.segment, newest.country,
  COALESCE(s.gross, 0) AS gross, COALESCE(s.gross, 0) - COALESCE(s.discount, 0) AS net, s.returned, s.line_count${measures
    .map((one) => `,\n  COALESCE(s.m${one}, 0) + ${at % 5} AS m${one}`)
    .join('')}
FROM "db"."main"."stg_orders" AS ord
LEFT JOIN SUMS AS s ON ord.order_id = s.order_id
LEFT JOIN (
  SELECT * FROM (
    SELECT customer_id, name, segment, country,
      ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY updated_at DESC) AS position
    FROM "db"."main"."stg_customers"
  ) AS every_row
  WHERE position = 1
) AS newest ON ord.customer_id = newest.customer_id
WHERE ord.channel != 'test' AND ord.ordered_at >= '2020-01-0${(at % 9) + 1}'
`;
}
