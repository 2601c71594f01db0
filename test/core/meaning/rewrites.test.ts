// Every rewrite of docs/rewrites.md: two texts that it makes one, and a near miss that must stay apart.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { compareQueries, type PlanContext } from '#core/meaning';
import type { Dialect, Query } from '#core/sql';
import { reader } from '../../support/read-sql.ts';
import { type Rewrite, rewrites } from '../../support/rewrites.ts';

afterAll(() => reader.close());

async function read(texts: readonly string[], dialect: Dialect): Promise<readonly Query[]> {
  const answers = await reader.read(texts.map((sql, at) => ({ key: String(at), sql, dialect })));
  return texts.map((sql, at) => {
    const answer = answers.get(String(at));
    if (answer?.ok !== true) throw new Error(`not read: ${sql}`);
    return answer.query;
  });
}

async function isProven(
  before: string,
  after: string,
  { dialect = 'duckdb', definitions = {} }: Pick<Rewrite, 'dialect' | 'definitions'> = {},
): Promise<boolean> {
  const [base, head, ...written] = await read([before, after, ...Object.values(definitions)], dialect);
  const context: PlanContext = { dialect, relation: () => null };
  const queries = new Map(Object.keys(definitions).map((name, at) => [name, written[at]!]));
  const definition: PlanContext['definition'] = (name) => {
    const query = queries.get(name.at(-1)?.name ?? '');
    return query === undefined ? null : { query, context };
  };
  return compareQueries({ query: base!, context }, { query: head!, context: { ...context, definition } }).proven;
}

describe('the rewrites of the normal form', () => {
  it.each(rewrites)('$id: makes one of both', async ({ before, same, ...more }) => {
    expect(await isProven(before, same, more)).toBe(true);
  });

  it.each(rewrites)('$id: keeps a near miss apart', async ({ before, other, ...more }) => {
    expect(await isProven(before, other, more)).toBe(false);
  });

  it('are all argued in the docs, and no others', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../docs/rewrites.md'), 'utf8');
    const told = [...text.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id]) => id);
    expect(told).toEqual(rewrites.map(({ id }) => id));
  });
});

describe('what must stay apart', () => {
  it.each([
    [
      'NaN is below nothing in BigQuery',
      'select id from t where not (v < 1)',
      'select id from t where v >= 1',
      'bigquery',
    ],
    [
      'a default on the side that may be missing',
      'select x.w from t left join (select k, coalesce(w, 0) as w from u) x on x.k = t.k',
      'select coalesce(u.w, 0) as w from t left join u on u.k = t.k',
      'duckdb',
    ],
    [
      'a volatile value used twice',
      'with a as (select random() as r from t) select r as x, r as y from a',
      'select random() as x, random() as y from t',
      'duckdb',
    ],
    [
      'a filter before and after a window',
      'select * from (select id, rank() over (order by v) as n from t) where id = 1',
      'select id, rank() over (order by v) as n from t where id = 1',
      'duckdb',
    ],
    [
      'a filter before and after a limit',
      'select * from (select id from t order by id limit 3) where id > 1',
      'select id from t where id > 1 order by id limit 3',
      'duckdb',
    ],
    [
      'a grouping by a constant, of no rows',
      "select count(*) as n from t group by 'x'",
      'select count(*) as n from t',
      'duckdb',
    ],
    [
      'NOT IN and NOT EXISTS',
      'select id from t where k not in (select k from u)',
      'select id from t where not exists (select 1 from u where u.k = t.k)',
      'duckdb',
    ],
    [
      'rows made of a list, and none',
      'with a as (select id, unnest([1, 2]) as x from t) select id from a',
      'select id from t',
      'duckdb',
    ],
    [
      'a column that is not read, of a UNION',
      'select v from (select v, k from t union select w, k from u) a',
      'select v from (select v from t union select w from u) a',
      'duckdb',
    ],
    [
      'a column that is not read, under DISTINCT',
      'with a as (select distinct k, v from t) select k from a',
      'with a as (select distinct k from t) select k from a',
      'duckdb',
    ],
    [
      'a left join and a condition that is true for NULL',
      'select t.id from t left join u on u.k = t.k where u.w is null or u.w > 1',
      'select t.id from t join u on u.k = t.k where u.w is null or u.w > 1',
      'duckdb',
    ],
    [
      'a left join and NOT IN a query, which may be empty',
      'select t.id from t left join u on u.k = t.k where u.w not in (select k from t)',
      'select t.id from t join u on u.k = t.k where u.w not in (select k from t)',
      'duckdb',
    ],
    [
      'a left join whose rows without a match have defaults',
      'select t.id from t left join u on u.k = t.k where u.w < 1',
      'select t.id from t join u on u.k = t.k where u.w < 1',
      'clickhouse',
    ],
    ['another relation', 'select id from a.t', 'select id from b.t', 'duckdb'],
    [
      'columns of a union in another order',
      'select a, b from t union all select a, b from u',
      'select a, b from t union all select b, a from u',
      'duckdb',
    ],
  ] as const)('%s', async (_, before, after, dialect) => {
    expect(await isProven(before, after, { dialect })).toBe(false);
  });
});
