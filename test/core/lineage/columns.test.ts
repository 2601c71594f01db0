// SQL in, lineage out: one hand-made probe a row. Sources are t, u and v of `raw`, all columns known.
import { afterAll, describe, expect, it } from '@jest/globals';
import type { NodeLineage } from '#core/lineage';
import { aCatalog, aProject, id } from '../../support/a-project.ts';
import { reader, traceSql } from '../../support/read-sql.ts';

afterAll(() => reader.close());

const tables = { t: ['id', 'a', 'b', 'c', 'arr', 'j'], u: ['id', 'x', 'y'], v: ['id', 'z'] };
const source = (name: string): string => `source.shop.raw.${name}`;

async function trace(adapter: string, sql: string): Promise<NodeLineage> {
  const names = Object.keys(tables);
  const project = aProject({
    adapter,
    models: { m: { compiledCode: sql, parents: names.map(source) } },
    others: Object.fromEntries(names.map((name) => [source(name), {}])),
  });
  const catalog = aCatalog(
    Object.fromEntries(Object.entries(tables).map(([name, columns]) => [source(name), columns])),
  );
  const lineage = (await traceSql(project, catalog)).get(id('m'));
  if (lineage === undefined) throw new TypeError('no lineage');
  expect(lineage.unresolved).toBeNull();
  return lineage;
}

const short = ({ uniqueId, column }: { uniqueId: string; column: string }): string =>
  `${uniqueId.replace('source.shop.raw.', '')}.${column}`;

/** `total: t.b aggregate[sum]`: a line a column. */
function told({ columns }: NodeLineage): readonly string[] {
  return columns.map(({ column, sources, castType, unresolved }) => {
    const from = sources.map((one) => {
      const functions = one.functions.length === 0 ? '' : `[${one.functions.join(' ')}]`;
      return `${short(one)} ${one.transformation}${functions}`;
    });
    const type = castType === null ? '' : ` ::${castType}`;
    return `${column}: ${from.join(', ')}${type}${unresolved === null ? '' : ` ?${unresolved.code}`}`.trim();
  });
}

type Row = readonly [adapter: string, sql: string, expected: readonly string[]];

describe('the columns that a value is made of', () => {
  const rows: readonly Row[] = [
    ['postgres', 'select id, a as n from t', ['id: t.id identity', 'n: t.a rename']],
    ['postgres', 'select a::int as a, cast(b as text) bb from t', ['a: t.a cast ::int', 'bb: t.b cast ::text']],
    ['postgres', "select 1 as one, 'x' s, now() ts, count(*) n from t", ['one:', 's:', 'ts:', 'n:']],
    ['postgres', "select md5(upper(a)) || '-' h from t", ['h: t.a expression[|| md5 upper]']],
    ['postgres', 'select coalesce(md5(a), a) k from t', ['k: t.a expression[coalesce md5], t.a expression[coalesce]']],
    [
      'postgres',
      "select date_trunc('month', a) m, split_part(b, '@', 2) d, left(c, 3) l, substr(c, 1) s, count(distinct a) n from t",
      [
        'm: t.a expression[date_trunc]',
        'd: t.b expression[split_part]',
        'l: t.c expression[left]',
        's: t.c expression[substring]',
        'n: t.a aggregate[count]',
      ],
    ],
    [
      'postgres',
      'select case when a = 1 then b when c is null then a else 0 end k from t',
      ['k: t.a expression[case when =], t.b expression, t.c expression[case when is null], t.a expression'],
    ],
    [
      'bigquery',
      'select if(a = 1, b, c) k from db.main.t',
      ['k: t.a expression[case when =], t.b expression, t.c expression'],
    ],
    [
      'postgres',
      'select sum(a) over w as s, row_number() over (partition by b order by c desc) rn from t window w as (partition by b)',
      [
        's: t.a window[sum], t.b window[sum partition by]',
        'rn: t.b window[row_number partition by], t.c window[row_number order by desc]',
      ],
    ],
    ['postgres', 'select sum(a) filter (where b > 1) s from t', ['s: t.a aggregate[sum], t.b aggregate[sum filter >]']],
    [
      'snowflake',
      "select listagg(distinct a, ',') within group (order by b) l from t",
      ['l: t.a aggregate[listagg], t.b aggregate[listagg within group]'],
    ],
    [
      'snowflake',
      'select upper(a) as up, up || b as both from t',
      ['up: t.a expression[upper]', 'both: t.a expression[|| upper], t.b expression[||]'],
    ],
    [
      'snowflake',
      'select j:x.y::string as k, datediff(day, a, b) d from t',
      ['k: t.j expression[json_extract] ::text', 'd: t.b expression[date_diff], t.a expression[date_diff]'],
    ],
    [
      'bigquery',
      'select date_diff(a, b, day) d from db.main.t',
      ['d: t.a expression[date_diff], t.b expression[date_diff]'],
    ],
    [
      'duckdb',
      'select list_transform(arr, x -> x + id) l from t',
      ['l: t.arr expression[list_transform], t.id expression[list_transform +]'],
    ],
    [
      'postgres',
      'select to_jsonb(u.*) k from u',
      ['k: u.id expression[to_jsonb], u.x expression[to_jsonb], u.y expression[to_jsonb]'],
    ],
    ['snowflake', 'select analytics.public.mask(a) k from t', ['k: t.a expression[mask]']],
    ['sqlserver', 'select z = a, [b] from [db].[main].[t]', ['z: t.a rename', 'b: t.b identity']],
  ];
  it.each(rows)('%s: %s', async (adapter, sql, expected) => {
    expect(told(await trace(adapter, sql))).toEqual(expected);
  });
});

