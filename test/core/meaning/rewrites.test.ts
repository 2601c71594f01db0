// Every rewrite of docs/rewrites.md: two texts that it makes one, and a near miss that must stay apart.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { compareQueries, type PlanContext } from '#core/meaning';
import type { Dialect } from '#core/sql';
import { reader } from '../../support/read-sql.ts';

afterAll(() => reader.close());

const contextOf = (dialect: Dialect): PlanContext => ({ dialect, relation: () => null });

async function isProven(before: string, after: string, dialect: Dialect = 'duckdb'): Promise<boolean> {
  const texts = [before, after];
  const answers = await reader.read(texts.map((sql, at) => ({ key: String(at), sql, dialect })));
  const [base, head] = texts.map((sql, at) => {
    const answer = answers.get(String(at));
    if (answer?.ok !== true) throw new Error(`not read: ${sql}`);
    return { query: answer.query, context: contextOf(dialect) };
  });
  return compareQueries(base!, head!).proven;
}

interface Rewrite {
  readonly id: string;
  readonly before: string;
  readonly same: string;
  readonly other: string;
  readonly dialect?: Dialect;
}

const rewrites: readonly Rewrite[] = [
  {
    id: 'cte',
    before: 'with a as (select id, v from t where v > 1) select id from a',
    same: 'select t.id from t where t.v > 1',
    other: 'select t.id from t where t.v > 2',
  },
  {
    id: 'cte-name',
    before: 'with a as (select id, sum(v) as s from t group by id) select a.id, a.s from a join u on u.id = a.id',
    same: 'with b as (select id, sum(v) as total from t group by id) select b.id, b.total as s from b join u on u.id = b.id',
    other:
      'with b as (select id, max(v) as total from t group by id) select b.id, b.total as s from b join u on u.id = b.id',
  },
  {
    id: 'left-cte',
    before: 'select t.id, x.w from t left join (select k, w from u where w > 0) x on x.k = t.k',
    same: 'select t.id, u.w from t left join u on u.k = t.k and u.w > 0',
    other: 'select t.id, u.w from t left join u on u.k = t.k where u.w > 0',
  },
  {
    id: 'over',
    before: 'select * from (select id, rank() over (partition by k order by v) as n from t) where n = 1',
    same: 'select id, rank() over (partition by k order by v) as n from t qualify rank() over (partition by k order by v) = 1',
    other: 'select id, rank() over (partition by k order by v) as n from t where id = 1',
  },
  {
    id: 'having',
    before: 'select k, n from (select k, count(*) as n from t group by k) where n > 1',
    same: 'select k, count(*) as n from t group by k having count(*) > 1',
    other: 'select k, count(*) as n from t group by k having count(*) > 2',
  },
  {
    id: 'push',
    before:
      'select u.w, r.v from u join (select k, v, rank() over (order by v) as n from t) r on r.k = u.k where r.n = 1',
    same: 'with r as (select k, v, rank() over (order by v) as n from t), f as (select * from r where n = 1) select u.w, f.v from u join f on f.k = u.k',
    other:
      'select u.w, r.v from u left join (select k, v, rank() over (order by v) as n from t) r on r.k = u.k where r.n = 1',
  },
  {
    id: 'inner-set',
    before: 'select a.x from a join b on a.id = b.id join c on c.id = b.id where a.v > 0',
    same: 'select a.x from c, b join a on b.id = a.id where c.id = b.id and a.v > 0',
    other: 'select a.x from a left join b on a.id = b.id join c on c.id = b.id where a.v > 0',
  },
  {
    id: 'left-set',
    before: 'select a.x from a left join b on a.id = b.id left join c on a.id = c.id',
    same: 'select a.x from a left join c on c.id = a.id left join b on b.id = a.id',
    other: 'select a.x from a left join c on c.id = a.id left join b on b.id = c.id',
  },
  {
    id: 'right',
    before: 'select a.x, b.y from a right join b on a.id = b.id',
    same: 'select a.x, b.y from b left join a on a.id = b.id',
    other: 'select a.x, b.y from a left join b on a.id = b.id',
  },
  {
    id: 'using',
    before: 'select a.x, b.y from a join b using (id)',
    same: 'select a.x, b.y from a join b on b.id = a.id',
    other: 'select a.x, b.y from a join b using (id, k)',
  },
  {
    id: 'group-by',
    before: "select k, 'x' as kind, sum(v) as v from t group by 1, 2",
    same: "select k, 'x' as kind, sum(v) as v from t group by k",
    other: "select k, 'x' as kind, sum(v) as v from t group by k, id",
  },
  {
    id: 'distinct',
    before: 'select distinct k, v from t',
    same: 'select k, v from t group by v, k',
    other: 'select k, v from t group by v, k, id',
  },
  {
    id: 'distinct-over-group',
    before: 'select distinct k, count(*) as n from t group by k',
    same: 'select k, count(*) as n from t group by k',
    other: 'select distinct k % 2 as k, count(*) as n from t group by k',
  },
  {
    id: 'having-on-key',
    before: 'select k, count(*) as n from t group by k having k > 1',
    same: 'select k, count(*) as n from t where k > 1 group by k',
    other: 'select k, count(*) as n from t group by k having count(*) > 1',
  },
  {
    id: 'union',
    before: 'select id from a union all (select id from b union all select id from c)',
    same: 'select c.id from c union all select id from a union all select id from b',
    other: 'select id from a union all (select id from b union select id from c)',
  },
  {
    id: 'union-columns',
    before: 'select w, id from (select id, w from a union all select id, w from b) u',
    same: 'select w, id from a union all select w, id from b',
    other: 'select w, id from a union all select id as w, w as id from b',
  },
  {
    id: 'exists',
    before: 'select id from t where exists (select 1 from u where u.k = t.k)',
    same: 'select id from t where exists (select u.w from u where t.k = u.k)',
    other: 'select id from t where exists (select 1 from u where u.w = t.k)',
  },
  {
    id: 'and-or',
    before: 'select id from t where v > 1 and (s = 1 or k = 2) and true',
    same: 'select id from t where (k = 2 or s = 1) and v > 1 and v > 1 and 1 = 1',
    other: 'select id from t where v > 1 and s = 1 or k = 2',
  },
  {
    id: 'turned',
    before: 'select id from t where v > k and s = id',
    same: 'select id from t where k < v and id = s',
    other: 'select id from t where v < k and s = id',
  },
  {
    id: 'between',
    before: 'select id from t where v between 1 and 2',
    same: 'select id from t where v >= 1 and 2 >= v',
    other: 'select id from t where v > 1 and 2 >= v',
  },
  {
    id: 'in',
    before: "select id from t where s in ('b', 'a', 'a')",
    same: "select id from t where s = 'a' or s = 'b'",
    other: "select id from t where s in ('a')",
  },
  {
    id: 'not',
    before: 'select id from t where not (v = 1 or k is null)',
    same: 'select id from t where v <> 1 and k is not null',
    other: 'select id from t where v <> 1 or k is not null',
  },
  {
    id: 'not-less',
    before: 'select id from t where not (v < 1)',
    same: 'select id from t where v >= 1',
    other: 'select id from t where v > 1',
    dialect: 'postgres',
  },
  {
    id: 'coalesce',
    before: 'select coalesce(v, coalesce(k, 0)) as x from t',
    same: 'select coalesce(coalesce(v, k), 0) as x from t',
    other: 'select coalesce(k, v, 0) as x from t',
  },
  {
    id: 'case',
    before: "select case s when 'a' then 1 when 'b' then 2 else null end as x from t",
    same: "select case when s = 'a' then 1 when 'b' = s then 2 end as x from t",
    other: "select case when s = 'b' then 2 when s = 'a' then 1 end as x from t",
  },
  {
    id: 'count',
    before: 'select count(*) as n from t',
    same: 'select count(1) as n from t',
    other: 'select count(v) as n from t',
  },
  {
    id: 'commutative',
    before: 'select v * k + 1 as x from t',
    same: 'select 1 + k * v as x from t',
    other: 'select v * (k + 1) as x from t',
  },
  {
    id: 'types',
    before: 'select cast(v as integer) as x from t',
    same: 'select v::int as x from t',
    other: 'select v::bigint as x from t',
  },
  {
    id: 'order-by',
    before: 'select id from t order by v',
    same: 'select id from t',
    other: 'select id from t order by v limit 1',
  },
  {
    id: 'window',
    before: 'select id, sum(v) over (partition by k, s order by id) as x from t',
    same: 'select id, sum(v) over w as x from t window w as (partition by s, k order by id)',
    other: 'select id, sum(v) over (partition by k, s order by id rows unbounded preceding) as x from t',
  },
];

