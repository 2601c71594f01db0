import { type DuckDBConnection, DuckDBInstance, StatementType } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Condition, DataQuestion } from '#core/evidence';
import {
  columnProfileQuestion,
  distinctRowsQuestion,
  failingRowsQuestion,
  keyDiffQuestion,
  keyProfileQuestion,
  newestQuestion,
  rowCountQuestion,
  sqlWriter,
  toOneSelect,
  valueMatchQuestion,
  windowRowsQuestion,
} from '#core/evidence';
import { warehouseOver } from '../../../src/edges/warehouse/open-warehouse.ts';
import { id } from '../../support/a-project.ts';

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

const hostile = [
  '; drop table "t"',
  '; select 1',
  '-- ',
  '/*',
  '*/',
  "'",
  '"',
  '`',
  '\\',
  '\0',
  '$$',
  "E'\\''",
  ' into "u"',
  ' for update',
  "copy (select 1) to '/tmp/x'",
  'with x as (delete from "t" returning *) select * from "x"',
  'with x as (insert into "t" values (1) returning *) select * from x',
  "pg_read_file('/etc/passwd')",
  "read_csv('/etc/passwd')",
  "nextval('s')",
  "setval('s', 1)",
  'pg_sleep(10)',
  "lo_import('/etc/passwd')",
  "dblink_exec('drop table t')",
  'pg_terminate_backend(1)',
  "set_config('a', 'b', false)",
  'explain analyze ',
  'call p()',
  'select 1 union all delete from "t"',
  "from 'x.csv'",
  'create table "x" as select 1',
  'pragma version',
  'install httpfs',
  'attach "x"',
  '\u2028',
  '\u00a0',
  '）',
] as const;
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

const text = fc.oneof(
  fc.string({ maxLength: 40, unit: 'binary' }),
  fc.constantFrom(...hostile),
  fc
    .tuple(fc.constantFrom('"a"."b"', 'orders', '"x', '`y`'), fc.constantFrom(...hostile))
    .map((parts) => parts.join('')),
);
const identifier = fc.record({ name: text, quoted: fc.boolean() });
const columns = fc.array(identifier, { minLength: 1, maxLength: 3 });
const condition = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4 },
    identifier.map((column): Condition => ({ kind: 'column', column })),
    text.map((value): Condition => ({ kind: 'text', value })),
    text.map((value): Condition => ({ kind: 'number', value })),
    fc.tuple(text, tie('condition')).map(([type, operand]): Condition => ({ kind: 'cast', type, operand })),
    fc
      .tuple(fc.oneof(text, fc.constantFrom('lower', 'coalesce')), fc.array(tie('condition'), { maxLength: 3 }))
      .map(([name, operands]): Condition => ({ kind: 'call', name, operands })),
    fc
      .tuple(
        fc.oneof(text, fc.constantFrom('and', '=', 'in', 'between', 'not')),
        fc.array(tie('condition'), { maxLength: 3 }),
      )
      .map(([name, operands]): Condition => ({ kind: 'operator', name, operands })),
  ),
})).condition;
const relation = fc.oneof(text, fc.constantFrom('"db"."shop"."orders"', 'shop.orders'));
const of = relation.map((name) => ({ side: 'head' as const, uniqueId: id('orders'), relation: name }));
const both = fc.tuple(relation, relation).map(([base, head]) => ({ uniqueId: id('orders'), base, head }));
const question: fc.Arbitrary<DataQuestion> = fc.oneof(
  relation.map((name) => rowCountQuestion('head', id('orders'), name)),
  fc.tuple(of, condition).map(([one, failing]) => failingRowsQuestion(one, failing)),
  fc.tuple(of, columns).map(([one, list]) => columnProfileQuestion(one, list)),
  fc.tuple(of, columns).map(([one, list]) => keyProfileQuestion(one, list)),
  of.map((one) => distinctRowsQuestion(one)),
  fc.tuple(of, identifier).map(([one, column]) => newestQuestion(one, column)),
  fc.tuple(both, columns).map(([one, list]) => keyDiffQuestion(one, list)),
  fc.tuple(both, identifier).map(([one, column]) => windowRowsQuestion(one, column)),
  fc.tuple(both, columns, columns).map(([one, on, list]) => valueMatchQuestion(one, on, list)),
);

describe('whatever a question holds', () => {
  it.each(['duckdb', 'postgres'] as const)(
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
          close: () => Promise.resolve(),
        },
        { name: 'a driver', now: () => new Date(0) },
      );
      await fc.assert(
        fc.asyncProperty(question, async (one) => {
          await warehouse.answer(one);
        }),
        { numRuns: 1_000 },
      );
      expect(sent.length).toBeGreaterThan(200);
      for (const sql of new Set(sent)) expect([sql, await duckdbReads(sql)]).toEqual([sql, true]);
    },
  );
});
