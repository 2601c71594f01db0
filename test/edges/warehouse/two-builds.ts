import type { DataQuestion } from '#core/evidence';
import {
  columnProfileQuestion,
  distinctRowsQuestion,
  failingRowsQuestion,
  keyDiffQuestion,
  keyProfileQuestion,
  newestQuestion,
  valueMatchQuestion,
  windowRowsQuestion,
} from '#core/evidence';
import { id } from '../../support/a-project.ts';

/** Two builds of one relation, small enough to count by eye: statements that every engine reads. */
export const twoBuilds: readonly string[] = [
  'create table shop.before (id int, part int, email varchar(20), day date, amount int)',
  'create table shop.after (id int, part int, email varchar(20), day date, amount int)',
  `insert into shop.before values
    (1, 1, 'a@x', '2026-01-01', 10), (2, 1, null, '2026-01-02', 20), (3, 1, 'b@x', '2026-01-03', 30),
    (4, 1, 'b@x', '2026-01-04', null), (null, 1, 'c@x', '2026-01-05', 50)`,
  `insert into shop.after values
    (2, 1, null, '2026-01-02', 20), (3, 1, 'b@y', '2026-01-03', 30), (4, 1, 'b@x', '2026-01-04', null),
    (5, 1, 'd@x', '2026-01-06', 60), (5, 2, 'd@x', '2026-01-07', 60), (3, 1, 'b@y', '2026-01-03', 30)`,
];

const bare = (name: string) => ({ name, quoted: false });

/** Each kind of question on them, with the figures that the rows above give. `relation` names a table as dbt renders it. */
export function countedByEye(
  relation: (identifier: string) => string,
): readonly (readonly [string, DataQuestion, object])[] {
  const [before, after] = (['base', 'head'] as const).map((side) => ({
    side,
    uniqueId: id('orders'),
    relation: relation(side === 'base' ? 'before' : 'after'),
  }));
  const both = { uniqueId: id('orders'), base: relation('before'), head: relation('after') };
  const notB = {
    kind: 'operator',
    name: '<>',
    operands: [
      { kind: 'column', column: bare('email') },
      { kind: 'text', value: 'b@x' },
    ],
  } as const;
  return [
    ['rows failing a condition', failingRowsQuestion(before!, notB), { rows: 5, failing: 3, undecided: 1 }],
    [
      'NULLs and distinct values',
      columnProfileQuestion(before!, [bare('email'), bare('amount')]),
      { rows: 5, 'nulls.email': 1, 'distinct.email': 3, 'nulls.amount': 1, 'distinct.amount': 4 },
    ],
    [
      'repeated keys',
      keyProfileQuestion(after!, [bare('id')]),
      { rows: 6, keys: 4, repeated: 2, extra: 2, nulls: 0, most: 2 },
    ],
    [
      'NULL keys',
      keyProfileQuestion(before!, [bare('id')]),
      { rows: 5, keys: 4, repeated: 0, extra: 0, nulls: 1, most: 1 },
    ],
    [
      'a key of two columns',
      keyProfileQuestion(after!, [bare('id'), bare('part')]),
      { rows: 6, keys: 5, repeated: 1, extra: 1, nulls: 0, most: 2 },
    ],
    [
      'keys of one side only',
      keyDiffQuestion(both, [bare('id')]),
      { onlyBase: 1, onlyHead: 1, both: 3, repeatedBase: 0, repeatedHead: 2, nullsBase: 1, nullsHead: 0 },
    ],
    [
      'composite keys of one side only',
      keyDiffQuestion(both, [bare('id'), bare('part')]),
      { onlyBase: 1, onlyHead: 2, both: 3, repeatedBase: 0, repeatedHead: 1, nullsBase: 1, nullsHead: 0 },
    ],
    ['rows of the time that both have', windowRowsQuestion(both, bare('day')), { base: 4, head: 4 }],
    ['equal rows', distinctRowsQuestion(after!), { rows: 6, distinct: 5 }],
    [
      'equal values of common keys',
      valueMatchQuestion(both, [bare('id'), bare('part')], [bare('email'), bare('amount')]),
      { common: 4, 'equal.email': 2, 'equal.amount': 4 },
    ],
    ['the newest value', newestQuestion(after!, bare('day')), {}],
  ];
}
