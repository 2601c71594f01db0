import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Change } from '#core/change';
import type { QuestionOf } from '#core/evidence';
import { sqlWriter, toStatement } from '#core/evidence';
import type { Gate, GateResult } from '#core/gates';
import { gates } from '#core/gates';
import { createSqlReader } from '#edges/sql-engines';
import type { DbtNode } from '../../../src/core/dbt/index.ts';
import { editsOf } from '../../../src/core/gates/attribution/edits.ts';
import { id } from '../../support/a-change.ts';
import { inputOf, judgeWith, twoSides } from '../../support/data-answers.ts';

const reader = createSqlReader({ workers: 1, timeout: 60_000 });
afterAll(() => reader.close());

const gate = gates.find((one) => one.id === 'row-count') as Gate;
const judged = (change: Change, rows: Record<string, number>, figures: Record<string, Record<string, number>>) =>
  judgeWith(gate, change, { rows, figures });
const cause = (result: GateResult) => (result.outcome === 'failed' ? result.findings[0].matters : result.outcome);

/** `fct` with these queries; `prod.` is head's `pr.` there. */
async function edited(before: string, after: string, parents: readonly string[] = ['stg', 'rev']): Promise<Change> {
  const change = twoSides('fct', { parents });
  const trees = await reader.read([
    { key: 'base', sql: before, dialect: 'duckdb' },
    { key: 'head', sql: after.replaceAll('prod.', 'pr.'), dialect: 'duckdb' },
  ]);
  const sideOf = (name: 'base' | 'head', schema: string): Change['base'] => {
    const side = change[name];
    const answer = trees.get(name);
    // The parents' relations are found by schema and name.
    const nodes = new Map(
      [...side.project.nodes].map(([key, node]): [typeof key, DbtNode] => [key, { ...node, schema }]),
    );
    const metadata = { ...side.project.metadata, adapterType: 'duckdb' };
    const own = answer?.ok === true ? [[id('fct'), answer.query] as const] : [];
    return { ...side, trees: new Map(own), project: { ...side.project, nodes, metadata } };
  };
  return { ...change, base: sideOf('base', 'prod'), head: sideOf('head', 'pr') };
}

const rows = { 'base:fct': 1_000, 'head:fct': 500 };
const half = '−50.0 % (−500): ';
const stg = 'select * from prod.stg';

describe('which edit moved the rows', () => {
  it('a new filter, with its NULLs, counted on what it reads', async () => {
    const change = await edited(
      `with s as (${stg}) select id from s`,
      `with s as (${stg}) select id from s where s.status <> 'void'`,
    );
    const asked = gate.ask(inputOf(change)).filter(({ kind }) => kind === 'failing-rows');
    expect(asked).toMatchObject([{ side: 'base', uniqueId: 'model.shop.stg', relation: '"db"."prod"."stg"' }]);
    const figures = { 'failing-rows': { rows: 40_042, failing: 4_951, undecided: 4_951 } };
    expect(cause(judged(change, { 'base:fct': 40_042, 'head:fct': 35_076 }, figures))).toBe(
      "−12.4 % (−4,966): the new filter status <> 'void' removes 4,951 of them, 4,951 of which have status NULL",
    );
  });

  it('a new filter on what is grouped or joined: how many rows of what it reads', async () => {
    const change = await edited(
      'select status, count(*) as n from prod.stg group by 1',
      "select status, count(*) as n from prod.stg where coalesce(region, 'x') <> 'eu' group by 1",
    );
    const figures = { 'failing-rows': { rows: 90, failing: 40, undecided: 3 } };
    expect(cause(judged(change, rows, figures))).toBe(
      `${half}the new filter coalesce(region, 'x') <> 'eu' fails for 40 of 90 rows of stg, 3 of them because it is NULL there`,
    );
  });

  it('a filter that became another: what it keeps out now, and what it lets in', async () => {
    const change = await edited(`${stg} where amount > 1`, `${stg} where amount >= 2`);
    const asked = gate.ask(inputOf(change)).filter(({ kind }) => kind === 'failing-rows');
    expect(asked).toHaveLength(2);
    const figures = { 'failing-rows': { rows: 90, failing: 40, undecided: 0 } };
    expect(cause(judged(change, rows, figures))).toBe(
      `${half}the filter amount > 1 became amount >= 2 and removes 40 of them; the filter amount > 1 became amount >= 2 and lets in 40 rows`,
    );
  });

  it('a dropped condition of a join, and the keys that it now meets more than once', async () => {
    const change = await edited(
      'select s.id from prod.stg s left join prod.rev r on r.id = s.id and r.latest',
      'select s.id from prod.stg s left join prod.rev r on r.id = s.id',
    );
    const figures = {
      'failing-rows': { rows: 90, failing: 40, undecided: 0 },
      'key-profile': { rows: 90, keys: 50, repeated: 30, extra: 40, nulls: 0, most: 3 },
    };
    expect(cause(judged(change, { 'base:fct': 500, 'head:fct': 540 }, figures))).toBe('passed');
    expect(cause(judged(change, { 'base:fct': 100, 'head:fct': 140 }, figures))).toBe(
      '+40.0 % (+40): the join to rev by id meets 30 keys more than once, up to 3 times: 40 rows too many there; the dropped condition latest of the join to rev kept out 40 of 90 rows of rev',
    );
  });

  it.each([
    [
      'a new join',
      'select s.id from prod.stg s',
      'select s.id from prod.stg s join prod.rev r on r.stg_id = s.id',
      'the new join to rev by stg_id meets 30 keys more than once, up to 3 times: 40 rows too many there',
    ],
    [
      'a new join without a condition',
      'select s.id from prod.stg s',
      'select s.id from prod.stg s cross join prod.rev r',
      'the new join to rev has no condition: each row meets its 7 rows',
    ],
    [
      'a new DISTINCT',
      'select id from prod.stg',
      'select distinct id from prod.stg',
      'the new DISTINCT removes 500 rows that another one equals',
    ],
    [
      'a UNION that no longer keeps all',
      'select id from prod.stg union all select id from prod.rev',
      'select id from prod.stg union select id from prod.rev',
      'the new DISTINCT removes 500 rows that another one equals',
    ],
    [
      'a member of a UNION that is gone',
      'select id from prod.stg union all select id from prod.rev',
      'select id from prod.stg',
      'the dropped member rev had 7 rows',
    ],
  ])('%s', async (_, before, after, phrase) => {
    const figures = {
      'distinct-rows': { rows: 1_000, distinct: 500 },
      'key-profile': { rows: 90, keys: 50, repeated: 30, extra: 40, nulls: 0, most: 3 },
    };
    const parents = { 'base:rev': 7, 'head:rev': 7, 'base:stg': 9, 'head:stg': 9 };
    expect(cause(judged(await edited(before, after), { ...rows, ...parents }, figures))).toBe(`${half}${phrase}`);
  });

  it.each([
    [
      'a filter that only moved',
      `with s as (${stg} where a > 1) select id from s`,
      `with s as (${stg}) select id from s where s.a > 1`,
    ],
    ['a filter that is only written in other words', `${stg} where not (a <= 1)`, `${stg} where 1 < a`],
    ['another alias', 'select x.id from prod.stg x where x.a = 1', 'select y.id from prod.stg y where y.a = 1'],
    [
      'a filter on what is computed',
      `with s as (select count(*) as n from prod.stg) select n from s`,
      `with s as (select count(*) as n from prod.stg) select n from s where n > 1`,
    ],
    ['a function that is not known to be harmless', stg, `${stg} where pg_sleep(9) = 1`],
    [
      'a condition on two relations',
      'select s.id from prod.stg s join prod.rev r on r.id = s.id',
      'select s.id from prod.stg s join prod.rev r on r.id = s.id where s.a > r.a',
    ],
    [
      'a condition on two rows of one relation',
      'select s.id from prod.stg s join prod.stg r on r.id = s.id',
      'select s.id from prod.stg s join prod.stg r on r.id = s.id where s.a > r.a',
    ],
  ])('nothing is asked of %s', async (_, before, after) => {
    const change = await edited(before, after);
    expect(gate.ask(inputOf(change)).filter(({ kind }) => kind !== 'row-count')).toEqual([]);
  });

  it('is read off the clauses where the two sides were not compared by meaning', async () => {
    const change = await edited(stg, `${stg} where status = 'paid'`);
    const modified = change.modified.map((node) => ({ ...node, label: 'stale base' as const }));
    const figures = { 'failing-rows': { rows: 90, failing: 40, undecided: 0 } };
    expect(cause(judged({ ...change, modified }, rows, figures))).toBe(
      `${half}the new filter status = 'paid' fails for 40 of 90 rows of stg`,
    );
  });
});

