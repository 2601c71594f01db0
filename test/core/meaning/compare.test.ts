// What differs between two queries, by meaning: SQL in, edits out.
import { afterAll, describe, expect, it } from '@jest/globals';
import { compareQueries, type Edit, type PlanContext } from '#core/meaning';
import { reader } from '../../support/read-sql.ts';

afterAll(() => reader.close());

const context: PlanContext = { dialect: 'duckdb', relation: () => null };

async function compare(before: string, after: string) {
  const answers = await reader.read([before, after].map((sql, at) => ({ key: String(at), sql, dialect: 'duckdb' })));
  const [base, head] = [before, after].map((sql, at) => {
    const answer = answers.get(String(at));
    if (answer?.ok !== true) throw new Error(`not read: ${sql}`);
    return { query: answer.query, context };
  });
  return compareQueries(base!, head!);
}

/** Each edit in a few words: its kind, what it is about, and the output columns that it reaches. */
async function edits(before: string, after: string): Promise<readonly string[]> {
  const { edits: found } = await compare(before, after);
  return found.map(
    (edit) => `${edit.kind} ${subjectOf(edit)} → ${edit.columns === 'all' ? 'all' : edit.columns.join(', ')}`,
  );
}

function subjectOf(edit: Edit): string {
  switch (edit.kind) {
    case 'join-added':
    case 'join-removed':
      return `${edit.input.join} ${edit.input.alias}`;
    case 'join-kind':
      return `${edit.before.join}→${edit.after.join} ${edit.after.alias}`;
    case 'join-condition':
      return `${edit.after.alias} -${edit.removed.length} +${edit.added.length}`;
    case 'filter-added':
    case 'filter-removed':
      return `${edit.clause} ${edit.condition.term.text}`;
    case 'filter-changed':
      return `${edit.clause} ${edit.before.term.text} ⇒ ${edit.after.term.text}`;
    case 'output-changed':
      return `${edit.before.term.text} ⇒ ${edit.after.term.text}`;
    case 'output-added':
    case 'output-removed':
      return edit.output.key;
    case 'group-by':
    case 'distinct-on':
      return `-${edit.removed.map(({ text }) => text).join(' ')} +${edit.added.map(({ text }) => text).join(' ')}`;
    case 'set-members':
      return `-${edit.removed.length} +${edit.added.length}`;
    default:
      return '';
  }
}

