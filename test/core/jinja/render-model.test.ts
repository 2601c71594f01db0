import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DbtMacro, DbtProject } from '#core/dbt';
import { type Rendering, renderModel } from '#core/jinja';
import { type ANode, aProject, id } from '../../support/a-project.ts';

interface Words {
  readonly macros?: Readonly<Record<string, string>>;
  readonly node?: ANode;
  readonly others?: Readonly<Record<string, ANode>>;
  readonly adapter?: string;
  readonly incremental?: boolean;
}

/** `package.name` → its Jinja. */
function macrosOf(macros: Readonly<Record<string, string>>): ReadonlyMap<string, DbtMacro> {
  return new Map(
    Object.entries(macros).map(([key, macroSql]) => {
      const [packageName = '', name = ''] = key.split('.');
      const uniqueId = `macro.${key}`;
      return [uniqueId, { uniqueId, name, packageName, originalFilePath: '', macroSql, dependsOnMacros: [] }];
    }),
  );
}

function rendered(
  rawCode: string,
  { macros = {}, node = {}, others = {}, adapter = 'postgres', incremental }: Words = {},
): Rendering {
  const raw = { 'source.shop.raw.orders': { entry: { source_name: 'raw' } } };
  const base = aProject({
    adapter,
    models: { m: { rawCode, ...node }, stg: 'select 1', eph: { materialized: 'ephemeral' } },
    others: { ...raw, ...others },
  });
  const project: DbtProject = { ...base, macros: macrosOf(macros) };
  const model = project.nodes.get(id('m'));
  if (model === undefined) return { ok: false, why: 'no model' };
  return renderModel(project, model, incremental);
}

function sql(rawCode: string, words: Words = {}): string {
  const rendering = rendered(rawCode, words);
  return rendering.ok ? rendering.sql.replace(/\s+/g, ' ').trim() : `not rendered: ${rendering.why}`;
}

const reads = (...parents: readonly string[]): Words => ({ node: { parents } });

describe('a template of the language itself', () => {
  it.each([
    ['text and comments', 'select 1 {# not this {{ x }} #} as a', 'select 1 as a'],
    ['white space control', 'select 1 {%- if true -%} , 2 {%- endif %} x', 'select 1, 2 x'],
    ['raw', "select '{% raw %}{{ x }}{% endraw %}'", "select '{{ x }}'"],
    [
      'set, and a text of several lines',
      '{% set a %}x\n{% endset %}{% set b, c = 1, "two" %}{{ a }}{{ b }}{{ c }}',
      'x 1two',
    ],
    ['if, elif and else', '{% set n = 2 %}{% if n == 1 %}a{% elif n > 1 and not false %}b{% else %}c{% endif %}', 'b'],
    [
      'a loop and its counters',
      '{% for c in ["a", "b"] %}{{ c }}{{ loop.index }}{{ ", " if not loop.last }}{% endfor %}',
      'a1, b2',
    ],
    [
      'a loop over a dict, with a filter',
      '{% for k, v in {"a": 1, "b": 2}.items() if v > 1 %}{{ k }}={{ v }}{% endfor %}',
      'b=2',
    ],
    ['a loop over nothing', '{% for x in [] %}a{% else %}none{% endfor %}', 'none'],
    [
      'a loop does not leak what it sets',
      '{% set x = 1 %}{% for i in range(3) %}{% set x = i %}{% endfor %}{{ x }}',
      '1',
    ],
    [
      'a namespace does',
      '{% set n = namespace(x=0) %}{% for i in range(3) %}{% set n.x = n.x + i %}{% endfor %}{{ n.x }}',
      '3',
    ],
    [
      'do, and methods of lists',
      '{% set l = [] %}{% do l.append("x") %}{% do l.extend(["y"]) %}{{ l | join("+") }}',
      'x+y',
    ],
    [
      'methods of texts',
      '{{ " Ab ".strip().lower() }}{{ "a-b".replace("-", "_").upper() }}{{ "a,b".split(",")[1] }}',
      'abA_Bb',
    ],
    [
      'filters',
      '{{ ["b", "a", "B"] | unique | sort | join }}{{ "x" | upper }}{{ [1, 2] | length }}{{ none | default("d", true) }}',
      'abX2d',
    ],
    [
      'map and selectattr',
      '{{ [{"n": "a", "k": 1}, {"n": "b", "k": 2}] | selectattr("k", "eq", 2) | map(attribute="n") | join }}',
      'b',
    ],
    [
      'operators',
      '{{ 7 // 2 }} {{ 7 % 2 }} {{ 2 * 3 - 1 }} {{ "a" ~ 1 }} {{ 1 / 2 }} {{ "x" in "xy" }} {{ 1 not in [2] }}',
      '3 1 5 a1 0.5 True True',
    ],
    [
      'texts of values as Python has them',
      "{{ none }} {{ true }} {{ 1.0 }} {{ ['a', 1] }} {{ {'k': none} }} {{ (1,) }}",
      "None True 1.0 ['a', 1] {'k': None} (1,)",
    ],
    [
      'None is no missing value',
      '{% set x = none %}{{ {"a": none}["a"] }}{{ x is none }}{{ {"a": none}.get("a", 1) }}',
      'NoneTrueNone',
    ],
    ['tests', '{{ x is defined }}{{ 1 is number }}{{ [] is string }}{{ "a" is not none }}', 'FalseTrueFalseTrue'],
    [
      'a macro of the template',
      '{% macro m(a, b="z") %}{{ a }}{{ b }}{% endmacro %}{{ m("x") }}{{ m(b=1, a=2) }}',
      'xz21',
    ],
    ['a choice without else prints nothing', 'a{{ "b" if false }}', 'a'],
  ])('%s', (_, template, expected) => {
    // `x is defined`: a name that nobody set is not known, so the template sets it first where it matters.
    expect(sql(template.replace('{{ x is defined }}', '{{ {}.x is defined }}'))).toBe(expected);
  });
});

