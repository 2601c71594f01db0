import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import type { Dialect, Query, SqlAnswer } from '#core/sql';
import { createSqlReader, type ReadDifferently } from '#edges/sql-engines';

// Patient: which engine answers must not hang on how busy the machine is.
const reader = createSqlReader({ workers: 1, timeout: 60_000 });
afterAll(() => reader.close());

async function read(sql: string, dialect: Dialect = 'postgres'): Promise<SqlAnswer> {
  const answer = (await reader.read([{ key: 'k', sql, dialect }])).get('k');
  if (answer === undefined) throw new TypeError('no answer');
  return answer;
}

const engineOf = (answer: SqlAnswer): string => (answer.ok ? answer.engine : answer.reason.text);

function membersOf(answer: SqlAnswer): number {
  const body: Query['body'] | null = answer.ok ? answer.query.body : null;
  return body?.kind === 'set-operation' ? body.members.length : 0;
}

describe('a reader', () => {
  it('answers every key, and the same text once', async () => {
    const sql = 'select 1 as a';
    const answers = await reader.read([
      { key: 'one', sql, dialect: 'postgres' },
      { key: 'two', sql, dialect: 'postgres' },
      { key: 'three', sql, dialect: 'snowflake' },
      { key: 'four', sql: 'selec', dialect: 'postgres' },
    ]);
    expect([...answers].map(([key, answer]) => [key, answer.ok])).toEqual([
      ['one', true],
      ['two', true],
      ['three', true],
      ['four', false],
    ]);
    expect(answers.get('two')).toBe(answers.get('one'));
  });

  it('answers nothing to nothing', async () => {
    expect((await reader.read([])).size).toBe(0);
  });

  it('shares many statements among its workers', async () => {
    const pair = createSqlReader({ workers: 2 });
    const statements = Array.from({ length: 500 }, (_, at) => ({
      key: String(at),
      sql: `select ${at} as n${at}`,
      dialect: 'postgres' as const,
    }));
    const answers = await pair.read(statements);
    const names = statements.map(({ key }) => {
      const answer = answers.get(key);
      const body = answer?.ok === true ? answer.query.body : null;
      const [projection] = body?.kind === 'select' ? body.projections : [];
      return projection?.kind === 'column' ? projection.alias?.name : null;
    });
    expect(names).toEqual(statements.map(({ key }) => `n${key}`));
    await pair.close();
  });

  it.each(['-- a comment first\nselect a from t;\n', '\n\n  select a from t ; -- bye', '/* c */ (select a from t)'])(
    'takes comments and a semicolon: %j',
    async (sql) => {
      expect((await read(sql)).ok).toBe(true);
    },
  );

  it.each([
    ['', 'no statement'],
    ['select a\nfrom t wher b', '2:13'],
    ["select 'é😀', from from t", '1:20'],
    ['select 1; select 2', '2 statements'],
    ['drop table t', 'drop table'],
  ])('says where and why %j was not parsed', async (sql, expected) => {
    const answer = await read(sql);
    expect(answer).toMatchObject({ ok: false, reason: { code: 'not-parsed' } });
    expect(engineOf(answer)).toContain(expected);
  });
});

describe('a statement that an engine cannot take', () => {
  it('goes to the third engine when it is nested too deeply for the others', async () => {
    const sql = `select ${'('.repeat(80)}a${')'.repeat(80)} as x from t`;
    expect(engineOf(await read(sql))).toBe('node-sql-parser');
  });

  it('goes to the second engine when a chain is too long for the first', async () => {
    const sql = `select ${Array(900).fill('a').join(' || ')} as x from t`;
    const answer = await read(sql);
    expect(engineOf(answer)).toBe('sqlparser-ts');
  });

  it('goes on with the others when an engine traps, and the next statement is read again', async () => {
    const answers = await reader.read([
      { key: 'before', sql: 'select 11', dialect: 'postgres' },
      { key: 'trap', sql: `select ${Array(50_000).fill('a').join('||')} from t`, dialect: 'postgres' },
      { key: 'after', sql: 'select 12', dialect: 'postgres' },
    ]);
    expect(engineOf(answers.get('before') as SqlAnswer)).toBe('polyglot');
    expect(engineOf(answers.get('after') as SqlAnswer)).toBe('polyglot');
    expect(answers.has('trap')).toBe(true);
  });

  it('is not parsed at all above the cap', async () => {
    const answer = await read(`select '${'x'.repeat(1_048_577)}'`);
    expect(engineOf(answer)).toContain('more than the 1048576');
  });

  it('is given up when no engine takes it', async () => {
    const answer = await read(`select ${'('.repeat(5_000)}a${')'.repeat(5_000)} from t`);
    expect(answer.ok).toBe(false);
  });
});

