// Jinja SQL in, SQL with masks out: the same value has the same mask, in the form that its place needs.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bareText, type FilledSql, fillHoles, type OpenRendering, renderOpen } from '#core/jinja';
import { sourceLine } from '#core/sql';
import { aProject, id } from '../../support/a-project.ts';

type Open = Extract<OpenRendering, { ok: true }>;

function rendered(rawCode: string, choices: readonly string[] = []): Open {
  const project = aProject({ adapter: 'snowflake', models: { m: { rawCode } } });
  const node = project.nodes.get(id('m'));
  if (node === undefined) throw new TypeError('no model');
  const chosen = new Map(choices.map((key) => [key, true]));
  const rendering = renderOpen(project, node, { choices: chosen, mayBeIncremental: true });
  if (!rendering.ok) throw new TypeError(rendering.why);
  return rendering;
}

function filled(rawCode: string, choices?: readonly string[]): FilledSql {
  const sql = fillHoles(rendered(rawCode, choices).pieces);
  if (sql === null) throw new TypeError('not filled');
  return sql;
}

function masked(rawCode: string, choices?: readonly string[]): string {
  return filled(rawCode, choices)
    .sql.replaceAll(/weirkeeper_masked_[0-9a-f]{20}_/g, 'm_')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

describe('a part that nothing is known of takes the form of its place', () => {
  it.each([
    ['select {{ cents("a") }} as b from t', 'select m_cents() as b from t'],
    ['select a from {{ pick(1) }}', 'select a from m_pick()'],
    ['select a from {{ target.schema }}.t', 'select a from m_target_schema.t'],
    ["select a from t where d > '{{ var('since') }}'", "select a from t where d > 'm_var_since'"],
    ['select cast(a as {{ dbt.type_string() }}) from t', 'select cast(a as m_dbt_type_string) from t'],
    ['with a as ({{ union_all() }}) select 1', 'with a as (select * from m_union_all()) select 1'],
    ['{{ spine() }}', 'select * from m_spine()'],
    ['select a from t union all {{ other() }}', 'select a from t union all select * from m_other()'],
    [
      'with {{ cte([1]) }}, c as (select 1) select 1',
      'with m_cte as (select m_cte() as one), c as (select 1) select 1',
    ],
    [
      '{{ config(a=1) }}{{ cte() }}, c as (select 1) select 1',
      'with m_cte as (select m_cte() as one), c as (select 1) select 1',
    ],
    [
      'with c as (select 1) {{ ctes() }} select 1',
      'with c as (select 1) , m_ctes as (select m_ctes() as one) select 1',
    ],
    [
      'with a as (select 1), b as (select 2) {{ audit("a") }}',
      'with a as (select 1), b as (select 2) select *, m_audit() from a',
    ],
    ['select a, b {{ more() }} from t', 'select a, b , m_more() from t'],
    ['select * {{ more() }} from t', 'select * , m_more() from t'],
    [
      'select sum(a) over (partition by b {{ more() }} order by c) from t',
      'select sum(a) over (partition by b , m_more() order by c) from t',
    ],
    [
      'select a from t where b = 1 {{ filters() }} group by 1',
      'select a from t where b = 1 and m_filters() group by 1',
    ],
    ['select a from t where {{ filters() }}', 'select a from t where m_filters()'],
    ['select a from t where {{ filters() }} b = 1', 'select a from t where m_filters() and b = 1'],
    [
      'select a from t join u on t.i = u.i {{ and_source() }} where a',
      'select a from t join u on t.i = u.i and m_and_source() where a',
    ],
    ['select a from t group by b {{ more() }}', 'select a from t group by b , m_more()'],
    ['select {{ pick() }} a, b from t', 'select m_pick() a, b from t'],
    ['select {{ star() }} a + 1, b from t', 'select m_star(), a + 1, b from t'],
    ['select a from t {{ hint() }} where b', 'select a from t where b'],
    ['{{ setup() }} select 1', 'select 1'],
    ['select 1 -- {{ note() }}', 'select 1 --'],
    ['select a from t {{ dbt_utils.group_by(n=2) }}', 'select a from t group by 1, 2'],
  ])('%s', (text, sql) => {
    expect(masked(text)).toBe(sql);
  });

  it('says where it left something out', () => {
    expect(filled('select a from t {{ hint() }} where b').hidden).toHaveLength(1);
    expect(filled('select a from t where {{ f() }}').hidden).toEqual([]);
  });
});

describe('the identity of a part', () => {
  const one = (text: string): string => filled(text).sql;

  it.each([
    ['{{ f("a", b=[1,2,]) }}', "{{ f('a', b = [1, 2]) }}"],
    ['{% set x = f(1) %}{{ g(x) }}', '{{ g(f(1)) }}'],
    ['{% set n = 3 %}{{ f(n) }}', '{{ f(3) }}'],
    ["{{ var('v') }}", '{{ var("v") }}'],
  ])('is of what it is, not of how it is written: %s', (a, b) => {
    expect(one(`select ${a} as x from t`)).toBe(one(`select ${b} as x from t`));
  });

  it.each([
    ['{{ f(1) }}', '{{ f(2) }}'],
    ['{% set n = 3 %}{{ f(n) }}', '{% set n = 4 %}{{ f(n) }}'],
    ['{% set x = f(1) %}{{ x.a }}', '{% set x = f(1) %}{{ x.b }}'],
    ["{{ f(var('v', 1)) }}", "{{ f(var('v', 2)) }}"],
    ['{% set q %}select {{ f() }}{% endset %}{{ g(q) }}', '{% set q %}select 1, {{ f() }}{% endset %}{{ g(q) }}'],
  ])('tells others apart: %s and %s', (a, b) => {
    expect(one(`select ${a} as x from t`)).not.toBe(one(`select ${b} as x from t`));
  });

  it('is not claimed of a value that a macro may have changed', () => {
    const { mode } = rendered('{% set x = [] %}{% do f(x) %}select {{ g(x) }} from t');
    expect([...mode.doubts]).not.toEqual([]);
    expect(rendered('{% set x = [] %}select {{ g(x) }} from t').mode.doubts.size).toBe(0);
  });

  it('tells what a template runs besides its query', () => {
    const effects = (text: string): readonly string[] => rendered(`${text} select 1`).mode.effects;
    expect(effects('{% do run_query("drop table a") %}')).not.toEqual(effects('{% do run_query("drop table b") %}'));
    expect(effects("{% set a = var('b') %}")).toEqual([]);
  });
});

describe('what is not decided', () => {
  const text =
    "select a from t {% if is_incremental() %} where b > 1 {% elif target.name == 'dev' %} limit 1 {% endif %}";

  it('is false at first, and asked once', () => {
    expect(masked(text)).toBe('select a from t');
    const { asked } = rendered(text).mode;
    expect([...asked.values()]).toEqual(['the run is incremental', 'the condition on target.name holds']);
  });

  it('goes the way that is chosen', () => {
    expect(masked(text, ['is_incremental'])).toBe('select a from t where b > 1');
    const [, second = ''] = [...rendered(text).mode.asked.keys()];
    expect(masked(text, [second])).toBe('select a from t limit 1');
  });

  it('is a var with a default too, which is another where the default is', () => {
    const by = (value: string): readonly string[] => [...rendered(`select {{ var('x', ${value}) }}`).mode.asked.keys()];
    expect(by('1')).not.toEqual(by('2'));
    expect(masked("select {% if var('x', true) %} a {% else %} b {% endif %} from t", by('true'))).toBe(
      'select b from t',
    );
    expect(masked("select {{ var('x', 1) }} as a from t", by('1'))).toBe('select m_var_x() as a from t');
  });

  it('runs a loop over what is not known once, and says so', () => {
    const loop = 'select a {% for c in f() %}, max({{ c }}) as {{ c }}_max{% endfor %} from t';
    expect(masked(loop)).toBe('select a , max(m_f()) as m_f_max from t');
    expect([...rendered(loop).mode.doubts]).toEqual(['how often the loop over f runs']);
  });
});

describe('lines', () => {
  it('are those of the file', () => {
    const text = '{{ config(\n a=1) }}\n\nselect\n  {{ f(\n    1) }} as a,\n  bee{# c\n #}\nfrom t';
    const sql = filled(text);
    const lineOf = (part: string): number => sourceLine(sql, sql.sql.indexOf(part));
    expect([lineOf('select'), lineOf('weirkeeper'), lineOf('bee'), lineOf('from t')]).toEqual([4, 5, 7, 9]);
  });

  it('are so whatever stands between', () => {
    const part = fc.constantFrom(
      '{{ f(\n1) }}',
      '{# a\nb #}',
      '{% set x = f() %}',
      '\n',
      'a',
      '{%- if false -%}\n{% endif %}',
      "'q\n'",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const before = parts.join(' ');
        const sql = filled(`${before} here`);
        expect(sourceLine(sql, sql.sql.lastIndexOf('here'))).toBe(before.split('\n').length);
      }),
    );
  });
});

describe('two texts', () => {
  it('are alike where only their layout differs', () => {
    expect(bareText("SELECT {{ f('a') }}\n-- {{ g() }}\nFROM t INNER JOIN u ON x")).toBe(
      bareText('select {{f("a")}} from t join u on x'),
    );
    expect(bareText('select {{ f(1) }}')).not.toBe(bareText('select {{ f(2) }}'));
    expect(bareText('from t LEFT  OUTER JOIN u')).toBe(bareText('from t left join u'));
    expect(bareText("select 'a inner join b'")).not.toBe(bareText("select 'a join b'"));
    expect(bareText("select 'a\\' inner join b'")).not.toBe(bareText("select 'a\\' join b'"));
    expect(bareText('select a.End from s.All')).not.toBe(bareText('select a.end from s.all'));
  });
});
