// Two statements of different meaning have different trees: every token of these is left out, changed and put before another.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Dialect, Query } from '#core/sql';
import { parseStatement, prepareEngine } from '../../../src/edges/sql-engines/parse-statement.ts';
import { saysTheSame } from '../../support/same-meaning.ts';
import { tokenMutants } from '../../support/token-mutations.ts';
import { treeKey } from '../../support/tree-key.ts';

function tree(sql: string, dialect: Dialect): Query | null {
  const answer = parseStatement('polyglot', sql, dialect);
  return answer.ok ? answer.query : null;
}

beforeAll(() => prepareEngine('polyglot'));

const statements = [
  [
    'postgres',
    `with recursive c (x, y) as (select a, b from s.t union all select x + 1, y from c where x < 5)
     select distinct c.x as p, count(distinct y) as n, sum(y) filter (where y > 2) as q
     from c as c left join u on c.x = u.x and u.z is not null inner join lateral (select 1 as k) l on true
     where not (c.x >= 3 or y <> 'a''b') and y not in (1, 2) and exists (select 1 from v where v.x = c.x)
     group by 1, grouping sets ((c.x), (y)) having count(*) > 1 order by p desc nulls last, n asc limit 10 offset 2`,
  ],
  [
    'postgres',
    `select sum(a) over (partition by b order by c desc nulls first rows between 2 preceding and 1 following exclude ties) as s,
       row_number() over w as r, cast(d as numeric(10,2)) as e, d::varchar(5) as f,
       case when g = 1 then 'x' when g is null then 'y' else 'z' end as h, string_agg(distinct i, ',' order by i desc) as j,
       percentile_cont(0.5) within group (order by k) as l, extract(year from m) as o, interval '1 day' as p,
       trim(leading 'x' from q) as q2, a collate "C" as coll, b at time zone 'utc' as tz, array[1, 2] as arr,
       position('a' in q) as pos, substring(q from 2 for 3) as sub, a is not distinct from b as nd,
       q like 'a%' escape '!' as lk, -a as neg, a between 1 and 2 as bt, a = any (array[1]) as an
     from t tablesample bernoulli (10) repeatable (3) window w as (partition by a order by b range unbounded preceding)`,
  ],
  [
    'postgres',
    `select a from t except all select b from u intersect select c from v order by 1 fetch first 3 rows with ties`,
  ],
  [
    'postgres',
    `select a from t natural full outer join u cross join v right join w using (id, k)
     left join (x join y on x.i = y.i) on x.i = t.i`,
  ],
  [
    'snowflake',
    `select a:b.c::int as x, try_cast(d as varchar(3)) as y, listagg(e, ',') within group (order by f) as z,
       first_value(g) ignore nulls over (partition by h order by i) as fv, iff(j, 1, 0) as k, nvl(l, 0) as m,
       dateadd(day, -1, n) as o, datediff('month', n, current_date) as p, q rlike 'x' as r, s like any ('a', 'b') as t2,
       date_trunc('week', n) as dt, to_date(n, 'YYYY') as td, f.value:id::string as v, lag(a, 2, 0) over (order by b) as lg
     from db.s.t as t sample (10), lateral flatten(input => t.arr, outer => true) f
     where b qualify row_number() over (partition by a order by b desc) = 1 limit 5`,
  ],
  ['snowflake', `select * exclude (a, b) rename (c as d) from t pivot(sum(x) for k in ('a', 'b')) as p`],
  ['snowflake', `select * from t unpivot (v for k in (a, b)) where a ilike 'x%' minus select * from u`],
  [
    'bigquery',
    `select * except (a) replace (b + 1 as c), array_agg(d ignore nulls order by e desc limit 3) as f,
       safe_cast(g as int64) as h, date_trunc(i, month) as j, any_value(k having max l) as m, if(n, 1, 2) as o,
       struct(1 as p, q as r) as s, t.arr[offset(0)] as u, countif(a > 1) as ci, date '2020-01-01' as dd
     from \`p.d.t\` as t, unnest([1, 2]) as w with offset as o left join u using (id) group by all`,
  ],
  [
    'duckdb',
    `select distinct on (a) a, list_transform(c, x -> x + 1) as d, e[1:2] as f, {'a': 1} as g
     from t semi join u using (id) asof join v on t.k = v.k and t.ts >= v.ts order by a limit 10%`,
  ],
  ['duckdb', `select a from t union all by name select b from u`],
  ['spark', `select a, e.y from t lateral view outer explode(x) e as y where a <=> b and c rlike 'x'`],
  ['spark', `select a, count(*) from t left anti join u on t.id = u.id group by a, b with rollup`],
  ['clickhouse', `select a, sumIf(b, c > 1) as s from t final prewhere d where e group by a with totals limit 3`],
  [
    'tsql',
    `select top 10 percent with ties isnull(a, b) as c, convert(varchar(10), d, 120) as e from t cross apply f(x) y order by a`,
  ],
  [
    'trino',
    `select approx_distinct(a) as b, array_agg(c order by d) as e, try(f / g) as h
     from t cross join unnest(i) with ordinality as u (v, n) where date_diff('day', a, b) > 1`,
  ],
] satisfies [Dialect, string][];

