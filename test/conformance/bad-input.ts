// Gives the SQL reader what breaks parsers: truncated, mutated and random SQL (1,000 each), nesting of 10,000, statements
// of 1 MB, a UNION of 14,000 members, what traps an engine. After each group one good statement must be read rightly.
//
//   npm run conformance:bad-input [-- --seed N]
//
// Prints, per group: statements, how many were read, the slowest, and the good statement after it. Exit 1 when the good
// statement is not read, or anything takes longer than 5 s. A worker that one statement has cost is started before the next
// one's time begins; what starts a statement itself causes is its own.
import { parseArgs } from 'node:util';
import type { SqlAnswer } from '#core/sql';
import { createSqlReader } from '#edges/sql-engines';

const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' } } });
const longest = 5_000;
const reader = createSqlReader({ workers: 1 });

/** Numbers below `limit` that are the same for the same seed. */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const next = dice(Number(values.seed));
const good = `with recent as (
  select o.id, o.customer_id, sum(l.amount) as total, count(distinct l.sku) as skus
  from shop.orders o join shop.lines l on l.order_id = o.id and l.kind in ('sale', 'return')
  where o.placed_at >= (select max(d) from shop.days) group by 1, 2 having sum(l.amount) > 0
)
select r.*, case when r.total > 100 then 'big' else 'small' end as size,
  row_number() over (partition by r.customer_id order by r.total desc) as n
from recent r left join shop.customers c using (customer_id) where c.name like 'A%' -- end
union all select id, 0, 0, 0, '', 0 from shop.archive order by 1`;
const words = good
  .split(/\b/)
  .concat(['((', '))', 'case', "'", '"', '`', '/*', '$$', 'qualify', 'lateral', '::', '\u{1f600}', '\0']);

const pick = <Item>(items: readonly Item[], fallback: Item): Item => items[next(items.length)] ?? fallback;
const truncated = (): string => good.slice(0, next(good.length));
const random = (): string => Array.from({ length: 1 + next(80) }, () => pick(words, ' ')).join(' ');

function mutated(): string {
  let sql = good;
  for (let times = 1 + next(4); times > 0; times -= 1) {
    const at = next(sql.length);
    sql = sql.slice(0, at) + pick([...words, ''], '') + sql.slice(at + next(6));
  }
  return sql;
}

const nested = (deep: number, open: string, core: string, close: string): string =>
  open.repeat(deep) + core + close.repeat(deep);
const chained = (count: number, item: string, by: string): string => Array(count).fill(item).join(by);

const groups: Readonly<Record<string, readonly string[]>> = {
  truncated: Array.from({ length: 1_000 }, truncated),
  mutated: Array.from({ length: 1_000 }, mutated),
  random: Array.from({ length: 1_000 }, random),
  'nesting of 10,000': [
    `select ${nested(10_000, '(', 'a', ')')} from t`,
    `select ${nested(10_000, 'coalesce(', 'a', ', 1)')} from t`,
    `select ${nested(10_000, 'case when a then ', '1', ' end')} from t`,
    nested(10_000, 'select * from (', 'select 1 as a', ') t'),
    `select ${'not '.repeat(10_000)} a from t`,
    `select ${'- '.repeat(10_000)} a from t`,
    `select a${'[1]'.repeat(10_000)} from t`,
    `select a${'::int'.repeat(10_000)} from t`,
    `with ${Array.from({ length: 10_000 }, (_, at) => `c${at} as (select 1)`).join(', ')} select 1`,
  ],
  '1 MB': [
    `select ${chained(90_000, 'column_a', ', ')} from t`,
    `select * from t where ${chained(60_000, 'a = 1', ' or ')}`,
    `select * from t where a in (${chained(170_000, '12345', ',')})`,
    `select '${'x'.repeat(1_000_000)}' as a`,
    `select 1 /*${'/'.repeat(1_000_000)}*/ as a`,
    `select ${chained(80_000, 'upper(a)', '||')} from t`,
  ],
  'UNION of 14,000': [chained(14_000, 'select a, b from some_schema.some_table', ' union all ')],
  'what traps an engine': [
    `select ${chained(50_000, 'a', '||')} from t`,
    `select ${chained(20_000, 'case when a then b end', ', ')} from t`,
    `select ${nested(25, 'f(', 'a', ')')} from t where x = y = from`,
    `select ${nested(48, '(', 'a', ')')} from t where`,
  ],
};

function isRight(answer: SqlAnswer | undefined): boolean {
  const body = answer?.ok === true ? answer.query.body : null;
  return body?.kind === 'set-operation' && body.members.length === 2;
}

async function run(): Promise<number> {
  let failed = 0;
  for (const [name, statements] of Object.entries(groups)) {
    let [slowest, at] = [0, 0];
    const by = new Map<string, number>();
    for (const [index, sql] of statements.entries()) {
      await reader.read([{ key: 'ready', sql: 'select 1', dialect: 'postgres' }]);
      const start = performance.now();
      const answer = (await reader.read([{ key: 'k', sql, dialect: 'postgres' }])).get('k');
      const took = performance.now() - start;
      const engine = answer?.ok === true ? answer.engine : 'none';
      by.set(engine, (by.get(engine) ?? 0) + 1);
      if (took > slowest) [slowest, at] = [took, index];
    }
    const after = (await reader.read([{ key: 'k', sql: `${good} -- ${name}`, dialect: 'postgres' }])).get('k');
    const right = isRight(after);
    if (!right || slowest > longest) failed += 1;
    console.log(
      `${name}: ${statements.length} statements, read by ${[...by].map(([engine, count]) => `${engine}: ${count}`).join(', ')}; slowest ${slowest.toFixed(0)} ms (the ${at + 1}.), next statement ${right ? 'right' : 'WRONG'}`,
    );
  }
  await reader.close();
  return failed === 0 ? 0 : 1;
}

process.exitCode = await run();
