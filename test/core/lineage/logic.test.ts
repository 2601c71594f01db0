import { afterAll, describe, expect, it } from '@jest/globals';
import { mapTokens } from '#core/lineage';
import { aCatalog, aProject, id } from '../../support/a-project.ts';
import { reader, traceSql } from '../../support/read-sql.ts';

afterAll(() => reader.close());

async function logicOf(sql: string): Promise<string> {
  const project = aProject({ models: { m: sql }, others: { 'source.shop.raw.t': {} } });
  const lineage = await traceSql(project, aCatalog({ 'source.shop.raw.t': ['id', 'a', 'b'] }));
  return lineage.get(id('m'))?.columns[0]?.logic ?? '';
}

describe('logic', () => {
  it.each([
    ['white space and case', 'select upper(a)||b x from t', 'SELECT\n  UPPER( a )  ||  b AS x FROM t'],
    ['table aliases', 'select upper(a) x from t', 'select upper(q.a) x from t as q'],
    [
      'CTEs and derived tables',
      'select coalesce(a, 0) x from t',
      'with c as (select a as k from t) select coalesce(d.k, 0) x from (select * from c) d',
    ],
    ['the column’s own name', 'select a + 1 x from t', 'select a + 1 y from t'],
    ['ways to write a cast', 'select a::int x from t', 'select cast(a as integer) x from t'],
    ['parentheses', 'select (a) x from t', 'select a x from t'],
  ])('does not depend on %s', async (_, one, other) => {
    expect(await logicOf(one)).not.toBe('');
    expect(await logicOf(one)).toBe(await logicOf(other));
  });

  it.each([
    ['a literal', 'select coalesce(a, 0) x from t', 'select coalesce(a, 1) x from t'],
    ['the order of operands', 'select a - b x from t', 'select b - a x from t'],
    ['DISTINCT', 'select count(a) x from t', 'select count(distinct a) x from t'],
    ['a condition', 'select case when a > 1 then b end x from t', 'select case when a >= 1 then b end x from t'],
    ['ELSE', 'select case when a > 1 then b end x from t', 'select case when a > 1 then b else 0 end x from t'],
    ['the type of a cast', 'select a::int x from t', 'select a::bigint x from t'],
    ['a window’s order', 'select sum(a) over (order by b) x from t', 'select sum(a) over (order by b desc) x from t'],
    [
      'a window’s frame',
      'select sum(a) over (order by b) x from t',
      'select sum(a) over (order by b rows unbounded preceding) x from t',
    ],
    ['the unit of a date', 'select extract(year from a) x from t', 'select extract(month from a) x from t'],
    [
      'the filter of a subquery',
      'select (select max(b) from t where a = 1) x from t',
      'select (select max(b) from t where a = 2) x from t',
    ],
  ])('depends on %s', async (_, one, other) => {
    expect(await logicOf(one)).not.toBe(await logicOf(other));
  });

  it('stays short when columns are made of columns of columns', async () => {
    const steps = Array.from({ length: 60 }, (_, at) => `c${at + 1} as (select x || x as x from c${at})`);
    const sql = `with c0 as (select a as x from t), ${steps.join(', ')} select x from c60`;
    expect((await logicOf(sql)).length).toBeLessThan(5_000);
    expect(await logicOf(sql)).not.toBe(await logicOf(sql.replace('select a as x', 'select b as x')));
  });

  it('has its names replaced, but not inside literals', () => {
    const logic = "(model.shop.t.a || 'model.shop.t.a')";
    expect(mapTokens(logic, (token) => (token === 'model.shop.t.a' ? 'model.shop.t.b' : token))).toBe(
      "(model.shop.t.b || 'model.shop.t.a')",
    );
  });
});