describe('a statement that the first engine refuses', () => {
  const told: ReadDifferently[] = [];
  const telling = createSqlReader({ workers: 1, onDifference: (found) => void told.push(found) });
  afterAll(() => telling.close());

  const deep = `${'('.repeat(40)}b${')'.repeat(40)} as b from t`;

  it('is read twice, and what the others do not agree on is told', async () => {
    const answers = await telling.read([
      { key: 'same', sql: `select a, ${deep}`, dialect: 'mysql' },
      { key: 'other', sql: `select "a", ${deep}`, dialect: 'mysql' },
    ]);
    expect(answers.get('same')).toMatchObject({ ok: true, engine: 'sqlparser-ts' });
    expect(answers.get('same')).not.toHaveProperty('readDifferently');
    const differently = { engine: 'node-sql-parser', parts: ['columns'] };
    expect(answers.get('other')).toMatchObject({ engine: 'sqlparser-ts', readDifferently: differently });
    expect(told).toEqual([{ dialect: 'mysql', engine: 'sqlparser-ts', other: 'node-sql-parser', parts: ['columns'] }]);
  });
});

describe('time', () => {
  const quick = createSqlReader({ timeout: 1, workers: 1 });
  afterEach(() => quick.close());

  it('ends a statement that takes too long, in each engine, and the reader goes on', async () => {
    const hard = `select ${Array(20_000).fill('case when a then b end').join(', ')} from t`;
    const answers = await quick.read([{ key: 'k', sql: hard, dialect: 'postgres' }]);
    expect(engineOf(answers.get('k') as SqlAnswer)).toContain('more than 1 ms');
  });

  it('answers what was under way when it is closed', async () => {
    const pending = quick.read([{ key: 'k', sql: 'select 5', dialect: 'postgres' }]);
    await quick.close();
    expect((await pending).get('k')?.ok).toBe(false);
  });
});

describe('set operations', () => {
  it.each([
    ['select a from t where a > (select max(a) from u) union all select b from v', 2],
    ['select a, (select max(b) from u) union all select 1, 2 union all select 3, 4', 3],
    ['select a from t join u on t.x = (select 1) union select 2', 2],
    ['select a from t where x between 1 and (select 1) union all select 2', 2],
    ['select a from t group by a having count(*) > (select 1) except select 2', 2],
    ['select a from t where a like (select b from u) union select c from v', 2],
    ['select a from t where a in (select b from u union select c from v)', 0],
    ['select a from t where a > ((select 1) union (select 2))', 0],
    ['with c as (select a from t where a > (select 1) union all select 2) select * from c', 0],
    ['select 1 union all select a from t where a > (select 1) union all select 2 union all select 3', 4],
    ['select 1 except select a from t where a > (select 1) except select 2', 3],
    ['select 1 union select 2 intersect select 3', 2],
    ['select 1 intersect select 2 intersect select 3 union select 4', 2],
  ])('are told from the scalar subquery before them: %s', async (sql, members) => {
    const answer = await read(sql);
    expect(engineOf(answer)).toBe('polyglot');
    expect(membersOf(answer)).toBe(members);
  });

  it('are flattened, so that 500 of them are no deep tree', async () => {
    expect(membersOf(await read(Array(500).fill('select a from t').join(' union all ')))).toBe(500);
  });
});