describe('what stands in FROM', () => {
  const rows: readonly Row[] = [
    [
      'postgres',
      'with a as (select id, sum(b) as s from t group by 1), b as (select a.*, u.x from a join u on a.id = u.id) select s as total, x from b',
      ['total: t.b aggregate[sum]', 'x: u.x identity'],
    ],
    ['postgres', 'select d.p, q from (select a, b from t) as d(p, q)', ['p: t.a rename', 'q: t.b rename']],
    [
      'postgres',
      'with recursive r(id, p, depth) as (select id, a, 1 from t union all select t.id, r.p, r.depth + 1 from t join r on t.a = r.id) select * from r',
      ['id: t.id identity', 'p: t.a rename', 'depth:'],
    ],
    [
      'postgres',
      'select t.id, l.m from t cross join lateral (select max(x) as m from u where u.id = t.id) l',
      ['id: t.id identity', 'm: u.x aggregate[max]'],
    ],
    [
      'sqlserver',
      'select q.m from t cross apply (select max(x) m from u where u.id = t.id) q',
      ['m: u.x aggregate[max]'],
    ],
    ['postgres', 'select (select max(x) from u where u.id = t.id) as mx from t', ['mx: u.x aggregate[max]']],
    ['postgres', 'select t.*, z from t join v using (id)', [...whole('t'), 'z: v.z identity']],
    [
      'postgres',
      'select * from u natural join v',
      ['id: u.id identity', 'x: u.x identity', 'y: u.y identity', 'z: v.z identity'],
    ],
    ['postgres', 'select id, z from u full join v using (id)', ['id: u.id identity, v.id identity', 'z: v.z identity']],
    ['postgres', 'select id from u right join v using (id)', ['id: v.id identity']],
    ['spark', 'select * from u left semi join v on u.id = v.id', whole('u')],
    [
      'bigquery',
      'select * except (x) replace (y + 1 as y) from `db`.main.`u`',
      ['id: u.id identity', 'y: u.y expression[+]'],
    ],
    ['bigquery', 'select id from `db.main.u`', ['id: u.id identity']],
    ['snowflake', 'select * exclude (id) rename (x as xx) from u', ['xx: u.x rename', 'y: u.y identity']],
    ['duckdb', 'from u select y', ['y: u.y identity']],
    [
      'bigquery',
      'select el, o from db.main.t as t, unnest(t.arr) as el with offset as o',
      ['el: t.arr expression', 'o:'],
    ],
    ['bigquery', 'select i.sku from db.main.t as t, t.arr i', ['sku: t.arr expression']],
    [
      'snowflake',
      'select f.value:name::string as nm, index from t, lateral flatten(input => t.j:items) f',
      ['nm: t.j expression[json_extract] ::text', 'index: t.j expression[json_extract]'],
    ],
    [
      'spark',
      'select id, k, v from t lateral view explode(j) e as k, v',
      ['id: t.id identity', 'k: t.j expression', 'v: t.j expression'],
    ],
    ['trino', 'select e from t cross join unnest(arr) as q(e)', ['e: t.arr expression']],
    ['postgres', 'select e.k from t, jsonb_each_text(t.j) as e(k)', ['k: t.j expression']],
    ['postgres', "select * from (values (1, 'a'), (2, 'b')) as q(n, s)", ['n:', 's:']],
    ['duckdb', 'select * from generate_series(1, 3) as g(d)', ['d:']],
  ];
  it.each(rows)('%s: %s', async (adapter, sql, expected) => {
    expect(told(await trace(adapter, sql))).toEqual(expected);
  });
});

function whole(table: keyof typeof tables): readonly string[] {
  return tables[table].map((column) => `${column}: ${table}.${column} identity`);
}

