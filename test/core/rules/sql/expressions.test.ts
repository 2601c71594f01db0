// The rules on expressions: an edit in, what is said of it out. The edit on each rule's page is held by pages.test.ts.
import { afterAll, describe, expect, it } from '@jest/globals';
import { rules } from '#core/rules';
import { reader } from '../../../support/read-sql.ts';
import { type EditOfTest, findIn, told } from '../../../support/rule-examples.ts';

afterAll(() => reader.close());

function ruleOf(id: string) {
  const rule = rules.find((one) => one.id === id);
  if (rule === undefined) throw new Error(`no rule ${id}`);
  return rule;
}

const t = {
  columns: {
    id: 'integer',
    k: 'integer',
    v: 'integer',
    w: 'integer',
    s: 'varchar',
    at: 'timestamp',
    day: 'date',
    price: 'decimal(10,2)',
  },
};

function edit(before: string, after: string, more: Partial<EditOfTest> = {}): EditOfTest {
  return { before, after, relations: { t }, ...more };
}

const tells: readonly (readonly [string, string, EditOfTest, readonly string[]])[] = [
  [
    'aggregate-function',
    'DISTINCT in a count',
    edit('select count(s) as n from t', 'select count(distinct s) as n from t'),
    ['`n` of `changed` counts each value once now: `count(distinct t.s)`, it was `count(t.s)`'],
  ],
  [
    'aggregate-function',
    'a window',
    edit('select sum(v) over (partition by k) as x from t', 'select max(v) over (partition by k) as x from t'),
    ['`x` of `changed` is `max(t.v)` now, it was `sum(t.v)`'],
  ],
  [
    'union-quantifier',
    'rows repeated',
    edit('select id from t union select k from t', 'select id from t union all select k from t'),
    ['`changed` keeps repeated rows now: UNION ALL in the place of UNION'],
  ],
  [
    'comparison-boundary',
    'the end of BETWEEN',
    edit('select id from t where price between 1 and 5', 'select id from t where price >= 1 and price < 5'),
    ['the WHERE of `changed` compares by `t.price < 5` now, it was `t.price <= 5`: rows on the boundary go'],
  ],
  [
    'comparison-boundary',
    'another list',
    edit("select id from t where s in ('a', 'b')", "select id from t where s in ('a', 'c')"),
    ["the WHERE of `changed` accepts other values: `t.s in ('a', 'c')`, it was `t.s in ('a', 'b')`"],
  ],
  [
    'comparison-boundary',
    'a comparison turned round, in a CASE',
    edit('select case when v < w then 1 end as x from t', 'select case when v > w then 1 end as x from t'),
    ['`x` of `changed` compares the other way round: `t.w < t.v`, it was `t.v < t.w`'],
  ],
  [
    'date-literal-on-timestamp',
    'a new BETWEEN',
    edit('select id from t', "select id from t where at between '2024-01-01' and '2024-01-31'"),
    ['`changed` keeps `t.at` up to `2024-01-31`: of that day only the first instant'],
  ],
  [
    'time-bucket',
    'current_date',
    edit('select id from t where at > current_timestamp', 'select id from t where at > current_date'),
    ['the WHERE of `changed` is measured from `current_date()` now, it was `current_timestamp()`'],
  ],
  [
    'time-bucket',
    'another column in the bucket',
    edit("select date_trunc('day', at) as d from t", "select date_trunc('day', day) as d from t"),
    ["`d` of `changed` cuts time by `date_trunc('day', t.day)` now, it was `date_trunc('day', t.at)`"],
  ],
  [
    'null-default',
    'another default',
    edit('select coalesce(v, 0) as x from t', 'select coalesce(v, 1) as x from t'),
    ['`x` of `changed` has another value for a missing one: `coalesce(t.v, 1)`, it was `coalesce(t.v, 0)`'],
  ],
  [
    'null-default',
    'another order',
    edit('select coalesce(v, w) as x from t', 'select coalesce(w, v) as x from t'),
    ['`x` of `changed` asks for values in another order: `coalesce(t.w, t.v)`, it was `coalesce(t.v, t.w)`'],
  ],
  [
    'null-default',
    'ELSE taken away',
    edit("select case when s = 'a' then 1 else 0 end as x from t", "select case when s = 'a' then 1 end as x from t"),
    ['`x` of `changed` ends its CASE in another way: ELSE NULL, by leaving it out, it was 0'],
  ],
  [
    'unit-change',
    'another sign',
    edit('select v as x from t', 'select -v as x from t'),
    ['`x` of `changed` has the other sign: `neg t.v`, it was `t.v`'],
  ],
  [
    'unit-change',
    'another factor',
    edit('select v / 60 as x from t', 'select v / 3600 as x from t'),
    ['`x` of `changed` is in another unit: `t.v / 3600`, it was `t.v / 60`'],
  ],
  [
    'division',
    'integers in PostgreSQL',
    edit('select v as x from t', 'select v / nullif(w, 0) as x from t', { dialect: 'postgres' }),
    ['`x` of `changed` divides integers: `t.v / nullif(t.w, 0)` cuts off the fraction in postgres'],
  ],
  [
    'cast-narrowing',
    'a timestamp as a date',
    edit('select at as x from t', 'select cast(at as date) as x from t'),
    ['`x` of `changed` loses the time of day: `cast(t.at as date)`, it was `t.at`'],
  ],
  [
    'cast-narrowing',
    'errors hidden',
    edit('select cast(s as integer) as x from t', 'select try_cast(s as integer) as x from t'),
    ['`x` of `changed` is NULL now where the cast fails: `cast(t.s as try int)`, it was `cast(t.s as int)`'],
  ],
  [
    'window-frame',
    'LAST_VALUE without a frame',
    edit('select id from t', 'select id, last_value(v) over (partition by k order by at) as x from t'),
    ['`x` of `changed` ends at the current row: `last_value(t.v)` has an order and no frame'],
  ],
  [
    'case-order',
    'a condition twice',
    edit(
      'select case when v > 1 then 1 when v > 2 then 2 end as x from t',
      'select case when v > 1 then 1 when v > 1 then 2 end as x from t',
    ),
    ['`x` of `changed` has a branch that is never reached: `t.v > 1` stands twice in its CASE'],
  ],
  [
    'string-match',
    'another spelling',
    edit("select id from t where s = 'paid'", "select id from t where s = 'Paid'"),
    ["the WHERE of `changed` spells a value otherwise: 'Paid', it was 'paid'"],
  ],
  [
    'string-match',
    'another pattern',
    edit("select id from t where s like 'a%'", "select id from t where s like '%a%'"),
    ["the WHERE of `changed` matches another pattern: `t.s like '%a%'`, it was `'a%'`"],
  ],
  [
    'null-in-expression',
    'a text joined',
    edit('select s as x from t', "select s || ' ' || cast(k as varchar) as x from t"),
    [
      "`x` of `changed` is NULL now where `cast(t.k as varchar)` is: `t.s || ' ' || cast(t.k as varchar)`, it was `t.s`",
    ],
  ],
  [
    'time-bucket',
    'another first day of the week',
    edit('select date_trunc(day, week(monday)) as w from t', 'select date_trunc(day, week) as w from t', {
      dialect: 'bigquery',
    }),
    ['`w` of `changed` cuts time by `date_trunc(t.day, week)` now, it was `date_trunc(t.day, week(monday))`'],
  ],
  [
    'null-default',
    'the word NULL in columns of a part of a UNION',
    edit('select id, s from t', "select id, 'NULL' as x, 'null' as y from t union all select id, s, s from t"),
    ["`x`, `y` of `changed`: the text 'NULL' stands for a missing value, which it is not"],
  ],
  [
    'output-column',
    'a column renamed, one removed',
    edit('select id, k, v from t', 'select id, k as kind from t'),
    ['`changed` has `kind` for `k`', '`changed` no longer has `v`'],
  ],
  [
    'output-column',
    'a column of the first part of a UNION',
    edit('select id, k from t union all select id, v from t', 'select id as x, k from t union all select id, v from t'),
    ['`changed` has `x` for `id`'],
  ],
  [
    'output-column',
    'another column, through a CTE',
    edit('with a as (select v as x from t) select x from a', 'with a as (select w as x from t) select x from a'),
    ['`x` of `changed` is made from `w` now, and was from `v`'],
  ],
  [
    'unit-change',
    'plus for minus',
    edit('select v - w as x from t', 'select v + w as x from t'),
    ['`x` of `changed` has the other sign: `t.v + t.w`, it was `t.v - t.w`'],
  ],
  [
    'comparison-boundary',
    'NULL asked for the other way round',
    edit('select v is null as x from t', 'select v is not null as x from t'),
    ['`x` of `changed` accepts other values: `t.v is not null`, it was `t.v is null`'],
  ],
  [
    'reference-repointed',
    'a relation that is not read',
    edit('select t.id from t', 'select t.id, u.k from t', { dialect: 'snowflake' }),
    ['`changed` names `u.k`, and reads nothing that is called `u` there: it cannot be built'],
  ],
];

