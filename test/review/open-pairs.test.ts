// Two texts of a model with Jinja that nothing is known of in, what is told of their difference out.
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSqlReader } from '#edges/sql-engines';
import { diffSql, type SqlDiff } from '#review';

const reader = createSqlReader();
afterAll(() => reader.close());

function diff(before: string, after: string): Promise<SqlDiff> {
  return diffSql({ before, after, adapter: 'snowflake', project: null, name: 'm' }, reader, []);
}

/** A model as text and places where a macro may stand for a part of it. */
const model: readonly (string | { readonly part: string })[] = [
  'with a as (',
  { part: "select * from {{ ref('orders') }} where status = 'paid'" },
  '), b as (select ',
  { part: 'a.id' },
  ' as id, ',
  { part: 'a.customer_id' },
  ', sum(a.amount) over (partition by ',
  { part: 'a.customer_id' },
  ' order by a.id) as total, a.day ',
  { part: ', a.region' },
  ' from a join ',
  { part: "{{ ref('customers') }}" },
  ' as c on c.id = a.customer_id ',
  { part: 'and c.source = a.source' },
  ' where a.amount > ',
  { part: '3' },
  ' ',
  { part: "and a.kind <> 'test'" },
  ') select b.id, max(b.total) as most, case when ',
  { part: "b.day > '2020-01-01'" },
  ' then 1 else 0 end as late from b group by b.id, ',
  { part: 'b.day' },
  ' ',
  { part: 'having max(b.total) > 0' },
];
const places = model.flatMap((one, at) => (typeof one === 'string' ? [] : [at]));
const someMasks = fc.subarray(places, { minLength: 1 });

function written(masked: readonly number[], name = 'macro'): string {
  return model
    .map((one, at) => (typeof one === 'string' ? one : masked.includes(at) ? `{{ ${name}_${at}('x') }}` : one.part))
    .join('');
}

/** The same in another layout. */
function laidOut(text: string): string {
  return text
    .replaceAll('{{ ', '{{')
    .replaceAll("'x'", '"x"')
    .replaceAll(' from ', '\n  FROM -- a\n')
    .replaceAll(' join ', ' inner join ');
}

describe('a model of which macros make parts', () => {
  it('is read, and means the same in another layout', async () => {
    await fc.assert(
      fc.asyncProperty(someMasks, async (masked) => {
        const text = written(masked);
        expect(await diff(text, laidOut(text))).toMatchObject({ equivalent: 'proven', why: null, findings: [] });
      }),
      { numRuns: 40 },
    );
  });

  it('is not proven to mean the same, nor said to mean something else, where only macros differ', async () => {
    await fc.assert(
      fc.asyncProperty(someMasks, someMasks, async (masked, others) => {
        const told = await diff(written(masked), written(others, 'other'));
        expect(told).toMatchObject({ equivalent: 'unknown', findings: [] });
        expect(told.masked.length).toBeGreaterThan(0);
      }),
      { numRuns: 40 },
    );
  });

  it('is compared all the same', async () => {
    await fc.assert(
      fc.asyncProperty(someMasks, async (masked) => {
        const text = written(masked);
        const { findings } = await diff(
          text,
          text.replace('a.customer_id where', 'a.customer_id or true where').replace(' join ', ' left join '),
        );
        expect(findings.map(({ messageId }) => messageId)).toContainEqual(expect.stringMatching(/^join-widened\//));
      }),
      { numRuns: 15 },
    );
  });
});

describe('equal SQL is no proof', () => {
  it.each([
    ['where a part binds otherwise', 'select {{ f() }} * 2 as a from t', 'select ({{ f() }}) * 2 as a from t'],
    [
      'where a part is left out',
      'select a from t {{ f() }} where b union all select a from t where b',
      'select a from t where b union all select a from t {{ f() }} where b',
    ],
    [
      'where a loop runs',
      'select {% for c in f() %}a, {% endfor %} b from t',
      'select a, {% for c in f() %}b {{ "," if not loop.last }}{% endfor %} from t',
    ],
    [
      'where another statement is run',
      '{% do run_query("a") %}select a, b from t',
      '{% do run_query("b") %}select a, b from  t where true',
    ],
    ['where a var is set', "select a from t where b > {{ var('x', 1) }}", 'select a from t where b > 1'],
    [
      'where the defaults differ',
      "select {% if var('x', true) %}a{% else %}b{% endif %} as c from t",
      "select {% if var('x', false) %}b{% else %}a{% endif %} as c from t",
    ],
  ])('%s', async (_, before, after) => {
    expect((await diff(before, after)).equivalent).toBe('unknown');
  });

  it.each([
    [
      'of all ways',
      "select a from t {% if target.name == 'dev' %} where b >= 1 {% endif %}",
      "select a from t {% if target.name == 'dev' %} where 1 <= b {% endif %}",
    ],
    [
      'of a part alone',
      'with c as (select {{ f() }} as a from t) select a from c',
      'with C as (SELECT {{ f( ) }} as a\nfrom T) select a from c',
    ],
    [
      'of a part in the same company',
      'select a from t where b > {{ f() }} group by a',
      'SELECT A\nfrom t where b>{{ f() }} /* c */ group  by a',
    ],
  ])('but it is one %s', async (_, before, after) => {
    expect(await diff(before, after)).toMatchObject({ equivalent: 'proven', why: null });
  });
});

describe('GROUP BY a column behind a star, by its place', () => {
  const model = (list: string, keys: string): string => `select *, ${list} from {{ ref('t') }} group by ${keys}`;

  it('is a key of its own', async () => {
    const { findings } = await diff(model('a, b', '1, 2'), model('a, b', '1, 2, 3'));
    expect(findings.map(({ messageId }) => messageId)).toEqual([expect.stringMatching(/^grain-changed\//)]);
  });

  it('is not told from another where the columns are others', async () => {
    expect(await diff(model('a, b', '1, 2'), model('b, a', '1, 2'))).toMatchObject({
      equivalent: 'unknown',
      findings: [],
    });
  });
});

describe('a text that does not parse', () => {
  it.each([
    ['select\n {{ f(\n1) }} as a\n b as c\nfrom t', 'AFTER:4: does not parse: '],
    ['{% set x = [\n1] %}\nselect a from t\nand b = 1', 'AFTER:4: does not parse: '],
  ])('is told by the line of its file: %j', async (after, start) => {
    const { why, findings } = await diff('select a from t', after);
    expect(why?.text.slice(0, start.length)).toBe(start);
    expect(findings).toEqual([]);
  });
});

it('says nothing where a macro that only one text has stands where no value can: it may write all that differs', async () => {
  const [before, after] = ["select a from t where b = 'x'", 'select a from t {{ only_x() }}'];
  for (const [one, other] of [[before, after] as const, [after, before] as const])
    expect(await diff(one, other)).toMatchObject({
      equivalent: 'unknown',
      why: { code: 'not-rendered', text: expect.stringContaining('in one of the two') },
      findings: [],
    });
});

it('calls a subquery over a macro as the call', async () => {
  const text = (least: string) =>
    `select o.id, x.total from orders o join (select id, total from {{ totals() }} where total > ${least}) x on x.id = o.id where x.total > ${least}`;
  const { findings } = await diff(text('1'), text('2'));
  const words = findings.map((one) => one.text).join('\n');
  expect(words).toContain('{{ totals }}.total');
  expect(words).not.toMatch(/weirkeeper_masked|\{\{\{/);
});
