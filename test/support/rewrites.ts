import type { Dialect } from '#core/sql';

/** A rewrite that the proof does: two texts that it makes one, and a near miss. */
export interface Rewrite {
  readonly id: string;
  readonly before: string;
  readonly same: string;
  readonly other: string;
  readonly dialect?: Dialect;
  /** SQL of models that only `same` and `other` read. */
  readonly definitions?: Readonly<Record<string, string>>;
}

/** Those of docs/rewrites.md, in its order; over `t (id, k, v, s)`, `u (k, w, s)` and others of which no columns are known. */
export const rewrites: readonly Rewrite[] = [
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
      'select u.w, r.v from u left join (select k, v, rank() over (order by v) as n from t) r on r.k = u.k and r.n = 1',
  },
  {
    id: 'inner-set',
    before: 'select a.x from a join b on a.id = b.id join c on c.id = b.id where a.v > 0',
    same: 'select a.x from c, b join a on b.id = a.id where c.id = b.id and a.v > 0',
    other: 'select a.x from a join b on a.id = b.id left join c on c.id = b.id where a.v > 0',
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
    other: "select case when s = 'a' then 1 when s = 'b' then 2 else 0 end as x from t",
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
    before: 'select cast(v as integer) as x from t where v > 0.25',
    same: 'select v::int as x from t where v > 0.25',
    other: 'select v::double as x from t where v > 0.25',
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
  {
    id: 'case-coalesce',
    before:
      'select case when v is null then 0 else v end as x, case when k is not null then k when v is not null then v else 1 end as y from t',
    same: 'select coalesce(v, 0) as x, coalesce(k, v, 1) as y from t',
    other: 'select case when v is null then 0 else k end as x, coalesce(k, v, 1) as y from t',
  },
  {
    id: 'case-nullif',
    before: "select case when s = '' then null else s end as x from t",
    same: "select nullif(s, '') as x from t",
    other: "select case when s = '' then null else 'a' end as x from t",
  },
  {
    id: 'whole-numbers',
    before: 'select v * (60 * 60) as x from t where v < 2 + 1',
    same: 'select v * 3600 as x from t where v < 3',
    other: 'select v * 3600 as x from t where v < 2 - 1',
  },
  {
    id: 'left-to-inner',
    before: 'select t.id, u.w from t left join u on u.k = t.k where u.w > 0 and lower(u.s) = t.s',
    same: 'select t.id, u.w from t join u on u.k = t.k where u.w > 0 and lower(u.s) = t.s',
    other: 'select t.id, u.w from t left join u on u.k = t.k where coalesce(u.w, 1) > 0 and t.s is not null',
  },
  {
    id: 'distinct-over-first',
    before: 'select distinct k, v from t qualify row_number() over (partition by k order by id) = 1',
    same: 'select k, v from t qualify row_number() over (partition by k order by id) = 1',
    other: 'select distinct v from t qualify row_number() over (partition by k order by id) = 1',
  },
  {
    id: 'unread-column',
    before:
      'with a as (select k, sum(v) as s, max(id) as m, row_number() over (order by k) as n from t group by k) select u.w, a.s from u join a on a.k = u.k',
    same: 'with a as (select k, sum(v) as s from t group by k) select u.w, a.s from u join a on a.k = u.k',
    other: 'with a as (select k, id, sum(v) as s from t group by k, id) select u.w, a.s from u join a on a.k = u.k',
  },
  {
    id: 'union-filter',
    before: 'select id from (select id, v from t union all select k as id, w as v from u) a where v > 1',
    same: 'select id from t where v > 1 union all select k as id from u where w > 1',
    other: 'select id from t where v > 1 union all select k as id from u where w > 2',
  },
  {
    id: 'model',
    before:
      'with a as (select k, count(*) as n from u where w > 0 group by k) select t.id, a.n from t left join a on a.k = t.k',
    same: 'select t.id, m.n from t left join m on m.k = t.k',
    other: 'select t.id, m.n from t join m on m.k = t.k',
    definitions: { m: 'select k, count(*) as n from u where w > 0 group by k' },
  },
];
