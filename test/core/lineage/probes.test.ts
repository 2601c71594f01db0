// The cases that lineage must know, by hand: SQL in, the columns that each output column is made of out. Where DuckDB can run
// the statement the answer is executed too: changing one source column's values must change exactly the columns that name it.
import { afterAll, describe, expect, it } from '@jest/globals';
import type { NodeLineage } from '#core/lineage';
import { aCatalog, aProject, id } from '../../support/a-project.ts';
import { observe, openLaboratory, type ReadTable } from '../../support/experiment.ts';
import { reader, traceSql } from '../../support/read-sql.ts';

const laboratory = openLaboratory();
afterAll(async () => {
  await reader.close();
  (await laboratory).closeSync();
});

const tables = {
  t: ['id integer', 'a integer', 'b integer', 'c varchar', 'arr integer[]', 's struct(x integer, y varchar)'],
  u: ['id integer', 'x integer', 'y varchar'],
  v: ['id integer', 'z integer'],
};
const source = (name: string): string => `source.shop.raw.${name}`;

async function trace(adapter: string, sql: string): Promise<NodeLineage> {
  const names = Object.keys(tables);
  const project = aProject({
    adapter,
    models: { m: { compiledCode: sql, parents: names.map(source) } },
    others: Object.fromEntries(names.map((name) => [source(name), {}])),
  });
  const columns = Object.entries(tables).map(([name, typed]) => [source(name), typed]);
  const lineage = (await traceSql(project, aCatalog(Object.fromEntries(columns)))).get(id('m'));
  if (lineage === undefined || lineage.unresolved !== null) throw new TypeError(lineage?.unresolved?.text ?? 'none');
  return lineage;
}

/** `k: t.a t.b`: a line a column. */
function told({ columns }: NodeLineage): readonly string[] {
  return columns.map(({ column, sources, unresolved }) => {
    const from = sources.map((one) => `${one.uniqueId.replace('source.shop.raw.', '')}.${one.column}`);
    return `${column}: ${[...new Set(from)].sort().join(' ')}${unresolved === null ? '' : '?'}`.trim();
  });
}

