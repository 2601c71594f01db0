import { afterAll, describe, expect, it } from '@jest/globals';
import { reason } from '#core/base';
import { coverage, lineageLines, type ProjectLineage, traceProject } from '#core/lineage';
import { aCatalog, aProject, id } from '../../support/a-project.ts';
import { reader, traceSql } from '../../support/read-sql.ts';

afterAll(() => reader.close());

const orders = 'source.shop.raw.orders';

function columnsOf(lineage: ProjectLineage, name: string): readonly string[] {
  const node = lineage.get(id(name));
  return (node?.columns ?? []).map(({ column, sources }) => {
    const from = sources.map((source) => `${source.uniqueId.split('.').at(-1) ?? ''}.${source.column}`);
    return `${column} ← ${from.join(', ')}`;
  });
}

describe('a project', () => {
  it('is traced parents first, whatever the order of the manifest', async () => {
    const project = aProject({
      models: {
        fct: { compiledCode: 'select * from "db"."main"."stg"', parents: ['stg'] },
        stg: { compiledCode: 'select id as order_id, amount from "db"."main"."orders"', parents: [orders] },
      },
      others: { [orders]: {} },
    });
    const lineage = await traceSql(project, aCatalog({ [orders]: ['id', 'amount'] }));
    expect(columnsOf(lineage, 'fct')).toEqual(['order_id ← stg.order_id', 'amount ← stg.amount']);
    expect(lineage.get(id('fct'))?.complete).toBe(true);
  });

  it('cuts a cycle', async () => {
    const project = aProject({
      models: {
        a: { compiledCode: 'select x from "db"."main"."b"', parents: ['b'] },
        b: { compiledCode: 'select x from "db"."main"."a"', parents: ['a'] },
      },
    });
    const lineage = await traceSql(project);
    expect([...lineage.keys()].sort()).toEqual([id('a'), id('b')]);
  });

  it('expands a star from the parent’s SQL before the catalog, and from the catalog before the YAML', async () => {
    const models = {
      stg: {
        compiledCode: 'select id, new_name from "db"."main"."orders"',
        parents: [orders],
        columns: ['documented'],
      },
      all_stg: { compiledCode: 'select * from "db"."main"."stg"', parents: ['stg'] },
      all_orders: { compiledCode: 'select * from "db"."main"."orders"', parents: [orders] },
    };
    const project = aProject({ models, others: { [orders]: { columns: ['only_in_yaml'] } } });
    const known = await traceSql(project, aCatalog({ [orders]: ['id', 'new_name'], stg: ['id', 'old_name'] }));
    expect(columnsOf(known, 'all_stg')).toEqual(['id ← stg.id', 'new_name ← stg.new_name']);
    expect(columnsOf(known, 'all_orders')).toEqual(['id ← orders.id', 'new_name ← orders.new_name']);
    const open = await traceSql(project);
    expect(columnsOf(open, 'all_orders')).toEqual(['only_in_yaml ← orders.only_in_yaml']);
    expect(open.get(id('all_orders'))?.complete).toBe(false);
  });

  it('follows columns through stars that it cannot expand', async () => {
    const project = aProject({
      models: {
        tmp: { compiledCode: 'select * from "db"."main"."orders"', parents: [orders] },
        stg: { compiledCode: 'with s as (select * from "db"."main"."tmp") select email from s', parents: ['tmp'] },
      },
      others: { [orders]: {} },
    });
    const lineage = await traceSql(project);
    expect(columnsOf(lineage, 'stg')).toEqual(['email ← tmp.email']);
    expect(columnsOf(lineage, 'tmp')).toEqual(['email ← orders.email']);
    expect(columnsOf(lineage, orders)).toEqual(['email ← ']);
    expect(lineage.get(id('tmp'))).toMatchObject({ complete: false, unresolved: null });
  });

  it('counts the aliases of UNPIVOT from the end where the columns that stay are not known', async () => {
    const sql = 'select id, nam, val from "db"."main"."orders" unpivot (v for n in (a, b)) as u (id, nam, val)';
    const project = aProject({
      adapter: 'snowflake',
      models: { m: { compiledCode: sql, parents: [orders] } },
      others: { [orders]: {} },
    });
    const lineage = await traceSql(project);
    expect(columnsOf(lineage, 'm')).toEqual(['id ← ', 'nam ← ', 'val ← orders.a, orders.b']);
    const [first, second] = lineage.get(id('m'))?.columns ?? [];
    expect([first?.unresolved?.code, second?.unresolved]).toEqual(['open-star', null]);
  });

  it('says so where a star hides everything', async () => {
    const project = aProject({ models: { m: 'select * from elsewhere.things' } });
    const lineage = await traceSql(project);
    expect(lineage.get(id('m'))?.columns).toMatchObject([{ column: '*', unresolved: { code: 'open-star' } }]);
  });

  it('knows relations by any quoting, by schema and by a name that is the only one', async () => {
    const project = aProject({
      models: {
        a: { compiledCode: 'select id from "DB"."MAIN"."ORDERS"', parents: [orders] },
        b: { compiledCode: 'select id from main.orders', parents: [orders] },
        c: { compiledCode: 'select id from orders', parents: [orders] },
        d: { compiledCode: 'select id from other.orders', parents: [orders] },
      },
      others: { [orders]: {} },
    });
    const lineage = await traceSql(project, aCatalog({ [orders]: ['id'] }));
    const from = ['a', 'b', 'c', 'd'].map((name) => lineage.get(id(name))?.columns[0]?.sources[0]?.uniqueId);
    expect(from).toEqual([orders, orders, orders, 'relation.other.orders']);
  });

  it('takes the declared parent where a seed fills a source’s relation', async () => {
    const seed = 'seed.shop.orders';
    const project = aProject({
      models: { stg: { compiledCode: 'select id from "db"."main"."orders"', parents: [orders] } },
      others: { [seed]: {}, [orders]: {} },
    });
    const lineage = await traceSql(project, aCatalog({ [seed]: ['id'], [orders]: ['id'] }));
    expect(lineage.get(id('stg'))?.columns[0]?.sources[0]?.uniqueId).toBe(orders);
  });

  it('names the ephemeral model that dbt has inlined', async () => {
    const inlined = 'select id as order_id from "db"."main"."orders"';
    const project = aProject({
      models: {
        eph: { compiledCode: inlined, materialized: 'ephemeral', parents: [orders] },
        m: {
          compiledCode: `with __dbt__cte__eph as (${inlined}) select order_id from __dbt__cte__eph`,
          parents: ['eph'],
        },
      },
      others: { [orders]: {} },
    });
    const lineage = await traceSql(project, aCatalog({ [orders]: ['id'] }));
    expect(columnsOf(lineage, 'm')).toEqual(['order_id ← eph.order_id']);
    const uncompiled = aProject({
      models: {
        eph: { materialized: 'ephemeral', parents: [orders] },
        m: {
          compiledCode: `with __dbt__cte__eph as (${inlined}) select order_id from __dbt__cte__eph`,
          parents: ['eph'],
        },
      },
      others: { [orders]: {} },
    });
    expect(columnsOf(await traceSql(uncompiled, aCatalog({ [orders]: ['id'] })), 'm')).toEqual([
      'order_id ← orders.id',
    ]);
  });

  it('adds what dbt adds to a snapshot, and leaves `{{ this }}` out', async () => {
    const snapshot = 'snapshot.shop.snap';
    const project = aProject({
      models: {
        inc: {
          compiledCode: 'select id, at from "db"."main"."orders" where at > (select max(at) from "db"."main"."inc")',
          parents: [orders],
        },
      },
      others: {
        [orders]: {},
        [snapshot]: {
          compiledCode: 'select id from "db"."main"."orders"',
          parents: [orders],
          config: { hard_deletes: 'new_record', snapshot_meta_column_names: { dbt_valid_from: 'since' } },
        },
      },
    });
    const lineage = await traceSql(project, aCatalog({ [orders]: ['id', 'at'] }));
    const names = lineage.get(id(snapshot))?.columns.map(({ column }) => column);
    expect(names).toEqual(['id', 'dbt_scd_id', 'dbt_updated_at', 'since', 'dbt_valid_to', 'dbt_is_deleted']);
    expect(lineage.get(id('inc'))?.rowset.map(({ uniqueId }) => uniqueId)).toEqual([orders]);
  });

  it('says why a model was not analysed, and keeps the columns that the catalog knows', () => {
    const project = aProject({
      models: { py: { language: 'python' }, raw: {}, bad: { compiledCode: 'select' } },
    });
    const reasons = new Map([[id('bad'), reason('not-parsed', 'line 1')]]);
    const lineage = traceProject(project, aCatalog({ py: ['id'] }), new Map(), reasons);
    expect(lineage.get(id('py'))).toMatchObject({ unresolved: { code: 'python-model' }, columns: [{ column: 'id' }] });
    expect(lineage.get(id('raw'))).toMatchObject({
      unresolved: { code: 'not-compiled', remedy: 'run dbt compile before the upload' },
    });
    expect(lineage.get(id('bad'))?.unresolved).toEqual({ code: 'not-parsed', text: 'line 1' });
    expect(coverage(lineage, project)).toMatchObject({ models: 3, columns: 1, resolved: 0 });
  });
});

describe('lines of lineage', () => {
  it('give a record a column, a source column once with its strongest transformation', async () => {
    const project = aProject({
      models: {
        m: {
          compiledCode: 'select coalesce(max(a), id) k, 1 as one from "db"."main"."orders" where b group by id, a',
          parents: [orders],
        },
      },
      others: { [orders]: {} },
    });
    const lineage = await traceSql(project, aCatalog({ [orders]: ['id', 'a', 'b'] }));
    const rowset = [
      { unique_id: orders, column: 'b', clause: 'where' },
      { unique_id: orders, column: 'id', clause: 'group' },
      { unique_id: orders, column: 'a', clause: 'group' },
    ];
    const sources = [
      { unique_id: orders, column: 'a', transformation: 'aggregate' },
      { unique_id: orders, column: 'id', transformation: 'expression' },
    ];
    expect(lineageLines(lineage, project)).toEqual([
      { unique_id: id('m'), column: 'k', sources, rowset },
      { unique_id: id('m'), column: 'one', sources: [], rowset },
    ]);
    expect(coverage(lineage, project)).toEqual({ models: 1, columns: 2, resolved: 2, unresolved: [] });
  });
});
