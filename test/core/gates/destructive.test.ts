import { describe, expect, it } from '@jest/globals';
import type { DbtMacro } from '#core/dbt';
import type { Gate, GateResult } from '#core/gates';
import { gates } from '#core/gates';
import { scanText } from '../../../src/core/gates/destructive/statements.ts';
import type { ChangeWords, NodeOfTest, SideWords } from '../../support/a-change.ts';
import { aChange, aMacro, aModel, anOperation } from '../../support/a-change.ts';

const gate = gates.find(({ id }) => id === 'destructive') as Gate;

function judge(words: ChangeWords): GateResult {
  const assistance = { level: 'unknown' as const, evidence: [], tools: [], note: null };
  return gate.judge(
    { change: aChange(words), assistance, depth: 'standard', settled: [], options: undefined },
    new Map(),
  );
}

function told(words: ChangeWords): readonly string[] {
  const result = judge(words);
  if (result.outcome !== 'failed') return [result.outcome];
  return result.findings.map(({ messageId, data }) =>
    [messageId, data['verb'], data['target'], data['where']].filter((part) => part !== undefined).join(' | '),
  );
}

function verbs(text: string, more: { language?: 'sql' | 'python'; backslash?: boolean } = {}): readonly string[] {
  const kind = { language: more.language ?? 'sql', backslash: more.backslash ?? false, skipCalls: [] } as const;
  return scanText(text, kind).statements.map(({ verb, target }) => `${verb} ${target}`);
}

describe('a text', () => {
  it.each<[string, readonly string[]]>([
    ['drop table analytics.orders', ['DROP analytics.orders']],
    ['DROP  TABLE IF EXISTS "Orders"', ['DROP Orders']],
    ['drop {{ relation.type }} if exists {{ relation }}', ['DROP {{ relation.type }}']],
    ['truncate {{ this }}', ['TRUNCATE {{ this }}']],
    ['truncate table a.b', ['TRUNCATE a.b']],
    ['delete from {{ this }} where id = 1', ['DELETE {{ this }}']],
    ["update {{ ref('a') }} set x = 1", ["UPDATE {{ ref('a') }}"]],
    ['merge into t using s on t.id = s.id when matched then update set a = 1 when matched then delete', ['MERGE t']],
    ['alter table t drop column c', ['ALTER … DROP t']],
    ['alter table t alter column c drop not null', []],
    ['alter table t add column c int', []],
    ['select 1; delete from t', ['DELETE t']],
    ['with old as (select 1) delete from t using old', ['DELETE t']],
    ['with gone as (delete from t returning *) select * from gone', ['DELETE t']],
    ['begin; delete from t; commit', ['DELETE t']],
    ["execute immediate 'drop table t'", ['DROP t']],
    ["exec('truncate table t')", ['TRUNCATE t']],
    ['do $$ begin if x then delete from t; end if; end $$', ['DELETE t']],
    ["{{ run_query('drop table ' ~ relation) }}", ['DROP ']],
    ['{% do run_query("delete from " ~ this ~ " where x") %}', ['DELETE ']],
    ['{% set q %} delete from {{ this }} where a {% endset %}{% do run_query(q) %}', ['DELETE {{ this }}']],
    ["{% call statement('x') %} truncate table {{ t }} {% endcall %}", ['TRUNCATE {{ t }}']],
    ['{% do adapter.drop_relation(old) %}', ['DROP old']],
    ['{{ drop_relation_if_exists(tmp) }}', ['DROP tmp']],
    ['-- {{ run_query("drop table t") }}', ['DROP t']],
    ['select \'{{ run_query("delete from t") }}\'', ['DELETE t']],
  ])('%s', (text, expected) => {
    expect(verbs(text)).toEqual(expected);
  });

  it.each([
    'select * from t -- drop table t',
    'select * from t /* delete from t; */',
    '{# drop table t #} select 1',
    "select 'drop table t' as text",
    "select 'it''s; delete from t' as text",
    'select update_at, deleted, is_delete from t',
    'select "delete" from t',
    'select delete, drop, truncate from t',
    'select t.delete from t',
    'select case when a then delete else update end from t',
    'select truncate(x, 2) from t',
    'select trunc(x) from t for update of t',
    'create table t (id int references u on delete cascade on update cascade)',
    'insert into t values (1) on conflict (id) do update set a = 1',
    'select (delete) from t',
    "{{ log('Drop table is done', info=true) }}",
    "{{ exceptions.raise_compiler_error('delete from is not allowed') }}",
    "{% set merge_columns = ['a'] %} select 1",
    '{% macro truncate_relation(relation) %} {{ return(none) }} {% endmacro %}',
    "select replace(x, 'a', 'b') from t",
    "{{ config(materialized='incremental', incremental_strategy='delete+insert') }} select 1",
    'with merged as (select 1), updated as (select 2) select * from merged',
    'select * from merge',
    '',
    '{{',
    "'",
  ])('%j is harmless', (text) => {
    expect(verbs(text)).toEqual([]);
  });

  it('takes a backslash for what the dialect takes it for: nothing hides in a string', () => {
    const text = "select '\\'; delete from t; --'";
    expect(verbs(text)).toEqual(['DELETE t']);
    expect(verbs(text, { backslash: true })).toEqual([]);
  });

  it('of a Python model is read in its strings', () => {
    const python =
      'def model(dbt, session):\n    # session.sql("drop table a")\n    session.sql("drop table b").collect()\n    print("drop table c")\n';
    expect(verbs(python, { language: 'python' })).toEqual(['DROP b']);
  });

  it('of any length and nesting ends', () => {
    expect(verbs(`${'('.repeat(50_000)}delete from t`)).toEqual(['DELETE t']);
    expect(verbs('{% if a %}'.repeat(20_000))).toEqual([]);
    expect(verbs('{{'.repeat(100_000))).toEqual([]);
  });

  it('without WHERE strikes every row', () => {
    const rows = (text: string) =>
      scanText(text, { language: 'sql', backslash: false, skipCalls: [] }).statements.map(({ everyRow }) => everyRow);
    expect(rows('delete from t')).toEqual([true]);
    expect(rows('delete from t where a')).toEqual([false]);
    expect(rows('delete from t {{ filter() }}')).toEqual([false]);
    expect(rows('update t set a = 1')).toEqual([true]);
  });
});