/** Tables that the statement names, without the columns that it cannot read: a star reads all. */
function tablesOf(sql: string): readonly ReadTable[] {
  return Object.entries(tables).flatMap(([name, typed]) => {
    if (!new RegExp(`\\b${name}\\b`).test(sql)) return [];
    const columns = typed.map((one) => ({ name: one.split(' ', 1)[0] ?? '', type: one.replace(/^\S+ /, '') }));
    const readable = columns.filter(({ type }) => !/[[(]/.test(type));
    return [{ uniqueId: id(source(name)), relation: name, columns: readable }];
  });
}

describe('executed on DuckDB', () => {
  const rows: readonly (readonly [what: string, sql: string, expected: readonly string[]])[] = [
    [
      'a CTE that two read',
      'with f as (select id, a + 1 as k, b from t) select l.k, r.b as w from f l join f r on l.id = r.id',
      ['k: t.a', 'w: t.b'],
    ],
    [
      'a CTE in a CTE',
      'with o as (with i as (select a, b from t) select a as p, b from i) select p, b from o',
      ['p: t.a', 'b: t.b'],
    ],
    ['a CTE named like a table', 'with u as (select id, a as x from t) select x from u', ['x: t.a']],
    ['column aliases of a CTE', 'with q(p, r) as (select a, b from t) select r, p from q', ['r: t.b', 'p: t.a']],
    [
      'a recursive CTE',
      'with recursive r(id, p, n) as (select id, a, 1 from t union all select id, p, n + 1 from r where n < 3) select p, n from r',
      ['p: t.a', 'n:'],
    ],
    ['column aliases of a derived table', 'select q, p from (select a, b from t) as d(p, q)', ['q: t.b', 'p: t.a']],
    ['VALUES with names', "select n, s from (values (1, 'a'), (2, 'b')) as q(n, s)", ['n:', 's:']],
    ['a lateral derived table', 'select t.id, l.k from t, lateral (select t.a + 1 as k) as l', ['id: t.id', 'k: t.a']],
    [
      'two laterals in a row',
      'select q.m from t, lateral (select a + b as k) as p, lateral (select p.k * 2 as m) as q',
      ['m: t.a t.b'],
    ],
    [
      'a correlated subquery',
      'select t.id, (select max(u.x) from u where u.id = t.id) as m from t',
      ['id: t.id', 'm: u.x'],
    ],
    ['a name that only the outer query has', 'select (select sum(x + a) from u) as m from t', ['m: t.a u.x']],
    ['EXISTS as a value', 'select a, exists (select 1 from u where x > 3) as e from t', ['a: t.a', 'e:']],
    ['IN as a value', 'select a in (select x from u) as e from t', ['e: t.a u.x']],
    ['UNNEST of a list', 'select id, unnest([a, b]) as e from t', ['id: t.id', 'e: t.a t.b']],
    [
      'a list, its elements and a lambda',
      'select list_transform([a, b], e -> e + id) as k from t',
      ['k: t.a t.b t.id'],
    ],
    ['a parameter named like a column', 'select list_transform([a], b -> b + 1)[1] as k from t', ['k: t.a']],
    ['a field of a struct', 'select struct_pack(p := a, q := c).p as k from t', ['k: t.a']],
    ['a path of JSON', "select json_object('k', c) ->> '$.k' as k from t", ['k: t.c']],
    ['a named window', 'select sum(a) over w as s from t window w as (partition by b)', ['s: t.a t.b']],
    [
      'a window without argument',
      'select c, row_number() over (partition by b order by a, id) as n from t',
      ['c: t.c', 'n: t.a t.b t.id'],
    ],
    ['lag with a default', 'select lag(a, 1, b) over (order by id) as l from t', ['l: t.a t.b t.id']],
    [
      'QUALIFY',
      'select id, c from t qualify row_number() over (partition by id order by a) = 1',
      ['id: t.id', 'c: t.c'],
    ],
    ['CASE', "select case when a > 2 then b when c = 'a' then id end as k from t", ['k: t.a t.b t.c t.id']],
    ['CASE with an operand', 'select case a when 1 then b else id end as k from t', ['k: t.a t.b t.id']],
    ['FILTER of an aggregate', 'select sum(a) filter (where b > 2) as s from t', ['s: t.a t.b']],
    ['ORDER BY in an aggregate', "select string_agg(c, ',' order by b) as l from t", ['l: t.b t.c']],
    ['count(*)', 'select c, count(*) as n from t group by c', ['c: t.c', 'n:']],
    ['DISTINCT in an aggregate', 'select count(distinct a) as n from t', ['n: t.a']],
    [
      'PIVOT',
      'select * from (select id, a, b from t) pivot (sum(a) for b in (1, 2))',
      ['id: t.id', '1: t.a t.b', '2: t.a t.b'],
    ],
    ['UNPIVOT', 'select * from (select id, a, b from t) unpivot (w for n in (a, b))', ['id: t.id', 'n:', 'w: t.a t.b']],
    ['UNION ALL by position', 'select a, b from t union all select x, id from u', ['a: t.a u.x', 'b: t.b u.id']],
    [
      'UNION ALL BY NAME',
      'select id, a from t union all by name select x as a, id from u',
      ['id: t.id u.id', 'a: t.a u.x'],
    ],
    [
      'a column that one member lacks',
      'select id, a from t union all by name select id, x from u',
      ['id: t.id u.id', 'a: t.a', 'x: u.x'],
    ],
    ['a constant in one member', "select c, 'new' as k from t union all select y, y from u", ['c: t.c u.y', 'k: u.y']],
    [
      'a union in a CTE in a union',
      'with f as (select a as k from t union all select x from u) select k from f union all select z from v',
      ['k: t.a u.x v.z'],
    ],
    ['EXCEPT gives the left side', 'select a from t except all select x from u', ['a: t.a']],
    [
      'a set operation after a scalar subquery',
      'select a from t where b > (select min(x) from u) union all select z from v',
      ['a: t.a v.z'],
    ],
    ['* EXCLUDE', 'select * exclude (y) from u', ['id: u.id', 'x: u.x']],
    ['* REPLACE', 'select * replace (x + id as x) from u', ['id: u.id', 'x: u.id u.x', 'y: u.y']],
    ['* RENAME', 'select * rename (x as w) from u', ['id: u.id', 'w: u.x', 'y: u.y']],
    ['a star of one of two', 'select v.*, u.x from u join v on u.id = v.id', ['id: v.id', 'z: v.z', 'x: u.x']],
    [
      'a star through two CTEs',
      'with p as (select * from u), q as (select * exclude (id) from p) select * from q',
      ['x: u.x', 'y: u.y'],
    ],
    ['the columns of * of USING', 'select * from u join v using (id)', ['id: u.id', 'x: u.x', 'y: u.y', 'z: v.z']],
    ['USING in a full join', 'select id, z from u full join v using (id)', ['id: u.id v.id', 'z: v.z']],
    ['USING in a right join', 'select id, x from u right join v using (id)', ['id: v.id', 'x: u.x']],
    ['a natural join', 'select * from u natural join v', ['id: u.id', 'x: u.x', 'y: u.y', 'z: v.z']],
    ['a semi join', 'select * from u semi join v on u.id = v.id', ['id: u.id', 'x: u.x', 'y: u.y']],
    ['an alias in the same SELECT', 'select a + 1 as k, k * b as w from t', ['k: t.a', 'w: t.a t.b']],
    ['an alias that a column hides', 'select a as b, b + 1 as w from t', ['b: t.a', 'w: t.b']],
    ['an alias in WHERE', 'select a + 1 as k from t where k > 2', ['k: t.a']],
    ['a positional GROUP BY', 'select c, sum(a) as s from t group by 1 order by 2', ['c: t.c', 's: t.a']],
    ['GROUP BY ALL', 'select c, max(b) as s from t group by all', ['c: t.c', 's: t.b']],
    ['names in any case', 'select T.A, "ID" as k from T', ['A: t.a', 'k: t.id']],
    ['FROM first', 'from u select y, x', ['y: u.y', 'x: u.x']],
    [
      'a comment on the line before a column',
      'select\n  a,\n  -- the second\n  b as w,\n  /* the third */\n  id\nfrom t',
      ['a: t.a', 'w: t.b', 'id: t.id'],
    ],
    ['a self join', 'select l.a, r.b from t l left join t r on l.id = r.a', ['a: t.a', 'b: t.b']],
    ['an ASOF join', 'select t.c, u.y from t asof join u on t.id >= u.id', ['c: t.c', 'y: u.y']],
    ['COALESCE over an outer join', 'select coalesce(u.x, v.z) as k from u full join v on u.id = v.id', ['k: u.x v.z']],
    ['DISTINCT ON', 'select distinct on (id) id, c from t order by id, a, b, c', ['id: t.id', 'c: t.c']],
    ['a grouping set', 'select c, sum(a) as s from t group by rollup (c)', ['c: t.c', 's: t.a']],
  ];
  it.each(rows)('%s: %s', async (_, sql, expected) => {
    const lineage = await trace('duckdb', sql);
    expect(told(lineage)).toEqual(expected);
    const { unnamed, unmoved, error } = await observe(await laboratory, { sql, tables: tablesOf(sql), lineage }, 20);
    expect({ unnamed, unmoved, error }).toEqual({ unnamed: [], unmoved: [], error: null });
  });
});

describe('argued, where no engine at hand runs the dialect', () => {
  const rows: readonly (readonly [adapter: string, sql: string, expected: readonly string[], why: string])[] = [
    [
      'sqlserver',
      'select k = a + b, [c] from [db].[main].[t]',
      ['k: t.a t.b', 'c: t.c'],
      'T-SQL assigns the name on the left',
    ],
    [
      'sqlserver',
      'select q.m from t cross apply (select max(x) as m from u where u.id = t.id) q',
      ['m: u.x'],
      'APPLY gives what the right side selects',
    ],
    ['sqlserver', 'select top 3 a from t order by b', ['a: t.a'], 'ORDER BY moves rows, not values'],
    [
      'snowflake',
      'select f.value:sku::string as sku, f.index from t, lateral flatten(input => t.arr) f',
      ['sku: t.arr', 'index: t.arr'],
      'FLATTEN turns one column into rows',
    ],
    ['snowflake', "select s:x.y::int as k, s['x'] as w from t", ['k: t.s', 'w: t.s'], 'a path leads into one column'],
    [
      'snowflake',
      'select A, "a" from t',
      ['A: t.a', 'a: t.a'],
      'unquoted names fold to upper case; a quoted one finds what is there in another case',
    ],
    ['snowflake', 'select $1 as k from (values (1), (2))', ['k:'], 'a column by number of VALUES holds constants'],
    [
      'snowflake',
      'select a as k, k + b as w from t where w > 1',
      ['k: t.a', 'w: t.a t.b'],
      'aliases can be read in the same SELECT',
    ],
    [
      'postgres',
      'select v, n from t, jsonb_array_elements(t.c::jsonb) with ordinality as e(v, n)',
      ['v: t.c', 'n:'],
      'ORDINALITY counts',
    ],
    [
      'snowflake',
      'select iff(a > 1, b, id) as k, decode(a, 1, c) as d, nvl(b, id) as n from t',
      ['k: t.a t.b t.id', 'd: t.a t.c', 'n: t.b t.id'],
      'they choose among their arguments',
    ],
    ['snowflake', 'select object_construct(*) as o from v', ['o: v.id v.z'], 'the star gives every column'],
    [
      'snowflake',
      'select count_if(a > 1) as n, any_value(b) as k, max_by(c, id) as w from t',
      ['n: t.a', 'k: t.b', 'w: t.c t.id'],
      'max_by gives c where id is greatest',
    ],
    ['bigquery', 'select e, o from t, unnest(arr) as e with offset as o', ['e: t.arr', 'o:'], 'OFFSET counts'],
    ['bigquery', 'select i from t, t.arr as i', ['i: t.arr'], 'a path in FROM is an implicit UNNEST'],
    ['bigquery', 'select s.x, s.y as w from t', ['x: t.s', 'w: t.s'], 'a field belongs to its column'],
    ['bigquery', 'select * except (c, arr, s) from t', ['id: t.id', 'a: t.a', 'b: t.b'], 'EXCEPT drops by name'],
    [
      'bigquery',
      'select safe_cast(a as string) as k, if(b > 1, a, id) as w from t',
      ['k: t.a', 'w: t.a t.b t.id'],
      'IF steers by its first argument',
    ],
    [
      'bigquery',
      'select array_agg(struct(a, b) order by id limit 1)[offset(0)].a as k from t',
      ['k: t.a t.b t.id'],
      'which element comes first hangs on id; the struct is one value',
    ],
    [
      'bigquery',
      'select v from (select a, b from t) unpivot (v for n in (a, b))',
      ['v: t.a t.b'],
      'the listed columns become rows',
    ],
    [
      'bigquery',
      'select `db.main`.u.x, `u`.y from `db`.`main`.`u`',
      ['x: u.x', 'y: u.y'],
      'names in back-ticks may hold several parts',
    ],
    [
      'databricks',
      'select id, k from t lateral view explode(arr) e as k',
      ['id: t.id', 'k: t.arr'],
      'LATERAL VIEW turns an array into rows',
    ],
    [
      'databricks',
      'select a + 1 as k, k + b as w from t',
      ['k: t.a', 'w: t.a t.b'],
      'aliases can be read in the same SELECT',
    ],
    [
      'databricks',
      'select s.x, arr[0] as f from t',
      ['x: t.s', 'f: t.arr'],
      'a field and an element come from their columns',
    ],
    ['spark', 'select posexplode(arr) as (p, e) from t', ['p: t.arr', 'e: t.arr'], 'one call gives two columns'],
    [
      'spark',
      'select * from u left anti join v on u.id = v.id',
      ['id: u.id', 'x: u.x', 'y: u.y'],
      'an anti join gives the left side alone',
    ],
    [
      'redshift',
      'select a + 1 as k, k * 2 as w from t',
      ['k: t.a', 'w: t.a'],
      'aliases can be read in the same SELECT',
    ],
    ['postgres', 'select a as k from t group by k', ['k: t.a'], 'GROUP BY may read an alias'],
    [
      'postgres',
      'select c::text, (a)::int, lower(c) from t',
      ['c: t.c', 'a: t.a', 'lower: t.c'],
      'a cast keeps the name, a function gives its own',
    ],
    [
      'postgres',
      'select k, w from t, jsonb_each_text(t.c::jsonb) as e(k, w)',
      ['k: t.c', 'w: t.c'],
      'a function in FROM sees the tables before it',
    ],
    ['postgres', 'select s.n from generate_series(1, 3) as s(n)', ['n:'], 'numbers come from no column'],
    [
      'trino',
      'select e, n from t cross join unnest(arr) with ordinality as q(e, n)',
      ['e: t.arr', 'n:'],
      'ORDINALITY counts',
    ],
    ['clickhouse', 'select a from t final prewhere b = 1', ['a: t.a'], 'PREWHERE moves rows'],
    [
      'mysql',
      'select `a` as `k`, if(b > 1, a, id) as w from `main`.`t`',
      ['k: t.a', 'w: t.a t.b t.id'],
      'IF steers by its first argument',
    ],
    [
      'sqlite',
      'select a as k, ifnull(b, id) as w from t',
      ['k: t.a', 'w: t.b t.id'],
      'IFNULL gives one of its arguments',
    ],
  ];
  it.each(rows)('%s: %s', async (adapter, sql, expected) => {
    expect(told(await trace(adapter, sql))).toEqual(expected);
  });
});