describe('dbt’s own names', () => {
  it.each<[string, string, Words, string]>([
    ['ref', "select * from {{ ref('stg') }}", reads('stg'), 'select * from "db"."main"."stg"'],
    ['ref of a package', "select * from {{ ref('shop', 'stg') }}", reads('stg'), 'select * from "db"."main"."stg"'],
    ['ref of an ephemeral model', "select * from {{ ref('eph') }}", reads('eph'), 'select * from __dbt__cte__eph'],
    [
      'source',
      "select * from {{ source('raw', 'orders') }}",
      reads('source.shop.raw.orders'),
      'select * from "db"."main"."orders"',
    ],
    [
      'this',
      'select * from {{ this }} -- {{ this.schema }}.{{ this.identifier }}',
      {},
      'select * from "db"."main"."m" -- main.m',
    ],
    ['config', "{{ config(materialized='view', tags=[var('t', 'x')]) }}select 1", {}, 'select 1'],
    [
      'config.get',
      "{{ config.get('flag', 'no') }}{{ config.get('other', 'no') }}",
      { node: { config: { flag: 'yes' } } },
      'yesno',
    ],
    ['target.type', '{% if target.type == "postgres" %}a{% else %}b{% endif %}', {}, 'a'],
    ['execute and log', '{% if execute %}{% do log("x") %}{{ log("y") }}a{% endif %}', {}, 'a'],
    ['is_incremental of a view', 'a{% if is_incremental() %}b{% endif %}', {}, 'a'],
    [
      'is_incremental, from scratch',
      'a{% if is_incremental() %}b{% endif %}',
      { node: { materialized: 'incremental' } },
      'a',
    ],
    [
      'is_incremental, the other way',
      'a{% if is_incremental() %}b{% endif %}',
      { node: { materialized: 'incremental' }, incremental: true },
      'ab',
    ],
    [
      'a macro of the project',
      "select {{ pounds('pence') }}",
      { macros: { 'shop.pounds': '{% macro pounds(c) %}({{ c }} / 100){% endmacro %}' } },
      'select (pence / 100)',
    ],
    [
      'a macro that returns a list',
      "{{ cols() | join(', ') }}",
      { macros: { 'shop.cols': "{% macro cols() %}{{ return(['a', 'b']) }}{% endmacro %}" } },
      'a, b',
    ],
    ['a macro of a package', '{{ util.one() }}', { macros: { 'util.one': '{% macro one() %}1{% endmacro %}' } }, '1'],
    [
      'dispatch to the adapter’s own',
      '{{ dbt.now() }}',
      {
        macros: {
          'dbt.now': "{% macro now() %}{{ return(adapter.dispatch('now', 'dbt')()) }}{% endmacro %}",
          'dbt.default__now': '{% macro default__now() %}now(){% endmacro %}',
          'dbt_postgres.postgres__now': '{% macro postgres__now() %}clock_timestamp(){% endmacro %}',
        },
      },
      'clock_timestamp()',
    ],
    ['the type of an adapter', "{{ api.Column.translate_type('string') }}", { adapter: 'bigquery' }, 'STRING'],
    [
      'a var that is all that is not known, and the parent it must be',
      "select * from {{ var('orders') }}",
      reads('source.shop.raw.orders'),
      'select * from "db"."main"."orders"',
    ],
  ])('%s', (_, template, words, expected) => {
    expect(sql(template, words)).toBe(expected);
  });

  it('vars stand at their defaults, and that is said', () => {
    expect(rendered("select {{ var('days', 7) }}")).toMatchObject({ ok: true, sql: 'select 7', assumed: ['var days'] });
  });

  it('a var whose truth the configuration of a node tells is known', () => {
    const others = { 'model.shop.other': { rawCode: "{{ config(enabled=var('deep', false)) }}" } };
    expect(rendered("{% if var('deep', false) %}a{% else %}b{% endif %}", { others })).toMatchObject({
      sql: 'a',
      assumed: [],
    });
  });

  it('incremental models say how they were read', () => {
    const node = { materialized: 'incremental' };
    expect(rendered('{{ is_incremental() }}', { node })).toMatchObject({ isIncremental: false });
  });
});

