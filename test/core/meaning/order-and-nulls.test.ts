// Two rewrites in the words of those who write such SQL: date spines, and columns that a source may lack.
import { afterAll, expect, it } from '@jest/globals';
import { compareQueries } from '#core/meaning';
import { reader } from '../../support/read-sql.ts';

afterAll(() => reader.close());

async function isSame(before: string, after: string): Promise<boolean> {
  const statements = [before, after].map((sql, at) => ({ key: String(at), sql, dialect: 'duckdb' as const }));
  const answers = await reader.read(statements);
  const [base, head] = statements.map(({ key, sql }) => {
    const answer = answers.get(key);
    if (answer?.ok !== true) throw new Error(`not read: ${sql}`);
    return { query: answer.query, context: { dialect: 'duckdb' as const, relation: () => null } };
  });
  return compareQueries(base!, head!).proven;
}

const spine = (order: string, more = ''): string =>
  `with raw as (select a.n + b.n * 2 as generated from digits a cross join digits b),
   days as (select date '2020-01-01' + (row_number() over (${order}) - 1)::int as day${more} from raw)
   select * from days where day <= date '2026-01-01'`;

it.each<[string, string, string, boolean]>([
  ['the order of a spine’s numbers', spine('order by 1'), spine('order by generated'), true],
  ['no order at all', spine(''), spine('order by generated'), true],
  [
    'a column beside the number',
    spine('order by generated desc', ', generated'),
    spine('order by generated', ', generated'),
    false,
  ],
  [
    'two orders',
    spine('order by generated desc', ', row_number() over (order by 1) as other'),
    spine('order by generated', ', row_number() over (order by 1) as other'),
    false,
  ],
  ['numbers within a group', spine('partition by generated order by 1'), spine('order by 1'), false],
  [
    'rank, which ties',
    spine('order by 1').replace('row_number', 'rank'),
    spine('order by generated').replace('row_number', 'rank'),
    false,
  ],
  [
    'a NULL of the same type',
    'select coalesce(cast(null as date), cast(at as date)) as d from t',
    'select cast(at as date) as d from t',
    true,
  ],
  [
    'a NULL of another type',
    'select coalesce(cast(null as timestamp), cast(at as date)) as d from t',
    'select cast(at as date) as d from t',
    false,
  ],
])('%s', async (_, before, after, same) => {
  expect(await isSame(before, after)).toBe(same);
});
