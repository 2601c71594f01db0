import { type DuckDBConnection, DuckDBInstance, StatementType } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sqlWriter, toOneSelect } from '#core/evidence';
import { writeCondition } from '../../../src/core/evidence/predicate.ts';
import { warehouseOver } from '../../../src/edges/warehouse/open-warehouse.ts';
import { anyQuestion, hostile } from '../../support/any-question.ts';
import { inDoubleQuotes } from '../../support/warehouses/engine.ts';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect();
});
afterAll(() => connection.closeSync());

/** Whether DuckDB, which knows nothing of our grammar, reads one statement, and it is a SELECT. Null when it reads none. */
async function duckdbReads(sql: string): Promise<boolean | null> {
  try {
    const statements = await connection.extractStatements(sql);
    if (statements.count !== 1) return false;
    return (await statements.prepare(0)).statementType === StatementType.SELECT;
  } catch (error) {
    // What names no existing table is not prepared, but it has been read: then its first word tells.
    return /^(Catalog|Binder) Error/.test(String((error as { message?: unknown }).message))
      ? /^\s*select\b/.test(sql)
      : null;
  }
}

const good = [
  'select count(*) from "a"."b"',
  'select count(*), coalesce(sum(case when "t"."x" <> \'it\'\'s\' then 0 else 1 end), 0) from "a" as "t"',
  'select count(distinct "x") from (select distinct * from "a") as "b"',
  'select "b"."n" from "b" cross join "c" where "b"."x" between 1 and 2 group by "b"."n" having count(*) > 1',
  'select count(*) from "b" as "b" join "h" as "h" on "b"."k" = "h"."k" and ("b"."v" is null or not "h"."v" is not null)',
  'select 1 from "a" union all select cast("x" as date) from "b" where "x" in (1, 2, \'c\')',
];
const words = [
  ...'select from where into union all distinct as case when end ( ) , . ; - / * = "t" "u" 1 \'a\' lower( count(*) delete insert update set copy do x'.split(
    ' ',
  ),
];

describe('what a driver is given', () => {
  it.each(good)('%s is one SELECT', async (sql) => {
    expect(toOneSelect(sql)).toBe(sql);
    expect(await duckdbReads(sql)).toBe(true);
  });

  it.each(hostile)('%j is none', (text) => {
    expect(toOneSelect(text)).toBeNull();
    for (const sql of good) {
      expect(toOneSelect(`${sql}${text}`)).toBeNull();
      expect(toOneSelect(`${text}${sql}`)).toBeNull();
    }
  });

  it('is one SELECT in the eyes of DuckDB too, over 4,000 generated and mutated statements', async () => {
    let taken = 0;
    const generated = fc.oneof(
      fc.array(fc.constantFrom(...words, ...hostile), { maxLength: 25 }).map((parts) => parts.join(' ')),
      fc
        .tuple(fc.constantFrom(...good), fc.nat(200), fc.nat(6), fc.constantFrom(...words, ...hostile, ''))
        .map(([sql, at, cut, text]) => sql.slice(0, at) + text + sql.slice(at + cut)),
      fc.tuple(fc.constantFrom(...good), fc.constantFrom(...good)).map(([a, b]) => a.replace('"a"', `(${b})`)),
      fc.string({ maxLength: 80, unit: 'binary' }),
    );
    await fc.assert(
      fc.asyncProperty(generated, async (sql) => {
        if (toOneSelect(sql) === null) return;
        taken += 1;
        expect(await duckdbReads(sql)).not.toBe(false);
        expect(sql.replace(/"[^"]*"|'[^']*'/g, '')).not.toMatch(
          /;|--|\/\*|\binto\b|\b(delete|insert|update|copy|set)\b/i,
        );
      }),
      { numRuns: 4_000 },
    );
    expect(taken).toBeGreaterThan(200);
  });
});

describe('whatever a question holds', () => {
  it.each(['duckdb', 'postgres', 'redshift', 'snowflake', 'bigquery', 'databricks', 'trino'] as const)(
    'nothing but one SELECT reaches the driver, over 1,000 questions in the words of %s',
    async (dialect) => {
      const sent: string[] = [];
      const warehouse = warehouseOver(
        {
          writer: () => Promise.resolve(sqlWriter(dialect)),
          run: (sql) => {
            sent.push(sql);
            return Promise.resolve({ ok: true, row: Array.from({ length: 30 }, () => 1) });
          },
          explain: () => Promise.reject(new Error('no plan was asked for')),
          close: () => Promise.resolve(),
        },
        { name: 'a driver', now: () => new Date(0) },
      );
      await fc.assert(
        fc.asyncProperty(anyQuestion, async (one) => {
          await warehouse.answer(one);
        }),
        { numRuns: 1_000 },
      );
      expect(sent.length).toBeGreaterThan(100);
      for (const sql of new Set(sent)) expect([sql, await duckdbReads(inDoubleQuotes(sql))]).toEqual([sql, true]);
    },
  );
});

describe('a statement in a dialect', () => {
  it.each([
    ['bigquery', 'select count(*) from `p`.`d`.`t`', true],
    ['bigquery', 'select count(*) from "p"."d"."t"', false],
    ['bigquery', 'select count(*) from `p``q`', false],
    // Three single quotes begin a text of several lines there.
    ['bigquery', "select 1 from `t` where `a` = ''' or `b` = '''", false],
    ['databricks', "select 1 from `t` where `a` = 'it''s'", false],
    ['databricks', 'select count(*) from `a``b`', true],
    ['snowflake', 'select count(*) from `a`', false],
    ['snowflake', 'select 1 from "t" where "a" = \'it\'\'s\'', true],
    ['trino', 'select count(*) from "a"."b"', true],
    ['tsql', 'select count(*) from [a]', true],
  ] as const)('of %s: %s', (dialect, sql, taken) => {
    expect(toOneSelect(sql, dialect)).toBe(taken ? sql : null);
  });

  it.each([
    ['bigquery', 'string'],
    ['databricks', 'string'],
    ['snowflake', 'varchar'],
    ['trino', 'varchar'],
    ['redshift', 'varchar'],
  ] as const)('of %s casts to %s, and holds no quote that it cannot', (dialect, type) => {
    const writer = sqlWriter(dialect);
    const cast = { kind: 'cast', type: 'text', operand: { kind: 'text', value: 'a' } } as const;
    expect(writeCondition(cast, writer, 't')).toBe(`cast('a' as ${type})`);
    const quoted = writeCondition({ kind: 'text', value: "it's" }, writer, 't');
    expect(quoted).toBe(type === 'string' ? null : "'it''s'");
  });
});