describe('what is not known', () => {
  it.each<[string, string, Words, string, readonly string[]]>([
    [
      'a query of the warehouse',
      "select {{ run_query('x') }} as a",
      {},
      'select weirkeeper_not_analysed_1_run_query() as a',
      ['run_query'],
    ],
    [
      'the environment',
      "select '{{ env_var('X') }}'",
      {},
      "select 'weirkeeper_not_analysed_1_env_var_x()'",
      ['env_var X'],
    ],
    ['a var without a default', "select {{ var('x') }}", {}, 'select weirkeeper_not_analysed_1_var_x()', ['var x']],
    [
      'a macro that asks the warehouse, named with what it asks',
      'select {{ util.star() }} from t',
      { macros: { 'util.star': '{% macro star() %}a, {{ adapter.get_columns_in_relation(1) }}{% endmacro %}' } },
      'select weirkeeper_not_analysed_1_macro_util__star() from t',
      ['macro util.star (adapter.get_columns_in_relation)'],
    ],
    [
      'a parent that dbt did not find',
      "select * from {{ ref('nobody') }}",
      {},
      'select * from weirkeeper_not_analysed_1_ref_nobody()',
      ['ref nobody'],
    ],
    [
      'a whole query',
      'with a as ( {{ graph }} ) select 1',
      {},
      'with a as ( select weirkeeper_not_analysed_1_graph() ) select 1',
      ['graph'],
    ],
    ['the target', 'select {{ target.name }}', {}, 'select weirkeeper_not_analysed_1_target__name()', ['target.name']],
  ])('%s is masked', (_, template, words, expected, masked) => {
    expect(sql(template, words)).toBe(expected);
    expect(rendered(template, words)).toMatchObject({ masked, gaps: [] });
  });

  it.each([
    ['an if', 'a {% if run_query("x") %}, b{% endif %}', 'a', ['run_query']],
    ['a loop', 'a {% for x in graph.nodes %}, {{ x }}{% endfor %}', 'a', ['graph']],
    ['a call block', 'a {% call statement("x") %}b{% endcall %}', 'a', ['a call block']],
  ])('%s over it is left out and told', (_, template, expected, gaps) => {
    expect(sql(template)).toBe(expected);
    expect(rendered(template)).toMatchObject({ gaps });
  });

  it.each([
    [
      'a variable that an unknown branch sets',
      '{% set x = 1 %}{% if graph %}{% set x = 2 %}{% endif %}select {{ x }}',
      'select weirkeeper_not_analysed_1_x()',
    ],
    [
      'a list that an unknown loop fills',
      '{% set l = [] %}{% for n in graph %}{% do l.append(n) %}{% endfor %}select {{ l | length }}',
      'select weirkeeper_not_analysed_1_a_value_that_is_not_known()',
    ],
    ['a comparison', 'select {{ graph == 1 }}', 'select weirkeeper_not_analysed_1_graph()'],
  ])('%s is not known either', (_, template, expected) => {
    expect(sql(template)).toBe(expected);
  });

  it('does not spread to what does not need it', () => {
    expect(sql('{{ 1 if true else graph }}{{ true or graph }}{{ log(graph) }}')).toBe('1True');
  });

  it('a rendering that reads fewer parents than dbt found is none', () => {
    const template = "{% if var('x', false) %}select * from {{ ref('stg') }}{% else %}select 1{% endif %}";
    expect(sql(template, reads('stg'))).toMatch(
      /^not rendered: dbt found that it reads stg, .* not every var is at its default: var x/,
    );
  });

  it.each([
    ['a tag without an end', 'select {{ 1'],
    ['a block without an end', '{% if true %}select 1'],
    ['a tag of nobody', '{% teleport %}'],
    ['nothing at all', '{# nothing #}'],
  ])('%s is not rendered', (_, template) => {
    expect(sql(template)).toMatch(/^not rendered: /);
  });
});

