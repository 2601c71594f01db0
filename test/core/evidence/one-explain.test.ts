import { type DuckDBConnection, DuckDBInstance, StatementType } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toOneExplain } from '#core/evidence';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect();
});
afterAll(() => connection.closeSync());

/** Whether DuckDB, which knows nothing of our reading, takes a text for one EXPLAIN. Null when it reads nothing. */
async function isOneExplain(sql: string): Promise<boolean | null> {
  try {
    const statements = await connection.extractStatements(sql);
    return statements.count === 1 && (await statements.prepare(0)).statementType === StatementType.EXPLAIN;
  } catch (error) {
    return /^(Catalog|Binder) Error/.test(String((error as { message?: unknown }).message)) ? true : null;
  }
}

const good = [
  'select 1 as a',
  'with a as (select 1 as x), b as (select x from a) select * from b -- the end',
  `SELECT o."Odd ; Name", 'it''s; -- no comment', '\\d+' FROM db.shop.orders o /* why; not */ WHERE o.amount::numeric(10,2) > 1.5e-3`,
  'select t.update, t.into from t',
  "select case when a <> 'insert' then 1 end from x where b like '%delete%' and c in (1, 2)",
];
const bad = [
  ['select 1; drop table t', 'a sign'],
  ['delete from t', 'does not begin'],
  ['explain analyze select 1', 'does not begin'],
  ['analyze select 1', 'does not begin'],
  ['with x as (delete from t returning *) select * from x', 'DELETE'],
  ['with x as (select 1) insert into t select * from x', 'INSERT'],
  ['select * into u from t', 'INTO'],
  ['select 1into u', 'a sign'],
  ['select * from t for update', 'UPDATE'],
  ['select * from t for no key update', 'NO'],
  ['select * from t for share', 'SHARE'],
  ['select 1) ; select (2', 'parentheses'],
  ['select 1) select (2', 'parentheses'],
  ['select (1', 'ends too early'],
  ['', 'is empty'],
  ['-- nothing', 'is empty'],
  ["select 'a\\' ; drop table t --'", 'a sign'],
  ["select $$a$$ || ';'", 'a sign'],
  ['select 1 /* a /* b */ ; */', 'a sign'],
  ['select /*+ full(t) */ 1', 'hint'],
  ['select $1', 'a sign'],
  ['select 1 # ; drop table t', 'a sign'],
  ["select 'open", 'a sign'],
  ['select 1\u00a0', 'a sign'],
  ['select 1\0', 'a sign'],
] as const;
const pieces = [
  ...good,
  ...bad.map(([sql]) => sql),
  ...[
    "'",
    '"',
    ';',
    '--',
    '/*',
    '*/',
    '\n',
    '(',
    ')',
    '$$',
    '\\',
    'into',
    'for update',
    'insert into t values (1)',
    'E',
  ],
];

describe('the SQL of a pull request', () => {
  it.each(good)('%s is shown to the planner, comments left out', async (select) => {
    const sql = toOneExplain(select, 'duckdb');
    expect(sql).toEqual(expect.stringMatching(/^explain \(format json\) (select|with) /i));
    expect(sql).not.toMatch(/the end|why/);
    expect(await isOneExplain(typeof sql === 'string' ? sql : '')).toBe(true);
    expect(toOneExplain(select, 'postgres')).toEqual(expect.stringMatching(/^explain \(format json, verbose\) /));
  });

  it.each(bad)('%j is not sent', (select, why) => {
    expect(toOneExplain(select, 'postgres')).toMatchObject({
      code: 'not-one-select',
      text: expect.stringContaining(why) as unknown,
    });
  });

  it('is nowhere asked for the plan of but where that is known to run nothing', () => {
    expect(toOneExplain('select 1', 'clickhouse')).toMatchObject({ code: 'no-plan-here' });
  });

  it.each([
    ['redshift', 'explain select 1'],
    ['snowflake', 'explain using json select 1'],
    ['bigquery', 'explain select 1'],
    ['databricks', 'explain cost select 1'],
    ['trino', 'explain (type distributed, format json) select 1'],
  ] as const)('is shown to the planner of %s in its own words, never to be analysed', (dialect, sql) => {
    expect(toOneExplain('select 1', dialect)).toBe(sql);
  });

  it.each([
    ['snowflake', 'select 1 ->> drop table t'],
    ['snowflake', "select a->>'b' from t"],
    ['snowflake', 'select 1 // ; drop table t'],
    ['bigquery', 'select "a\\" , " ; drop table t --"'],
    ['bigquery', 'select """a"b"""'],
    ['bigquery', "select ''''a"],
    ['bigquery', 'select 1 |> drop a'],
    ['databricks', 'select "a\\" , " ; drop table t --"'],
    ['databricks', "select 'it''s'"],
  ] as const)('in %s, %j is not sent: it may end elsewhere there, or hold a second statement', (dialect, select) => {
    expect(toOneExplain(select, dialect)).toMatchObject({ code: 'not-one-select' });
  });

  it('may hold there what other dialects read in another way', () => {
    expect(toOneExplain("select a ->> 'b' from t", 'postgres')).toMatch(/^explain /);
    expect(toOneExplain(`select "a", r'\\d+', '' from t`, 'bigquery')).toMatch(/^explain /);
    expect(toOneExplain("select 'it''s' from t", 'snowflake')).toMatch(/^explain /);
  });

  it('comes out as one EXPLAIN in the eyes of DuckDB too, over 3,000 texts', async () => {
    let taken = 0;
    const generated = fc.oneof(
      fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((parts) => parts.join(' ')),
      fc
        .tuple(fc.constantFrom(...good), fc.nat(150), fc.nat(5), fc.constantFrom(...pieces))
        .map(([sql, at, cut, text]) => sql.slice(0, at) + text + sql.slice(at + cut)),
    );
    await fc.assert(
      fc.asyncProperty(generated, async (select) => {
        const sql = toOneExplain(select, 'duckdb');
        if (typeof sql !== 'string') return;
        taken += 1;
        expect([sql, await isOneExplain(sql)]).not.toEqual([sql, false]);
      }),
      { numRuns: 3_000 },
    );
    expect(taken).toBeGreaterThan(200);
  });

  it('is read in time that grows with its length alone', () => {
    const long = `select '${"a''".repeat(100_000)}', ${'('.repeat(300)}1${')'.repeat(300)}`;
    expect(typeof toOneExplain(long, 'postgres')).toBe('string');
    expect(toOneExplain(`select ${'('.repeat(100_000)}`, 'postgres')).toMatchObject({ code: 'not-one-select' });
    expect(toOneExplain(`select ${'/*'.repeat(100_000)}`, 'postgres')).toMatchObject({ code: 'not-one-select' });
    expect(toOneExplain(`select '${'a'.repeat(500_000)}'`, 'postgres')).toMatchObject({ code: 'not-one-select' });
  });
});
