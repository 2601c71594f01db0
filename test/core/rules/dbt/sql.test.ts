import { afterAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../../../support/manifests.ts';
import { aModel } from '../../../support/manifests.ts';
import { reader } from '../../../support/read-sql.ts';
import { aTest, readChange, shopOf, toldBy } from '../../../support/rules.ts';

afterAll(() => reader.close());

const parents = ['orders', 'lines', 'prices'].map((name) => aModel(name));

/** What a rule says of one model's SQL, in which `db.main.x` stands for `ref`. */
async function found(
  rule: string,
  before: string,
  after: string,
  words: { model?: Json; others?: readonly Json[] } = {},
) {
  const model = (code: string): Json =>
    aModel('m', {
      raw_code: code.replaceAll(/"db"\."main"\."(\w+)"/g, "{{ ref('$1') }}"),
      compiled_code: code,
      depends_on: { nodes: parents.map((parent) => parent['unique_id'] as string), macros: [] },
      ...words.model,
    });
  const around = [...parents, ...(words.others ?? [])];
  return toldBy(rule, await readChange(shopOf(model(before), ...around), shopOf(model(after), ...around)));
}

const orders = '"db"."main"."orders"';
const lines = '"db"."main"."lines"';

describe('hard-coded-relation', () => {
  const rule = 'hard-coded-relation';

  it('tells a node and a stranger that are read by name', async () => {
    expect(await found(rule, `select a from ${orders}`, 'select a from main.orders')).toMatchObject([
      { id: 'known-node', text: expect.stringContaining('it is model.shop.orders') },
    ]);
    expect(await found(rule, `select a from ${orders}`, 'select a from legacy.orders_2019')).toMatchObject([
      { id: 'unknown-relation', text: '`m` reads `legacy.orders_2019` by name, which is no source of the project' },
    ]);
  });

  it('is silent about ref, about what stood there before, comments, CTEs and the catalog', async () => {
    expect(await found(rule, `select a from ${orders}`, `select a from ${lines}`)).toEqual([]);
    expect(await found(rule, 'select a from main.orders', 'select a, b from main.orders')).toEqual([]);
    expect(await found(rule, `select a from ${orders}`, `select b from ${orders} -- was main.orders`)).toEqual([]);
    expect(await found(rule, `select a from ${orders}`, 'select table_name from information_schema.tables')).toEqual(
      [],
    );
  });

  it('tells code that asks for the target', async () => {
    const model = { raw_code: "select '{{ target.name }}' as a from {{ ref('orders') }}" };
    const change = await readChange(shopOf(aModel('m')), shopOf(aModel('m', model)));
    expect(toldBy(rule, change)).toMatchObject([{ id: 'target-in-code' }]);
  });
});

describe('star-at-boundary', () => {
  const rule = 'star-at-boundary';
  const named = `select a, b from ${orders}`;

  it('tells a star that reaches the output, through CTEs and subqueries', async () => {
    expect(await found(rule, named, `select * from ${orders}`)).toMatchObject([{ id: 'passed-on', severity: 'S3' }]);
    expect(await found(rule, named, `with o as (select * from ${orders}) select o.*, 1 as one from o`)).toHaveLength(1);
    expect(await found(rule, named, `select * from (select * from ${orders}) x`)).toHaveLength(1);
  });

  it('warns of a union by position', async () => {
    const union = `select * from ${orders} union all select * from ${lines}`;
    expect(await found(rule, named, union)).toMatchObject([{ id: 'in-union', severity: 'S2' }]);
  });

  it('is silent where columns are named below, a contract holds, it stood there before, or the model is staging', async () => {
    expect(
      await found(rule, named, `with o as (select * from ${orders}), p as (select a from o) select * from p`),
    ).toEqual([]);
    expect(await found(rule, named, `select * from ${orders}`, { model: { contract: { enforced: true } } })).toEqual(
      [],
    );
    expect(await found(rule, `select * from ${orders}`, `select * from ${orders} where a > 1`)).toEqual([]);
    const staging = { original_file_path: 'models/staging/m.sql' };
    expect(await found(rule, named, `select * from ${orders}`, { model: staging })).toEqual([]);
  });
});

describe('hard-coded-value', () => {
  const rule = 'hard-coded-value';

  it('tells a date, single ids, a limit and a sample', async () => {
    const base = `select a from ${orders}`;
    expect(await found(rule, base, `${base} where day >= '2024-03-01'`)).toMatchObject([
      { id: 'date', severity: 'S3', text: "`m` now goes by the date '2024-03-01'" },
    ]);
    expect(await found(rule, base, `${base} where id not in (1001, 1002, 1003, 1004)`)).toMatchObject([
      { id: 'ids', text: '`m` now names single ids: 1001, 1002, 1003 and 1 more' },
    ]);
    expect(await found(rule, base, `${base} limit 100`)).toMatchObject([{ id: 'limit', severity: 'S2' }]);
  });

  it('is silent about words, dates for ever, what stood there before, and a limit with an order', async () => {
    const base = `select a from ${orders}`;
    expect(await found(rule, base, `${base} where status in ('new', 'paid', 'sent')`)).toEqual([]);
    expect(await found(rule, base, `select coalesce(a, '9999-12-31') as a from ${orders}`)).toEqual([]);
    expect(await found(rule, `${base} where day >= '2024-03-01'`, `${base} where day > '2024-03-01'`)).toEqual([]);
    expect(await found(rule, base, `${base} order by a desc limit 10`)).toEqual([]);
  });
});

describe('non-deterministic-key', () => {
  const rule = 'non-deterministic-key';
  const keyed = { others: [aTest('unique', { column_name: 'id' })] };

  it('tells a key that is another one on each run', async () => {
    expect(
      await found(rule, `select id, a from ${orders}`, `select uuid() as id, a from ${orders}`, keyed),
    ).toMatchObject([{ id: 'key', severity: 'S2', text: '`id` of `m` is its key and is another on each run: uuid()' }]);
  });

  it('is silent about when a row was built, and about a column that is no key', async () => {
    expect(
      await found(rule, `select id from ${orders}`, `select id, current_timestamp as loaded_at from ${orders}`, keyed),
    ).toEqual([]);
    expect(await found(rule, `select id from ${orders}`, `select id, uuid() as batch from ${orders}`, keyed)).toEqual(
      [],
    );
  });
});

describe('reference-repointed', () => {
  const rule = 'reference-repointed';
  const key = (model: string, column: string): Json =>
    aTest(
      'unique',
      { column_name: column },
      { unique_id: `test.shop.${model}_${column}`, attached_node: `model.shop.${model}` },
    );
  const [before, after] = [`select id, a from ${orders}`, `select id, a from ${lines}`];

  it('warns where the old relation had a key that the new one lacks', async () => {
    expect(await found(rule, before, after, { others: [key('orders', 'id')] })).toMatchObject([
      { id: 'other-key', severity: 'S2', text: '`m` reads `lines` instead of `orders`, which had one row for each id' },
    ]);
  });

  it('notes another relation, and is silent about another alias', async () => {
    expect(await found(rule, before, after)).toMatchObject([{ id: 'repointed', severity: 'S3' }]);
    expect(await found(rule, before, `select o.id, o.a from ${orders} as o`)).toEqual([]);
  });
});