/** A few of the words that `npm run conformance:fidelity` puts in. */
const words = ['not', 'distinct', 'desc', 'nulls first', 'ignore nulls', '-', '+'];

describe('a changed token changes the tree', () => {
  it.each(statements)('%s: %s', (dialect, sql) => {
    const before = tree(sql, dialect);
    if (before === null) throw new TypeError(`not parsed: ${sql}`);
    expect(before.lossy).toBeUndefined();
    const key = treeKey(before);
    const unseen = tokenMutants(sql, words).flatMap((mutant) => {
      if (saysTheSame(mutant)) return [];
      const after = tree(mutant.sql, dialect);
      return after === null || after.lossy !== undefined || treeKey(after) !== key ? [] : [mutant.change];
    });
    expect(unseen).toEqual([]);
  });
});

describe('what only the text tells is marked', () => {
  it.each([
    ['postgres', 'select a from t group by distinct a', 'group by distinct'],
    ['postgres', 'select a from only (t)', 'only'],
    ['postgres', 'select a from t order by +1', 'a plus sign before a value'],
    ['postgres', 'select a, -- numbers\n+ b from t', 'a plus sign before a value'],
    ['clickhouse', 'select a from t group by a having count(*) > 1 1', 'a number after a number'],
    ['postgres', 'select t.a from t join v on t.a = v.a not left join u on t.a = u.a', 'not after a value'],
    ['clickhouse', 'select a from t order by a limit 3 with ties', 'limit with ties'],
    ['clickhouse', 'select a from t order by a limit 1 by b limit 3', 'limit by'],
    ['clickhouse', 'select quantile(0.5)(distinct x) from t', 'f(p)(x)'],
    ['spark', 'select a, b from t group by a, b grouping sets ((a), (b))', 'grouping sets'],
    ['clickhouse', 'select a from t order by a with fill from b to 3', 'order by with fill'],
  ] satisfies [Dialect, string, string][])('%s: %s', (dialect, sql, mark) => {
    expect(tree(sql, dialect)?.lossy).toEqual([mark]);
  });

  it.each([
    "select '+ 1' as a, b + 1 as c from t -- group by distinct",
    'select a from t where not b and c not in (1)',
  ])('and nothing else: %s', (sql) => {
    expect(tree(sql, 'postgres')?.lossy).toBeUndefined();
  });

  it.each(['sqlparser-ts', 'node-sql-parser'] as const)('so is whatever %s reads', async (engine) => {
    await prepareEngine(engine);
    const answer = parseStatement(engine, 'select a from t order by a nulls first limit 3', 'postgres');
    expect(answer.ok && answer.query.lossy?.length).toBe(1);
  });
});

describe('one meaning, two spellings, one tree', () => {
  it.each([
    ['postgres', 'select a as b from t as u inner join v on u.x = v.x', 'SELECT (a) b FROM t u JOIN v ON (u.x = v.x)'],
    ['postgres', 'select cast(a as int) from t order by a asc', 'select a::integer from t order by a -- first'],
    [
      'postgres',
      'select count(all a) from t left outer join u on t.x = u.x;',
      'select count(a) from t left join u on t.x = u.x',
    ],
    ['bigquery', 'with c as (select 1 as a) select a from c', 'with c as (select 1 as a) select (a) from c'],
    ['snowflake', 'select a from t where b != 1', 'select a from t where b <> 1'],
  ] satisfies [Dialect, string, string][])('%s: %s', (dialect, one, other) => {
    const [first, second] = [tree(one, dialect), tree(other, dialect)];
    expect(first === null ? '' : treeKey(first)).toBe(second === null ? null : treeKey(second));
  });
});
