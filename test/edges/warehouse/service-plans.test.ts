import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { planQuestion } from '#core/evidence';
import { openWarehouse } from '#edges/warehouse';
import { id } from '../../support/a-project.ts';
import type { Engine } from '../../support/warehouses/engine.ts';
import { startEngine } from '../../support/warehouses/engine.ts';
import type { ServiceDouble } from '../../support/warehouses/services.ts';
import {
  secret,
  startBigQuery,
  startDatabricks,
  startSnowflake,
  startTrino,
} from '../../support/warehouses/services.ts';

/** A service, with a plan in the form of its manual, of a join without a condition of a large relation and a filtered one. */
interface Planner {
  readonly name: string;
  readonly start: (engine: Engine) => Promise<ServiceDouble>;
  readonly url: (endpoint: string) => string;
  readonly words: string;
  readonly plan: string;
  readonly figures: Readonly<Record<string, number>>;
  readonly refusal: string;
}

const snowflakePlan = {
  GlobalStats: { partitionsTotal: 12, partitionsAssigned: 11, bytesAssigned: 40_000_000_000 },
  Operations: [
    [
      { id: 0, operation: 'Result', expressions: ['BIG.ID'] },
      { id: 1, parentOperators: [0], operation: 'CartesianJoin' },
      { id: 2, parentOperators: [1], operation: 'CartesianJoin' },
      {
        id: 3,
        parentOperators: [2],
        operation: 'TableScan',
        objects: ['ANALYTICS.SHOP.BIG'],
        partitionsAssigned: 10,
        partitionsTotal: 10,
        bytesAssigned: 39_000_000_000,
      },
      { id: 4, parentOperators: [2], operation: 'Filter' },
      {
        id: 5,
        parentOperators: [4],
        operation: 'TableScan',
        objects: ['ANALYTICS.SHOP.SMALL'],
        partitionsAssigned: 1,
        partitionsTotal: 2,
        bytesAssigned: 1_000_000_000,
      },
      { id: 6, parentOperators: [1], operation: 'Aggregate', expressions: ['aggExprs: [MAX(SMALL.ID)]'] },
      { id: 7, parentOperators: [6], operation: 'JoinFilter' },
    ],
  ],
};

const estimates = (rows: number | 'NaN', bytes: number | 'NaN', cpu: number | 'NaN') => [
  { outputRowCount: rows, outputSizeInBytes: bytes, cpuCost: cpu, memoryCost: 0, networkCost: 0 },
];
const trinoPlan = (bytes: number | 'NaN') => ({
  '0': {
    id: '6',
    name: 'Output',
    descriptor: { columnNames: '[id]' },
    outputs: [{ symbol: 'id', type: 'bigint' }],
    details: [],
    estimates: estimates(5_000, 45_000, 0),
    children: [
      {
        id: '4',
        name: 'CrossJoin',
        descriptor: {},
        estimates: estimates(5_000, 45_000, 90_000),
        children: [
          {
            id: '0',
            name: 'TableScan',
            descriptor: { table: 'analytics:shop.big' },
            estimates: estimates(2_000_000, bytes, 18_000),
            children: [],
          },
          { id: '9', name: 'LocalExchange', descriptor: {}, estimates: estimates(50, 450, 450), children: [] },
        ],
      },
    ],
  },
  '1': {
    id: '1',
    name: 'ScanFilter',
    descriptor: { table: 'analytics:shop.small', filterPredicate: '("id" > BIGINT \'3\')' },
    estimates: [...estimates(100, 900, 900), ...estimates(50, 450, 1_800)],
    children: [],
  },
});

const sparkPlan = `== Optimized Logical Plan ==
Join Inner, Statistics(sizeInBytes=1.0 EiB)
:- Join Inner, (id#1L = id#7L), Statistics(sizeInBytes=1.0 EiB)
:  :- Filter isnotnull(id#1L), Statistics(sizeInBytes=2.0 GiB, rowCount=3.00E+6)
:  :  +- Relation analytics.shop.small[id#1L] parquet, Statistics(sizeInBytes=2.0 GiB, rowCount=3.00E+6)
:  +- Relation analytics.shop.big[id#7L,a#8] parquet, Statistics(sizeInBytes=10.0 GiB, rowCount=2.00E+7)
+- Join Cross, Statistics(sizeInBytes=20.0 B)
   :- Relation analytics.shop.days[day#9] parquet, Statistics(sizeInBytes=1024.0 B)
   +- Aggregate [max(id#3L) AS m#4L], Statistics(sizeInBytes=16.0 B)
      +- Relation analytics.shop.small[id#3L] parquet, Statistics(sizeInBytes=1.0 KiB)

== Physical Plan ==
AdaptiveSparkPlan isFinalPlan=false
+- CartesianProduct
`;