describe('the difference of two queries', () => {
  it.each([
    [
      'a join narrows',
      'select a.x, b.y from a left join b on a.id = b.id',
      'select a.x, b.y from a join b on b.id = a.id',
      ['join-kind left→inner b → all'],
    ],
    [
      'a join is added, through another alias',
      'select o.id from orders o',
      'select x.id, c.name from orders x left join customers c on c.id = x.cid',
      ['join-added left customers → all', 'output-added name → name'],
    ],
    [
      'an equality of a join is dropped',
      'select o.id from o join c on o.cid = c.id and o.r = c.r',
      'select o.id from o join c on o.cid = c.id',
      ['join-condition c -1 +0 → all'],
    ],
    [
      'a filter in a CTE that is inlined at head',
      'with a as (select id, v from t where v > 1) select id from a',
      'select id from t',
      ['filter-removed where operator:<(1, t.v) → all'],
    ],
    [
      'a boundary',
      'select id from t where v > 1',
      'select id from t where v >= 1',
      ['filter-changed where operator:<(1, t.v) ⇒ operator:<=(1, t.v) → all'],
    ],
    [
      'a condition moves from ON to WHERE',
      'select t.id from t left join u on u.k = t.k and u.w = 1',
      'select t.id from t left join u on u.k = t.k where u.w = 1',
      ['filter-added where operator:=(u.w, 1) → all'],
    ],
    [
      'the grain',
      'select k, s, sum(v) as v from t group by k, s',
      'select k, sum(v) as v from t group by k',
      ['group-by -t.s + → all', 'output-removed s → s'],
    ],
    ['DISTINCT', 'select k from t', 'select distinct k from t', ['distinct-added  → all']],
    [
      'a value, seen through two CTEs under other names',
      'with a as (select id, v / 100 as v from t), b as (select id, sum(v) as s from a group by id) select id, s as total from b',
      'with x as (select id, v from t), y as (select id, sum(v) as z from x group by id) select id, z as total from y',
      ['output-changed aggregate:sum(operator:/(t.v, 100)) ⇒ aggregate:sum(t.v) → total'],
    ],
    [
      'one cause inside a subquery, told once and where it arrives',
      'with s as (select k, sum(v) as v from t group by k) select u.id, s.v as a, s.v + 1 as b from u left join s on s.k = u.k',
      'with s as (select k, max(v) as v from t group by k) select u.id, s.v as a, s.v + 1 as b from u left join s on s.k = u.k',
      ['output-changed aggregate:sum(t.v) ⇒ aggregate:max(t.v) → a, b'],
    ],
    [
      'a join over a grouped CTE',
      'with s as (select k, sum(v) as v from t group by k) select k, v from s',
      'with s as (select k, sum(v) as v from t group by k) select s.k, s.v, c.name from s left join c on c.k = s.k',
      ['join-added left c → all', 'output-added name → name'],
    ],
    [
      'UNION',
      'select id from a union all select id from b',
      'select id from a union select id from b',
      ['set-quantifier  → all'],
    ],
    [
      'a part of a UNION',
      'select id from a union all select id from b',
      'select id from a union all select id from b where v > 0',
      ['filter-added where operator:<(0, b.v) → all'],
    ],
    [
      'a new part of a UNION',
      'select id from a',
      'select id from a union all select id from b',
      ['set-members -0 +1 → all'],
    ],
    [
      'AND and OR regrouped, as one change',
      'select id from t where a = 1 and (b = 2 or c = 3)',
      'select id from t where a = 1 and b = 2 or c = 3',
      [
        'filter-changed where operator:and(operator:=(t.a, 1), operator:or(operator:=(t.b, 2), operator:=(t.c, 3))) ⇒ operator:or(operator:=(t.c, 3), operator:and(operator:=(t.a, 1), operator:=(t.b, 2))) → all',
      ],
    ],
    [
      'another relation',
      'select o.id from o join c on c.id = o.cid',
      'select o.id from o join d as c on c.id = o.cid',
      ['source-changed  → all'],
    ],
    [
      'what is kept by a limit',
      'select id from t order by v limit 1',
      'select id from t order by v desc limit 1',
      ['order  → all'],
    ],
    [
      'how many a limit keeps',
      'select id from t order by v limit 1',
      'select id from t order by v limit 2',
      ['limit  → all'],
    ],
    [
      'a column that no one reads inside',
      'with a as (select id, v, count(*) as n from t group by id, v) select id, v from a',
      'with a as (select id, v, count(*) as n, max(w) as m from t group by id, v) select id, v from a',
      [],
    ],
  ])('tells %s', async (_, before, after, expected) => {
    expect(await edits(before, after)).toEqual(expected);
  });

  it('says why a query is not understood, and proves the same text equal all the same', async () => {
    const recursive = 'with recursive r as (select 1 as n union all select n + 1 from r where n < 5) select n from r';
    expect((await compare(recursive, `${recursive} `)).proven).toBe(true);
    const other = await compare(recursive, recursive.replace('< 5', '< 6'));
    expect(other.proven).toBe(false);
    expect(other.edits).toHaveLength(1);
  });

  it('ends on a query that grows by itself', async () => {
    const layers = Array.from(
      { length: 24 },
      (_, at) => `c${at + 1} as (select x.id, y.v from c${at} x join c${at} y on x.id = y.id)`,
    );
    const sql = `with c0 as (select id, v from t), ${layers.join(', ')} select id from c24`;
    const { proven, edits: found } = await compare(sql, sql.replace('select id from c24', 'select v from c24'));
    expect({ proven, edits: found.map(({ kind }) => kind) }).toEqual({
      proven: false,
      edits: ['output-added', 'output-removed'],
    });
  });
});