describe('a count that is said to be of the rows that left or came', () => {
  const filters = [
    '',
    "where status <> 'void'",
    "where status in ('paid', 'void') and amount > 3",
    "where status in ('paid', 'void') and amount <= -1",
    'where amount > 3',
    'where amount >= 5 or status is null',
    'where not (amount > 3)',
    'where amount between -1 and 6',
    'left join prod.rev using (id) where amount > 3',
  ];
  let connection: DuckDBConnection;
  beforeAll(async () => {
    connection = await (await DuckDBInstance.create(':memory:')).connect();
    for (const sql of [
      "attach ':memory:' as db",
      'use db',
      'create schema prod',
      `create table prod.stg as select i as id, case i % 4 when 0 then 'void' when 1 then 'paid' when 3 then 'open' end as status,
         case when i % 5 <> 0 then i % 9 - 1 end as amount from range(200) r(i)`,
      'create table prod.rev as select i as id from range(100) r(i)',
    ])
      await connection.run(sql);
  });
  afterAll(() => connection.closeSync());
  const first = async (sql: string) => ((await connection.runAndReadAll(sql)).getRows()[0] ?? []).map(Number);

  /** `null` where not every count is of whole rows, or where several edits meet. */
  async function netOf(before: string, after: string): Promise<number | null> {
    const edits = editsOf(
      await edited(`select stg.* from prod.stg ${before}`, `select stg.* from prod.stg ${after}`),
      id('fct'),
    );
    let net = 0;
    for (const { clause, side, question } of edits) {
      const statement = toStatement(question as QuestionOf<'failing-rows'>, sqlWriter('duckdb'));
      if ('code' in statement) throw new Error(statement.text);
      const [, failing = 0] = await first(statement.sql);
      if (clause.kind !== 'condition' || clause.isWhole !== true) return null;
      net += side === 'head' ? -failing : failing;
    }
    const isOne = edits.length === 1 || (edits.length === 2 && edits.every(({ clause }) => 'change' in clause));
    return isOne ? net : null;
  }

  it('is, in DuckDB, for every pair of these filters', async () => {
    let held = 0;
    for (const before of filters) {
      for (const after of filters) {
        const net = before === after ? null : await netOf(before, after);
        if (net === null) continue;
        const counts = [before, after].map((filter) => first(`select count(*) from prod.stg ${filter}`));
        const [[from = 0] = [], [to = 0] = []] = await Promise.all(counts);
        expect([before, after, net]).toEqual([before, after, to - from]);
        held += 1;
      }
    }
    expect(held).toBeGreaterThan(15);
  });
});