describe('the rewrites of the normal form', () => {
  it.each(rewrites)('$id: makes one of both', async ({ before, same, dialect }) => {
    expect(await isProven(before, same, dialect)).toBe(true);
  });

  it.each(rewrites)('$id: keeps a near miss apart', async ({ before, other, dialect }) => {
    expect(await isProven(before, other, dialect)).toBe(false);
  });

  it('are all argued in the docs, and no others', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../docs/rewrites.md'), 'utf8');
    const told = [...text.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id]) => id);
    expect(told).toEqual(rewrites.map(({ id }) => id));
  });
});

describe('what must stay apart', () => {
  it.each([
    [
      'NaN is below nothing in BigQuery',
      'select id from t where not (v < 1)',
      'select id from t where v >= 1',
      'bigquery',
    ],
    [
      'a default on the side that may be missing',
      'select x.w from t left join (select k, coalesce(w, 0) as w from u) x on x.k = t.k',
      'select coalesce(u.w, 0) as w from t left join u on u.k = t.k',
      'duckdb',
    ],
    [
      'a volatile value used twice',
      'with a as (select random() as r from t) select r as x, r as y from a',
      'select random() as x, random() as y from t',
      'duckdb',
    ],
    [
      'a filter before and after a window',
      'select * from (select id, rank() over (order by v) as n from t) where id = 1',
      'select id, rank() over (order by v) as n from t where id = 1',
      'duckdb',
    ],
    [
      'a filter before and after a limit',
      'select * from (select id from t order by id limit 3) where id > 1',
      'select id from t where id > 1 order by id limit 3',
      'duckdb',
    ],
    [
      'a grouping by a constant, of no rows',
      "select count(*) as n from t group by 'x'",
      'select count(*) as n from t',
      'duckdb',
    ],
    [
      'NOT IN and NOT EXISTS',
      'select id from t where k not in (select k from u)',
      'select id from t where not exists (select 1 from u where u.k = t.k)',
      'duckdb',
    ],
    ['another relation', 'select id from a.t', 'select id from b.t', 'duckdb'],
    [
      'columns of a union in another order',
      'select a, b from t union all select a, b from u',
      'select a, b from t union all select b, a from u',
      'duckdb',
    ],
  ] as const)('%s', async (_, before, after, dialect) => {
    expect(await isProven(before, after, dialect)).toBe(false);
  });
});