function macros(...all: readonly DbtMacro[]): SideWords {
  return { nodes: [aModel('m')], macros: all };
}

function models(...nodes: readonly NodeOfTest[]): SideWords {
  return { nodes };
}

const none = macros();

describe('what head runs and base did not', () => {
  it.each<[string, ChangeWords, readonly string[]]>([
    [
      'in a new macro',
      { base: none, head: macros(aMacro('purge', '{% macro purge() %} delete from x where a {% endmacro %}')) },
      ['destructive-statement | DELETE | x | macro purge'],
    ],
    [
      'in a changed macro',
      {
        base: macros(aMacro('purge', '{% macro purge() %} delete from x where day < 7 {% endmacro %}')),
        head: macros(aMacro('purge', '{% macro purge() %} delete from x {% endmacro %}')),
      },
      ['destructive-statement | DELETE | x | macro purge'],
    ],
    [
      'in a macro whose guard was taken away',
      {
        base: macros(
          aMacro('purge', "{% macro purge() %}{% if target.name == 'dev' %} drop table x {% endif %}{% endmacro %}"),
        ),
        head: macros(aMacro('purge', '{% macro purge() %} drop table x {% endmacro %}')),
      },
      ['destructive-statement | DROP | x | macro purge'],
    ],
    [
      'in a post-hook',
      {
        base: models(aModel('m')),
        head: models(
          aModel('m', { config: { 'post-hook': [{ sql: 'delete from {{ this }} where a', index: null }] } }),
        ),
      },
      ['destructive-statement | DELETE | {{ this }} | post-hook of m'],
    ],
    [
      'in a pre-hook as text',
      { base: models(aModel('m')), head: models(aModel('m', { config: { 'pre-hook': 'truncate {{ this }}' } })) },
      ['destructive-statement | TRUNCATE | {{ this }} | pre-hook of m'],
    ],
    [
      'on-run-end',
      {
        base: models(anOperation('shop-on-run-end-0', 'select 1')),
        head: models(anOperation('shop-on-run-end-0', 'drop schema tmp_stuff')),
      },
      ['destructive-statement | DROP | tmp_stuff | on-run-end'],
    ],
    [
      'in the body of a model',
      { base: models(aModel('m')), head: models(aModel('m', { raw: 'delete from x; select 1' })) },
      ['destructive-statement | DELETE | x | model m'],
    ],
    [
      'in compiled SQL only',
      { base: models(aModel('m')), head: models(aModel('m', { raw: '{{ body() }}', compiled: 'truncate table x' })) },
      ['destructive-statement | TRUNCATE | x | model m'],
    ],
    [
      'in many hooks is one finding',
      {
        base: models(aModel('a'), aModel('b')),
        head: models(
          ...['a', 'b'].map((name) => aModel(name, { config: { 'post-hook': [{ sql: 'delete from log' }] } })),
        ),
      },
      ['destructive-statement | DELETE | log | post-hook of a'],
    ],
    [
      'on its own temporary relation',
      {
        base: none,
        head: macros(
          aMacro(
            'load',
            '{% macro load() %} create temp table x_tmp as select 1; drop table if exists x_tmp; {% endmacro %}',
          ),
        ),
      },
      ['temporary-statement | DROP | x_tmp | macro load'],
    ],
    [
      'on what is only called temporary',
      { base: none, head: macros(aMacro('load', '{% macro load() %} drop table if exists x_tmp; {% endmacro %}')) },
      ['destructive-statement | DROP | x_tmp | macro load'],
    ],
    [
      'through a macro that is newly called',
      {
        base: { nodes: [aModel('m')], macros: [aMacro('purge', '{% macro purge() %} delete from x {% endmacro %}')] },
        head: {
          nodes: [aModel('m', { config: { 'post-hook': [{ sql: '{{ purge() }}' }] } })],
          macros: [aMacro('purge', '{% macro purge() %} delete from x {% endmacro %}')],
        },
      },
      ['destructive-call | DELETE | x | post-hook of m'],
    ],
    [
      'a full refresh on every run',
      {
        base: models(aModel('m', { materialized: 'incremental' })),
        head: models(aModel('m', { materialized: 'incremental', config: { full_refresh: true } })),
      },
      ['full-refresh-on'],
    ],
  ])('%s', (_, words, expected) => {
    expect(told(words)).toEqual(expected);
  });

  const purge = '{% macro purge() %} delete from x where a {% endmacro %}';
  it.each<[string, ChangeWords]>([
    ['unchanged', { base: macros(aMacro('purge', purge)), head: macros(aMacro('purge', purge)) }],
    [
      'in another form',
      {
        base: macros(aMacro('purge', purge)),
        head: macros(aMacro('purge', '{% macro purge() %}\n  DELETE\n  FROM x -- old\n  where a\n{% endmacro %}')),
      },
    ],
    [
      'in a macro under another name',
      { base: macros(aMacro('purge', purge)), head: macros(aMacro('purge_old', purge)) },
    ],
    [
      'now under a condition',
      {
        base: macros(aMacro('purge', purge)),
        head: macros(
          aMacro('purge', '{% macro purge() %}{% if execute %} delete from x where a {% endif %}{% endmacro %}'),
        ),
      },
    ],
    ['taken out', { base: macros(aMacro('purge', purge)), head: none }],
    [
      'in a macro of an adapter',
      { base: none, head: macros(aMacro('drop_it', 'drop table x', { packageName: 'dbt_postgres' })) },
    ],
    [
      'of operations that were only renumbered',
      {
        base: models(anOperation('shop-on-run-end-0', 'delete from log')),
        head: models(anOperation('shop-on-run-end-0', 'select 1'), anOperation('shop-on-run-end-1', 'delete from log')),
      },
    ],
    [
      'full refresh of a table, which is rebuilt anyway',
      { base: models(aModel('m')), head: models(aModel('m', { config: { full_refresh: true } })) },
    ],
    [
      'of a hook told by its model’s own config',
      {
        base: models(aModel('m', { config: { 'post-hook': [{ sql: 'delete from log' }] } })),
        head: models(
          aModel('m', {
            raw: "{{ config(post_hook='delete from log') }} select 1",
            config: { 'post-hook': [{ sql: 'delete from log' }] },
          }),
        ),
      },
    ],
  ])('is nothing when the statement is %s', (_, words) => {
    expect(told(words)).toEqual(['passed']);
  });

  it('comes with a package when its file is not in the pull request', () => {
    const head = macros(aMacro('drop_it', 'drop table x', { packageName: 'tools' }));
    expect(told({ base: none, head, files: { 'packages.yml': '' } })).toEqual([
      'package-statement | DROP | x | macro drop_it',
    ]);
    expect(told({ base: none, head, files: { 'macros/drop_it.sql': '' } })).toEqual([
      'destructive-statement | DROP | x | macro drop_it',
    ]);
  });

  it('is shown at its line in the diff', () => {
    const patch = '@@ -1,2 +1,3 @@\n {% macro purge() %}\n+  delete from x\n {% endmacro %}';
    const head = macros(aMacro('purge', '{% macro purge() %}\n  delete from x\n{% endmacro %}'));
    expect(judge({ base: none, head, files: { 'dbt/macros/purge.sql': patch } })).toMatchObject({
      findings: [
        {
          place: { path: 'dbt/macros/purge.sql', startLine: 2, endLine: 2 },
          matters: 'it has no WHERE: every row is struck',
          basis: 'proven',
        },
      ],
    });
  });
});
