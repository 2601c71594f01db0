// Where two trees of one statement differ in what a review rests on.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { differencesOf, type Query } from '#core/sql';
import { parseStatement, prepareEngine } from '../../../src/edges/sql-engines/parse-statement.ts';

beforeAll(() => prepareEngine('polyglot'));

function tree(sql: string): Query {
  const answer = parseStatement('polyglot', sql, 'postgres');
  if (!answer.ok) throw new TypeError(answer.why);
  return answer.query;
}

describe('two readings of a statement', () => {
  it.each([
    ['select a from t', 'select A as "a" from T', []],
    ['select a from t', 'select a from u', ['tables']],
    ['select a from t where b in (select c from u)', 'select a from t where b in (select c from v)', ['tables']],
    ['with u as (select 1) select a from u', 'with w as (select 1) select a from w', []],
    [
      'with recursive u as (select 1 union all select n from u) select n from u',
      'with w as (select 1 union all select 2) select n from w',
      [],
    ],
    ['select a, b from t', 'select a, c from t', ['columns']],
    ['select t.* from t', 'select * from t', ['columns']],
    ['select a + 1 from t', 'select b + 1 from t', []],
    ['select a from t union select a from u', 'select a from t union all select a from u', ['sets']],
    [
      'select a from t union (select a from u except select 1)',
      '(select a from t union select a from u) except select 1',
      ['sets'],
    ],
    ['select a from t join u on t.x = (select max(y) from v)', 'select a from t join u on t.x = 1', ['tables']],
    ['select a from (select b from t) d order by (select 1 from u)', 'select a from t', ['tables']],
    ['select a from f((select x from t)) d', 'select a from f(1) d', ['tables']],
  ])('%s / %s', (one, other, parts) => {
    expect(differencesOf(tree(one), tree(other))).toEqual(parts);
  });
});
