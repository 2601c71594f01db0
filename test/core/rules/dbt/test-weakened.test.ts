import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../../support/manifests.ts';
import { aModel } from '../../../support/manifests.ts';
import { aTest, told } from '../../../support/rules.ts';

const described = aModel('m', { columns: { id: { name: 'id' }, status: { name: 'status' } } });
const found = (before: readonly Json[], after: readonly Json[], model = described) =>
  told('test-weakened', [described, ...before], [model, ...after]);
const unique = aTest('unique', { column_name: 'id' });
const accepted = (values: readonly string[]): Json => aTest('accepted_values', { column_name: 'status', values });

describe('test-weakened', () => {
  it('tells tests that are gone, all of a node in one finding', () => {
    expect(found([unique, aTest('not_null', { column_name: 'id' })], [])).toMatchObject([
      {
        id: 'removed',
        text: 'not_null(id), unique(id) of `m` are no longer checked',
        matters: expect.stringContaining('multiply rows'),
      },
    ]);
  });

  it('is silent where the node or the column is gone too, or another test asks the same', () => {
    expect(told('test-weakened', [described, unique], [])).toEqual([]);
    expect(found([unique], [], aModel('m', { columns: { other: { name: 'other' } } }))).toEqual([]);
    const combination = aTest('unique_combination_of_columns', { combination_of_columns: ['id', 'line'] });
    expect(found([unique], [combination])).toEqual([]);
    expect(found([unique], [{ ...combination, attached_node: 'model.shop.n' }])).toHaveLength(1);
  });

  it('is silent where an enforced constraint proves it', () => {
    const keyed = aModel('m', {
      columns: { id: { name: 'id', data_type: 'int', constraints: [{ type: 'not_null' }] } },
      config: { materialized: 'table' },
      contract: { enforced: true },
    });
    expect(found([aTest('not_null', { column_name: 'id' })], [], keyed)).toEqual([]);
  });

  it.each<[string, Json, Json, string]>([
    ['severity', {}, { severity: 'warn' }, 'severity error → warn'],
    ['where', {}, { where: "day > '2024-01-01'" }, "only where day > '2024-01-01'"],
    ['limit', {}, { limit: 10 }, 'at most 10 failures counted'],
    ['error_if', {}, { error_if: '> 20' }, 'error_if: 0 → 20 failures let pass'],
  ])('tells a looser %s', (_, before, after, how) => {
    const test = (config: Json): Json => aTest('unique', { column_name: 'id' }, { config });
    expect(found([test(before)], [test(after)])[0]?.text).toBe(`a test of \`m\` asks less: unique(id): ${how}`);
    expect(found([test(after)], [test(before)])).toEqual([]);
  });

  it('tells values that are accepted now, unless the SQL newly makes them', () => {
    const [before, after] = [accepted(['a', 'b']), accepted(['a', 'b', 'unknown'])];
    expect(found([before], [after])[0]?.text).toContain("also accepts 'unknown'");
    const makes = { ...described, raw_code: "select 'unknown' as status" };
    expect(found([before], [after], makes)).toEqual([]);
    expect(found([after], [before])).toEqual([]);
  });

  it('tells a wider range and another parent', () => {
    const range = (max_value: number): Json => aTest('accepted_range', { column_name: 'id', min_value: 0, max_value });
    expect(found([range(10)], [range(100)])[0]?.text).toContain('max_value 10 → 100');
    const parent = (to: string): Json => aTest('relationships', { column_name: 'id', to, field: 'id' });
    expect(found([parent("ref('a')")], [parent("ref('all_of_a')")])[0]?.text).toContain('another parent');
  });

  it('tells a unit test that is gone', () => {
    const unit = {
      ...aModel('u'),
      unique_id: 'unit_test.shop.m.u',
      resource_type: 'unit_test',
      model: 'm',
      depends_on: { nodes: ['model.shop.m'] },
    };
    expect(found([unit], [])[0]?.text).toBe('u of `m` is no longer checked');
  });
});
