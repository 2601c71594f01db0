// Jinja SQL in, SQL with masks out: the same words have the same mask.
import { describe, expect, it } from '@jest/globals';
import { bareText, hasCallsLeftOut, hasTextMasks, jinjaIn, withTextMasks } from '#core/jinja';

const masked = (text: string): string =>
  withTextMasks(text, (name) => name === 'known').replaceAll(/weirkeeper_masked_[0-9a-f]{12}_/g, 'mask_');

describe('a call that nothing is known of', () => {
  it.each([
    ['select {{ cents("a") }} as b from t', 'select mask_cents() as b from t'],
    ['select a from {{ pick(1) }}', 'select a from mask_pick()'],
    ['with a as ({{ union_all() }}) select 1', 'with a as (select * from mask_union_all()) select 1'],
    [
      "with {{ simple_cte([('a', 'b')]) }}, c as (select 1) select 1",
      'with mask_simple_cte as (select mask_simple_cte()), c as (select 1) select 1',
    ],
    [
      '{{ config(a=1) }}{{ simple_cte([]) }}, c as (select 1) select 1',
      '{{ config(a=1) }}with mask_simple_cte as (select mask_simple_cte()), c as (select 1) select 1',
    ],
    [
      'with a as (select 1), b as (select 2) {{ audit("a") }}',
      'with a as (select 1), b as (select 2) select *, mask_audit() as mask_audit from a',
    ],
    ['select a from t {{ dbt_utils.group_by(n=2) }}', 'select a from t group by 1, 2'],
    ['select * from {{ target.schema }}.t', 'select * from mask_target_schema.t'],
  ])('%s', (text, sql) => {
    expect(masked(text)).toBe(sql);
  });

  it.each([
    "select * from {{ ref('t') }}",
    'select {{ known("a") }} from t',
    '{% set x = f() %}select {{ x }} from t',
    '{% for a in [1, 2] %}{{ cents(a) }},{% endfor %}',
    "select {{ var('x', 1) }}",
  ])('is masked nowhere else: %s', (text) => {
    expect(hasTextMasks(withTextMasks(text, (name) => name === 'known'))).toBe(false);
  });

  it('is left out where it stands for a clause', () => {
    const sql = withTextMasks('select a from t where b {{ more_filters() }}', () => false);
    expect(hasCallsLeftOut(sql)).toBe(true);
    expect(sql.replaceAll(/\/\*.*?\*\//g, '').trim()).toBe('select a from t where b');
  });
});

describe('two texts', () => {
  it('have one mask for the same words, and two for others', () => {
    const mask = (text: string): string => withTextMasks(`select {{ ${text} }} from t`, () => false);
    expect(mask('f("a", b=[1,2,])')).toBe(mask("f('a', b = [1, 2])"));
    expect(mask('f("a")')).not.toBe(mask('f("b")'));
  });

  it('are alike where only their layout differs', () => {
    expect(bareText("SELECT {{ f('a') }}\n-- {{ g() }}\nFROM t INNER JOIN u ON x")).toBe(
      bareText('select {{f("a")}} from t join u on x'),
    );
    expect(jinjaIn("a {{ f('x') }} -- {{ g() }}\n{% if y %}")).toEqual(jinjaIn('{{ f("x") }}{% if y %}'));
    expect(bareText('select {{ f(1) }}')).not.toBe(bareText('select {{ f(2) }}'));
    expect(bareText('from t LEFT  OUTER JOIN u')).toBe(bareText('from t left join u'));
    expect(bareText("select 'a inner join b'")).not.toBe(bareText("select 'a join b'"));
    expect(bareText("select 'a\\' inner join b'")).not.toBe(bareText("select 'a\\' join b'"));
    expect(bareText('select a.End from s.All')).not.toBe(bareText('select a.end from s.all'));
  });
});