describe('hostile templates', () => {
  it.each([
    ['the constructor', "{{ ''.constructor }}"],
    ['a prototype', '{{ {}.__proto__ }}{{ {}["__proto__"] }}{{ namespace().__class__ }}'],
    ['a class of Python', "{{ ''.__class__.__mro__ }}"],
    ['a key of every object', '{{ {}.hasOwnProperty("a") }}{{ {}.toString }}'],
    ['a macro called like one', '{{ constructor() }}{{ __proto__ }}{{ toString }}'],
  ])('%s gives nothing of JavaScript', (_, template) => {
    expect(sql(template)).not.toMatch(/function|object|native|\[/);
  });

  it.each([
    ['a loop of loops', '{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}'],
    ['a macro of itself', '{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}'],
    [
      'a text that doubles',
      '{% set n = namespace(x="ab") %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}',
    ],
    [
      'a list that doubles',
      '{% set n = namespace(x=[1]) %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}{{ n.x }}',
    ],
    [
      'a list that grows into itself',
      '{% set l = [1] %}{% for i in range(60) %}{% do l.extend(l) %}{% endfor %}{{ l | length }}',
    ],
    ['a long text many times', '{{ "x" * 999999999 }}{{ range(999999999) }}'],
    ['deep parentheses', `{{ ${'('.repeat(5_000)}1${')'.repeat(5_000)} }}`],
    ['deep blocks', `${'{% if true %}'.repeat(5_000)}${'{% endif %}'.repeat(5_000)}`],
    ['many nots', `{{ ${'not '.repeat(5_000)}true }}`],
    ['a list in itself', '{% set l = [] %}{% do l.append(l) %}{{ l }}'],
  ])('%s ends', (_, template) => {
    const rendering = rendered(template);
    expect(rendering.ok ? rendering.sql.length : 0).toBeLessThan(3_000_000);
  });

  it('of any kind end with SQL or a reason', () => {
    const piece = fc.constantFrom(
      ...[
        '{{',
        '}}',
        '{%',
        '%}',
        '{#',
        '#}',
        '-',
        ' if ',
        ' else ',
        'endif',
        'for x in ',
        'endfor',
        'set x',
        ' = ',
        'x',
        'y.z',
        '(',
        ')',
        '[',
        ']',
      ],
      ...[
        '"a"',
        "'",
        '1',
        '1.5',
        '|join',
        ' is ',
        'not ',
        ' and ',
        '~',
        ',',
        'ref("stg")',
        'var("v", 1)',
        'run_query()',
        'macro m(a)',
        'endmacro',
        '\n',
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const template = pieces.join('');
        const [once, again] = [rendered(template, reads('stg')), rendered(template, reads('stg'))];
        expect(once).toEqual(again);
        return once.ok ? typeof once.sql === 'string' : once.why !== '';
      }),
      { numRuns: 500 },
    );
  });

  it('text without Jinja stays as it is', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((text) => !/\{[{%#]/.test(text) && text.trim() !== ''),
        (text) => {
          expect(rendered(text)).toMatchObject({ ok: true, sql: text, masked: [], gaps: [], assumed: [] });
        },
      ),
    );
  });

  it('any text survives a variable and a loop', () => {
    const word = fc.stringMatching(/^[a-z_]{1,12}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
        const template = `{% set l = [${words.map((text) => `'${text}'`).join(', ')}] %}{% for w in l %}{{ w }}{% if not loop.last %},{% endif %}{% endfor %}`;
        expect(sql(template)).toBe(words.join(','));
      }),
    );
  });
});
