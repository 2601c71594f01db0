import fc from 'fast-check';
import type { Condition, DataQuestion } from '#core/evidence';
import {
  columnProfileQuestion,
  columnsQuestion,
  distinctRowsQuestion,
  failingRowsQuestion,
  keyDiffQuestion,
  keyProfileQuestion,
  newestQuestion,
  rowCountQuestion,
  valueMatchQuestion,
  windowRowsQuestion,
} from '#core/evidence';
import { id } from './a-project.ts';

/** Texts that would be more than a name, if they were taken as they are. */
export const hostile = [
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
/** Any kind of question, about anything that a pull request may call its relations, columns and conditions. */
export const anyQuestion: fc.Arbitrary<DataQuestion> = fc.oneof(
  relation.map((name) => rowCountQuestion('head', id('orders'), name)),
  fc.tuple(of, condition).map(([one, failing]) => failingRowsQuestion(one, failing)),
  fc.tuple(of, columns).map(([one, list]) => columnProfileQuestion(one, list)),
  fc.tuple(of, columns).map(([one, list]) => keyProfileQuestion(one, list)),
  of.map((one) => distinctRowsQuestion(one)),
  of.map((one) => columnsQuestion(one)),
  fc.tuple(of, identifier).map(([one, column]) => newestQuestion(one, column)),
  fc.tuple(both, columns).map(([one, list]) => keyDiffQuestion(one, list)),
  fc.tuple(both, identifier).map(([one, column]) => windowRowsQuestion(one, column)),
  fc.tuple(both, columns, columns).map(([one, on, list]) => valueMatchQuestion(one, on, list)),
);
