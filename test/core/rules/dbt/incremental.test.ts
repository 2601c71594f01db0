import { afterAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../../../support/manifests.ts';
import { aModel } from '../../../support/manifests.ts';
import { reader } from '../../../support/read-sql.ts';
import { aTest, readChange, shopOf, told, toldBy } from '../../../support/rules.ts';

afterAll(() => reader.close());

function incremental(config: Json, parts: Json = {}): Json {
  const all = { materialized: 'incremental', ...config };
  return aModel('m', { config: all, unrendered_config: all, ...parts });
}

const ids = (found: readonly { readonly id: string }[]): readonly string[] => found.map(({ id }) => id);

describe('incremental-config', () => {
  const found = (before: Json, after: Json) => told('incremental-config', [incremental(before)], [incremental(after)]);

  it('tells another key, strategy or set of merged columns, in one finding', () => {
    const [one, ...more] = found(
      { unique_key: 'id', incremental_strategy: 'merge' },
      { unique_key: ['id', 'line'], incremental_strategy: 'append' },
    );
    expect(more).toEqual([]);
    expect(one?.text).toBe(
      '`m` is incremental, and its unique_key: id → id, line; incremental_strategy: merge → append',
    );
    expect(one?.matters).toContain('replaced by another key');
  });

  it.each<[string, Json, Json]>([
    ['a key written as a list', { unique_key: 'id' }, { unique_key: ['id'] }],
    ['the order of a list', { unique_key: ['a', 'b'] }, { unique_key: ['b', 'a'] }],
    [
      'the strategy that the adapter takes anyway',
      { unique_key: 'id' },
      { unique_key: 'id', incremental_strategy: 'delete+insert' },
    ],
    ['columns that are taken in now', {}, { on_schema_change: 'append_new_columns' }],
    [
      'a longer look back',
      { incremental_strategy: 'microbatch', lookback: 1 },
      { incremental_strategy: 'microbatch', lookback: 3 },
    ],
    ['a model that is built anew on every run', { unique_key: 'a' }, { unique_key: 'b', full_refresh: true }],
    ['a model that was a table', { materialized: 'table', unique_key: 'a' }, { unique_key: 'b' }],
  ])('is silent about %s', (_, before, after) => expect(found(before, after)).toEqual([]));

  it('tells a shorter look back and columns that are no longer taken in', () => {
    expect(
      ids(
        found({ incremental_strategy: 'microbatch', lookback: 3 }, { incremental_strategy: 'microbatch', lookback: 1 }),
      ),
    ).toEqual(['changed']);
    expect(ids(found({ on_schema_change: 'sync_all_columns' }, { on_schema_change: 'ignore' }))).toEqual(['changed']);
  });
});

describe('incremental-key-nullable', () => {
  const table = aModel('m', { config: { materialized: 'table' }, unrendered_config: { materialized: 'table' } });
  const keyed = incremental({ unique_key: 'id' });
  const rule = 'incremental-key-nullable';

  it('tells a new key of which nothing says that it is never NULL, with the test to paste', () => {
    expect(told(rule, [table], [keyed])[0]?.text).toBe('`m` merges by id, which nothing says is never NULL');
  });

  it('tells a key whose not_null test is gone', () => {
    const test = aTest('not_null', { column_name: 'id' });
    const edited = { ...keyed, raw_code: 'select 2 as m' };
    expect(ids(told(rule, [keyed, test], [edited]))).toEqual(['nullable']);
  });

  it('is silent where a test says it, where it was as unknown before, and where nothing is merged', () => {
    expect(told(rule, [table], [keyed, aTest('not_null', { column_name: 'id' })])).toEqual([]);
    expect(told(rule, [keyed], [{ ...keyed, raw_code: 'select 2 as m' }])).toEqual([]);
    expect(told(rule, [table], [incremental({ unique_key: 'id', incremental_strategy: 'append' })])).toEqual([]);
  });

  it('does not count a test that lets rows pass', () => {
    const weak = aTest('not_null', { column_name: 'id' }, { config: { severity: 'warn' } });
    expect(ids(told(rule, [table], [keyed, weak]))).toEqual(['nullable']);
  });
});

describe('incremental-not-rebuilt', () => {
  const rule = 'incremental-not-rebuilt';

  it('tells a table that becomes incremental, and no view that becomes a table', () => {
    const was = (materialized: string): Json =>
      aModel('m', { config: { materialized }, unrendered_config: { materialized } });
    expect(told(rule, [was('table')], [incremental({})])[0]).toMatchObject({
      id: 'becomes-incremental',
      severity: 'S2',
    });
    expect(told(rule, [was('view')], [was('table')])).toEqual([]);
  });

  it('notes that old rows keep the old meaning, unless the SQL means the same', async () => {
    const sql = (text: string): Json => incremental({}, { raw_code: text, compiled_code: text });
    const change = async (after: string) =>
      toldBy(rule, await readChange(shopOf(sql('select a, b from x where a > 1')), shopOf(sql(after))));
    expect(await change('select a, b from x where a >= 1')).toMatchObject([{ id: 'old-rows-stay', severity: 'S3' }]);
    expect(await change('select y.a, y.b from x as y where y.a > 1')).toEqual([]);
  });
});

describe('incremental-filter', () => {
  const block = (condition: string): Json =>
    incremental(
      { unique_key: 'id' },
      { raw_code: `select * from x\n{% if is_incremental() %}\n${condition}\n{% endif %}\n-- end` },
    );
  const found = (before: string, after: string) => told('incremental-filter', [block(before)], [block(after)]);
  const since = (sign: string, back = '', column = 'at'): string =>
    `where ${column} ${sign} (select max(${column})${back} from {{ this }})`;

  it('tells a comparison that drops rows of the same time', () => {
    expect(found(since('>='), since('>'))).toMatchObject([
      { id: 'boundary', text: 'incremental runs of `m` compare by `>` instead of `>=`' },
    ]);
    // A key merges what is read twice.
    expect(found(since('>'), since('>='))).toEqual([]);
  });

  it('tells a shorter look back in days, and no longer one', () => {
    expect(found(since('>', " - interval '3 days'"), since('>', " - interval '12 hours'"))).toMatchObject([
      { id: 'reaches-less-far', text: 'incremental runs of `m` look back 12 hours instead of 3 days' },
    ]);
    expect(found(since('>', " - interval '3 days'"), since('>', " - interval '7 days'"))).toEqual([]);
    expect(found('where at > dateadd(day, -3, now())', 'where at > dateadd(day, -1, now())')).toMatchObject([
      { id: 'reaches-less-far' },
    ]);
  });

  it('tells another column, a filter that is gone, and one that is new', () => {
    expect(found(since('>'), since('>', '', 'loaded_at'))[0]?.text).toContain('go by `loaded_at from {{ this }}`');
    expect(ids(found(since('>'), ''))).toEqual(['dropped']);
    expect(ids(found('', since('>')))).toEqual(['added']);
  });

  it('is silent about comments, white space, case, and the else of the block', () => {
    expect(
      found(since('>'), `-- late rows\n  ${since('>').toUpperCase().replace('{{ THIS }}', '{{ this }}')}`),
    ).toEqual([]);
    expect(found(since('>='), since('>=').replace('{{ this }}', '{{this}}').replace(' >= (', '>= ('))).toEqual([]);
    expect(found(`${since('>')} {% else %} where 1 = 1`, `${since('>')} {% else %} where 2 = 2`)).toEqual([]);
  });

  it('reads nested blocks to their own end', () => {
    const nested = (day: string): string => `${since('>')} {% if x %} and day = '${day}' {% endif %} and true`;
    expect(ids(found(nested('a'), nested('b')))).toEqual(['changed']);
    expect(found(nested('a'), nested('a'))).toEqual([]);
  });
});
