// The hop as a whole, types that are carried, and what ORDER BY moves.
import { afterAll, describe, expect, it } from '@jest/globals';
import type { NodeLineage } from '#core/lineage';
import { aCatalog, aProject, id } from '../../support/a-project.ts';
import { reader, traceSql } from '../../support/read-sql.ts';

afterAll(() => reader.close());

const source = 'source.shop.raw.t';

async function trace(sql: string, adapter = 'postgres'): Promise<NodeLineage> {
  const project = aProject({
    adapter,
    models: { m: { compiledCode: sql, parents: [source] } },
    others: { [source]: {} },
  });
  const lineage = await traceSql(project, aCatalog({ [source]: ['id bigint', 'a NUMERIC(10,2)', 'b text'] }));
  return lineage.get(id('m'))!;
}

describe('the hop as a whole', () => {
  it.each([
    ['select id from t', 'identity'],
    ['select id as n from t', 'rename'],
    ['select a::int x from t', 'cast'],
    ['select a + 1 x from t', 'expression'],
    ['select sum(a) x from t', 'aggregate'],
    ['select count(*) x from t', 'aggregate'],
    ['select sum(a) over (partition by b) x from t', 'window'],
    ['select row_number() over () x from t', 'window'],
    ['select 1 x from t', 'constant'],
    ["select cast('1' as int) x from t", 'constant'],
    ['select now() x from t', 'expression'],
    ['select id from t union all select a from t', 'set-operation'],
    ['select id from t union all select id from t where b is null', 'identity'],
    ['select max(a) x from t union all select a from t', 'aggregate'],
    ['select 1 x union all select 2', 'set-operation'],
  ])('%s: %s', async (sql, expected) => {
    const { columns } = await trace(sql);
    expect(columns[0]?.transformation).toBe(expected);
  });
});

describe('the type of a column', () => {
  it.each([
    ['select a as n from t', 'numeric(10,2)'],
    ['with c as (select * from t) select a from c', 'numeric(10,2)'],
    ['select a::int x from t', 'int'],
    ['select x from (select cast(b as date) x from t) d', 'date'],
    ['select id from t union all select id from t', 'bigint'],
    ['select id from t union all select a from t', null],
    ['select a + 1 x from t', null],
    ['select count(*) x from t', null],
  ])('%s: %s', async (sql, type) => {
    expect((await trace(sql)).columns[0]?.type).toBe(type);
  });

  it('goes from model to model', async () => {
    const project = aProject({
      models: {
        stg: { compiledCode: 'select cast(b as date) d from t', parents: [source] },
        fct: { compiledCode: 'select d as day from stg', parents: ['stg'] },
      },
      others: { [source]: {} },
    });
    const lineage = await traceSql(project, aCatalog({ [source]: ['b text'] }));
    expect(lineage.get(id('fct'))?.columns[0]?.type).toBe('date');
  });
});

describe('ORDER BY', () => {
  it.each([
    ['select id from t order by b', []],
    ['select id from t order by b limit 3', ['order b']],
    ['select id from (select * from t order by b) d limit 3', ['order b']],
    ['with c as (select * from t order by b) select id from c limit 3', ['order b']],
    ['select id from (select * from t order by b limit 2) d', ['order b']],
    ['select id from (select * from t order by b) d order by a limit 3', ['order a']],
    ['select id from t union all select id from t order by 1', []],
    ['select id from t union all select id from t order by 1 limit 2', ['order id']],
    ['select distinct on (id) id from t order by id, b', ['distinct id', 'order b', 'order id']],
  ])('%s', async (sql, expected) => {
    const { rowset } = await trace(sql);
    expect(rowset.map(({ clause, column }) => `${clause} ${column}`).sort()).toEqual(expected);
  });
});