describe('set operations and turned tables', () => {
  const rows: readonly Row[] = [
    [
      'postgres',
      'select id, a from t union all select id, x from u',
      ['id: t.id identity, u.id identity', 'a: t.a identity, u.x rename'],
    ],
    [
      'duckdb',
      'select id, a from t union all by name select x as a, id from u',
      ['id: t.id identity, u.id identity', 'a: t.a identity, u.x rename'],
    ],
    ['postgres', 'select id from t except select id from u', ['id: t.id identity']],
    ['postgres', 'select id from t intersect select id from u', ['id: t.id identity, u.id set-operation']],
    [
      'postgres',
      'select a from t where b > (select max(x) from u) union all select z from v',
      ['a: t.a identity, v.z rename'],
    ],
    [
      'bigquery',
      "select * from (select id, a, b from db.main.t) pivot(sum(a) as s for b in ('x' as xx, 'y'))",
      [
        'id: t.id identity',
        's_xx: t.a aggregate[sum], t.b aggregate[case when]',
        's_y: t.a aggregate[sum], t.b aggregate[case when]',
      ],
    ],
    [
      'snowflake',
      "select * from (select id, a, b from t) pivot(sum(a) for b in ('x', 'y')) as p (i, xx, yy)",
      [
        'i: t.id rename',
        'xx: t.a aggregate[sum], t.b aggregate[case when]',
        'yy: t.a aggregate[sum], t.b aggregate[case when]',
      ],
    ],
    [
      'snowflake',
      'select k, n, w from v unpivot(x for y in (z)) as q (k, n, w)',
      ['k: v.id rename', 'n:', 'w: v.z expression'],
    ],
    [
      'snowflake',
      'select * from (select id, a, b from t) unpivot(val for nam in (a, b))',
      ['id: t.id identity', 'nam:', 'val: t.a expression, t.b expression'],
    ],
    [
      'bigquery',
      "select * from (select id, a, b, c from db.main.t) unpivot((v1, v2) for n in ((a, b) as 'p', (b, c) as 'q'))",
      ['id: t.id identity', 'n:', 'v1: t.a expression, t.b expression', 'v2: t.b expression, t.c expression'],
    ],
  ];
  it.each(rows)('%s: %s', async (adapter, sql, expected) => {
    expect(told(await trace(adapter, sql))).toEqual(expected);
  });
});

describe('the columns that move rows', () => {
  const rows: readonly Row[] = [
    ['postgres', 'select t.id from t join u on t.id = u.id where y > 1', ['join t.id', 'join u.id', 'where u.y']],
    [
      'postgres',
      'select a k, sum(b) s from t group by k having max(c) > 1 order by 2 desc',
      ['group t.a', 'having t.c'],
    ],
    ['duckdb', 'select a, b + c d, sum(id) s from t group by all', ['group t.a', 'group t.b', 'group t.c']],
    [
      'snowflake',
      'select id from t qualify row_number() over (partition by a order by b) = 1',
      ['qualify t.a', 'qualify t.b'],
    ],
    ['postgres', 'select distinct on (id) id, a from t order by b', ['distinct t.id', 'order t.b']],
    ['postgres', 'select id from t union select id from u', ['distinct t.id', 'distinct u.id']],
    [
      'postgres',
      'select id from t where id in (select id from u where x > 1)',
      ['where t.id', 'where u.id', 'where u.x'],
    ],
    ['postgres', 'select a, exists(select 1 from v where v.id = t.id) e from t', ['where t.id', 'where v.id']],
    [
      'postgres',
      'with f as (select * from t where a > 1) select f1.id from f f1 join f f2 on f1.id = f2.b',
      ['join t.b', 'join t.id', 'where t.a'],
    ],
    ['redshift', 'select a + 1 as n from t where n > 1', ['where t.a']],
  ];
  it.each(rows)('%s: %s', async (adapter, sql, expected) => {
    const { rowset } = await trace(adapter, sql);
    expect(rowset.map((use) => `${use.clause} ${short(use)}`).sort()).toEqual(expected);
  });
});

describe('a column that is not there', () => {
  it.each([
    ['select id, zz from t', ['zz in t']],
    ['with s as (select * from t) select s.nope from s where s.gone = 1', ['gone in t', 'nope in t']],
    ['select k from (select a as k from t) d where a = 1', ['a in ']],
  ])('%s', async (sql, expected) => {
    const { missing } = await trace('postgres', sql);
    const found = missing.map(
      ({ column, parents }) => `${column} in ${parents.map((one) => one.split('.').at(-1)).join()}`,
    );
    expect(found.sort()).toEqual(expected);
  });

  it('tells where it stands in the text', async () => {
    const sql = "select '😀', zz from t";
    const { missing } = await trace('postgres', sql);
    const span = missing[0]?.span ?? { start: 0, end: 0 };
    expect(sql.slice(span.start, span.end)).toBe('zz');
  });
});