const planners: readonly Planner[] = [
  {
    name: 'Snowflake',
    start: (engine) => startSnowflake(engine, () => true),
    url: (endpoint) => `snowflake://reader:${secret}@myorg-account/ANALYTICS/SHOP?endpoint=${endpoint}`,
    words: 'explain using json',
    plan: JSON.stringify(snowflakePlan),
    figures: { planned: 1, crossProducts: 1, bytes: 40_000_000_000, 'scanBytes.SHOP.BIG': 39_000_000_000 },
    refusal: '001003',
  },
  {
    name: 'Trino',
    start: startTrino,
    url: (endpoint) => `trino://reader:${secret}@trino.example/analytics/shop?endpoint=${endpoint}`,
    words: 'explain (type distributed, format json)',
    plan: JSON.stringify(trinoPlan(18_000_000)),
    figures: {
      planned: 1,
      rows: 5_000,
      crossProducts: 1,
      cost: 111_150,
      bytes: 18_000_900,
      'scan.shop.big': 2_000_000,
    },
    refusal: 'SYNTAX_ERROR',
  },
  {
    name: 'Databricks',
    start: startDatabricks,
    url: (endpoint) =>
      `databricks://token:${secret}@dbc-1.cloud.databricks.com/sql/1.0/warehouses/a?endpoint=${endpoint}`,
    words: 'explain cost',
    plan: sparkPlan,
    figures: {
      planned: 1,
      crossProducts: 1,
      bytes: 12 * 2 ** 30 + 2_048,
      'scan.shop.big': 20_000_000,
      'scanBytes.shop.days': 1_024,
      'scanBytes.shop.small': 1_024,
    },
    refusal: 'PARSE_SYNTAX_ERROR',
  },
  {
    name: 'BigQuery',
    start: startBigQuery,
    url: (endpoint) => `bigquery://token:${secret}@shop-prod?endpoint=${endpoint}`,
    words: '',
    plan: '',
    figures: { planned: 1, bytes: 1_000_000_000 },
    refusal: 'invalidQuery',
  },
];

describe.each(planners)('plans of $name', ({ start, url, words, plan, figures, refusal }) => {
  let engine: Engine;
  let double: ServiceDouble;
  beforeAll(async () => {
    engine = await startEngine();
    double = await start(engine);
    double.plan.text = plan;
  });
  afterAll(async () => {
    await double.close();
    engine.close();
  });

  async function planOf(select: string) {
    const warehouse = openWarehouse(url(double.url));
    const of = { side: 'head' as const, uniqueId: id('fct'), relation: '"analytics"."shop"."fct"' };
    const answer = await warehouse.answer(planQuestion(of, select));
    await warehouse.close();
    expect(JSON.stringify(answer)).not.toContain(secret);
    return answer;
  }

  it('come back as counts, and nothing else of them', async () => {
    expect(await planOf('select * from shop.orders, shop.empty')).toMatchObject({ known: true, text: null });
    const answer = await planOf('select * from shop.orders, shop.empty');
    expect(answer.known && 'figures' in answer ? answer.figures : answer).toEqual(figures);
  });

  it('are asked for in words that run nothing', async () => {
    const [before, seen] = [double.statements.length, double.seen.length];
    await planOf('select 1 / (id - id) as a -- a remark\nfrom shop.before');
    expect(double.statements.slice(before).map((sql) => sql.replace(/\s+/g, ' '))).toEqual([
      `${words} select 1 / (id - id) as a from shop.before`.trim(),
    ]);
    // BigQuery has no such words: each job says that it is a dry run.
    const jobs = double.seen.slice(seen).filter(({ path }) => path.endsWith('/jobs'));
    expect(jobs.map(({ json }) => (json['configuration'] as { dryRun?: boolean }).dryRun)).toEqual(
      words === '' ? [true] : [],
    );
  });

  it('that cannot be had are an answer where the SQL is at fault', async () => {
    expect(await planOf('select id from shop.before where group by')).toMatchObject({
      known: true,
      figures: { planned: 0 },
      text: expect.stringContaining(`(${refusal})`) as unknown,
    });
  });

  it.each([
    ['select * from shop.nope', 'relation-absent'],
    ['select * from "denied"', /permission-denied|relation-absent/],
    ['select 1; drop table shop.orders', 'not-one-select'],
    ['with x as (delete from shop.orders returning *) select * from x', 'not-one-select'],
  ])('%s has none, for another reason', async (select, code) => {
    const answer = await planOf(select);
    expect(answer.known ? answer : answer.reason.code).toMatch(code);
  });

  it('of a service that is out of order are unknown, not refused', async () => {
    double.instead.push({ status: 500, body: { message: secret } });
    expect(await planOf('select * from shop.orders')).toMatchObject({ known: false, reason: { code: 'query-failed' } });
    double.instead.length = 0;
  });

  it('in another form are not read', async () => {
    if (words === '') return;
    double.plan.text = 'a plan';
    expect(await planOf('select * from shop.orders')).toMatchObject({ known: false, reason: { code: 'plan-unread' } });
    double.plan.text = plan;
  });
});

describe('a plan of Trino without statistics', () => {
  it('has no bytes', async () => {
    const engine = await startEngine();
    const double = await startTrino(engine);
    double.plan.text = JSON.stringify(trinoPlan('NaN'));
    const warehouse = openWarehouse(`trino://reader:${secret}@trino.example/analytics/shop?endpoint=${double.url}`);
    const of = { side: 'head' as const, uniqueId: id('fct'), relation: '"analytics"."shop"."fct"' };
    expect(await warehouse.answer(planQuestion(of, 'select * from shop.orders'))).toMatchObject({
      figures: expect.not.objectContaining({ bytes: expect.anything() as unknown }) as unknown,
    });
    await warehouse.close();
    await double.close();
    engine.close();
  });
});