const silences: readonly (readonly [string, string, EditOfTest])[] = [
  [
    'aggregate-function',
    'DISTINCT in a maximum',
    edit('select max(v) as n from t', 'select max(distinct v) as n from t'),
  ],
  [
    'comparison-boundary',
    'the same list in another order',
    edit("select id from t where s in ('a', 'b')", "select id from t where s in ('b', 'a')"),
  ],
  ['date-literal-on-timestamp', 'a date', edit('select id from t', "select id from t where day <= '2024-01-31'")],
  [
    'date-literal-on-timestamp',
    'a time',
    edit('select id from t', "select id from t where at <= '2024-01-31 23:59:59'"),
  ],
  ['time-bucket', 'a new column', edit('select id from t', "select id, date_trunc('day', at) as d from t")],
  ['null-default', 'a new column', edit('select id from t', 'select id, coalesce(v, 0) as x from t')],
  ['division', 'a guard by CASE', edit('select v as x from t', 'select case when w > 0 then v / w end as x from t')],
  ['division', 'a division that was there', edit('select v / w as x from t', 'select v / w as x, id from t')],
  [
    'cast-narrowing',
    'a type that is not known',
    edit(
      'select z.v as x from (select v from other) z',
      'select cast(z.v as integer) as x from (select v from other) z',
    ),
  ],
  [
    'case-order',
    'branches of one value',
    edit(
      'select case when v > 2 then 1 when w > 1 then 1 end as x from t',
      'select case when w > 1 then 1 when v > 2 then 1 end as x from t',
    ),
  ],
  [
    'string-match',
    'another value altogether',
    edit("select id from t where s = 'paid'", "select id from t where s = 'open'"),
  ],
  [
    'null-in-expression',
    'a column that is never NULL',
    edit('select v as x from t', 'select v + w as x from t', { relations: { t: { ...t, notNull: ['w'] } } }),
  ],
  ['null-default', 'a word that was there', edit("select 'NULL' as x from t", "select 'NULL' as x, id from t")],
  [
    'null-default',
    'the word NULL made NULL',
    edit('select s as x from t', "select case when s = 'NULL' then null else s end as x from t"),
  ],
  [
    'reference-repointed',
    'a relation in other letters, and by a quoted name',
    edit('select t.id from "t"', 'select t.id, t.k from "t"', { dialect: 'snowflake' }),
  ],
  [
    'reference-repointed',
    'a field of a column',
    edit('select t.id from t', 'select t.id, u.k from t', { dialect: 'bigquery' }),
  ],
  ['output-column', 'a column more', edit('select id from t', 'select id, k from t')],
  ['output-column', 'all columns of what is not known', edit('select a.id, a.k from a', 'select a.* from a')],
  ['window-frame', 'no key is known', edit('select id from t', 'select id, sum(v) over (order by at) as x from t')],
  [
    'union-columns',
    'BY NAME',
    edit(
      'select id, k from t union all by name select id, k from t',
      'select id, k from t union all by name select k, id from t',
    ),
  ],
];

describe('the rules on expressions', () => {
  it.each(tells)('%s: %s', async (id, _, given, expected) => {
    expect(await told(ruleOf(id), given)).toEqual(expected);
  });

  it.each(silences)('%s is silent: %s', async (id, _, given) => {
    expect(await findIn(ruleOf(id), given)).toEqual([]);
  });

  it('tell a value that the accepted_values test does not have', async () => {
    const relations = { t: { ...t, accepted: { s: ['paid', 'open'] } } };
    const given = edit('select id from t', "select id from t where s = 'payed'", { relations });
    expect(await told(ruleOf('string-match'), given)).toEqual([
      "the WHERE of `changed` compares `t.s` with 'payed', which its accepted_values test does not have",
    ]);
  });

  it('say which columns a change inside a CTE reaches', async () => {
    const given = edit(
      'with a as (select k, sum(v) as x from t group by k) select k, x + 1 as y, k as z from a',
      'with a as (select k, max(v) as x from t group by k) select k, x + 1 as y, k as z from a',
    );
    const [finding] = await findIn(ruleOf('aggregate-function'), given);
    expect(finding).toMatchObject({ columns: ['y'], basis: 'proven', place: { kind: 'compiled', side: 'head' } });
  });
});
