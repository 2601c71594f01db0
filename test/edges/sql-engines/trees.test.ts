// All engines' trees of the same SQL are the same tree, positions aside.
import { describe, expect, it } from '@jest/globals';
import type { Dialect, Query } from '#core/sql';
import { type EngineName, enginesFor } from '../../../src/edges/sql-engines/engines.ts';
import { parseStatement, prepareEngine } from '../../../src/edges/sql-engines/parse-statement.ts';
import { shapeOf } from '../../../src/edges/sql-engines/shape.ts';

function tree(engine: EngineName, sql: string, dialect: Dialect): Query {
  const answer = parseStatement(engine, sql, dialect);
  if (!answer.ok) throw new TypeError(answer.why);
  return answer.query;
}

/** Positions aside, and the mark that two of the engines have on whatever they read. */
const withoutSpans = (query: Query): unknown =>
  JSON.parse(JSON.stringify(query, (key, value: unknown) => (key === 'span' || key === 'lossy' ? undefined : value)));

await Promise.all([prepareEngine('polyglot'), prepareEngine('sqlparser-ts')]);

describe('one tree from three engines', () => {
  it.each([
    [
      'postgres',
      'select a, t.b as x, count(distinct c) as n from db.s.t as t where a > 1 and b is not null group by a, t.b',
    ],
    [
      'postgres',
      'with c as (select * from t) select c.*, upper(a) as k from c left join u on c.id = u.id order by 1 desc',
    ],
    ['postgres', 'select a from t union all select b from u union all select c from v'],
    ['postgres', "select case when a = 1 then 'x' else b end as k, cast(c as int) as i from t"],
    ['postgres', 'select sum(a) over (partition by b order by c desc) as s from t where d in (select e from u)'],
    [
      'snowflake',
      'select t.a from t inner join u using (id) qualify row_number() over (partition by a order by b) = 1',
    ],
    ['bigquery', 'select a, max(b) as m from p.d.t group by a having max(b) > 2'],
    ['tsql', 'select z = a, b from dbo.t'],
  ] satisfies [Dialect, string][])('%s: %s', (dialect, sql) => {
    const first = tree('polyglot', sql, dialect);
    expect(withoutSpans(tree('node-sql-parser', sql, dialect))).toEqual(withoutSpans(first));
    expect(withoutSpans(tree('sqlparser-ts', sql, dialect))).toEqual(withoutSpans(first));
  });
});

describe('node-sql-parser', () => {
  it.each([
    ['select * from cte cross join u', 'cross'],
    ['select * from t natural join u', 'natural'],
  ])('is not believed where it takes a word of the join for an alias: %s', (sql, word) => {
    const answer = parseStatement('node-sql-parser', sql, 'postgres');
    expect(answer).toMatchObject({ ok: false, broken: false });
    expect(answer.ok ? '' : answer.why).toContain(word);
  });

  it('says that it does not read a dialect', () => {
    expect(parseStatement('node-sql-parser', 'select 1', 'clickhouse')).toMatchObject({ ok: false });
  });
});

describe('sqlparser-ts', () => {
  it.each(['select id from from t', 'select id from t join where', 'select id from Select'])(
    'is not believed where it takes a word of the language for a table: %s',
    (sql) => {
      expect(parseStatement('sqlparser-ts', sql, 'postgres').ok).toBe(false);
    },
  );

  it('takes such a word in quotes', () => {
    expect(parseStatement('sqlparser-ts', 'select id from "from" as t', 'postgres').ok).toBe(true);
  });
});

describe('calls inside calls', () => {
  const nested = (levels: number): string => `select ${'f('.repeat(levels)}a${')'.repeat(levels)} as x from t`;

  // Where each level doubles the time, as in the engine's own dialect of PostgreSQL, 44 of them never end.
  it('do not double the time of the second engine for PostgreSQL', () => {
    expect(tree('sqlparser-ts', nested(44), 'postgres').body.kind).toBe('select');
  });

  it('do not reach the second engine in T-SQL, where they do', () => {
    expect(enginesFor(nested(12), 'tsql')).toContain('sqlparser-ts');
    expect(enginesFor(nested(13), 'tsql')).not.toContain('sqlparser-ts');
  });
});

describe('names in back-ticks of three parts', () => {
  const sql = 'select `a` from `db`.`s`.`t`';
  it.each(['polyglot', 'sqlparser-ts', 'node-sql-parser'] as const)(
    'are read as three by %s, or not at all',
    (engine) => {
      for (const dialect of ['databricks', 'spark', 'bigquery'] as const) {
        const answer = parseStatement(engine, sql, dialect);
        if (engine === 'polyglot') expect(answer.ok).toBe(true);
        const { body } = answer.ok ? answer.query : { body: null };
        const from = body?.kind === 'select' ? body.sources[0]?.from : null;
        if (answer.ok)
          expect(from).toMatchObject({ kind: 'table', name: [{ name: 'db' }, { name: 's' }, { name: 't' }] });
      }
    },
  );
});

describe('a comment on the line before a column', () => {
  it.each(['polyglot', 'sqlparser-ts', 'node-sql-parser'] as const)('does not cost it its name in %s', (engine) => {
    const commented = 'select\n  a,\n  -- the second\n  b as w,\n  /* third */\n  c\nfrom t -- end';
    const plain = 'select a, b as w, c from t';
    expect(withoutSpans(tree(engine, commented, 'postgres'))).toEqual(withoutSpans(tree(engine, plain, 'postgres')));
  });
});

describe('WITH ORDINALITY after a function', () => {
  it("is no part of the function's name", () => {
    const { body } = tree('polyglot', 'select n from f(a) with ordinality as e(v, n)', 'postgres');
    const from = body.kind === 'select' ? body.sources[0]?.from : null;
    expect(from).toMatchObject({ kind: 'table-function', name: 'f', ordinal: { name: 'ordinality' } });
  });
});

describe('positions', () => {
  it('are UTF-16 units of the text, whatever stands before', () => {
    const sql = "select '😀é' as e, amount as total from t";
    const { body } = tree('polyglot', sql, 'postgres');
    const projection = body.kind === 'select' ? body.projections[1] : undefined;
    const span = projection?.span ?? { start: 0, end: 0 };
    expect(sql.slice(span.start, span.end)).toBe('amount as total');
  });
});

describe('the shape of a statement', () => {
  it.each([
    ['select ((a))', 2, 0],
    ['select \'((((\' -- ((((\n/* ((( */ from "(("', 0, 0],
    ['select case when (a) then b end union select c except select d', 2, 2],
    ['))))select (a)', 1, 0],
  ])('%j', (sql, nesting, setOperations) => {
    expect(shapeOf(sql)).toMatchObject({ nesting, setOperations });
  });
});
