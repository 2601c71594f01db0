import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normalizeSqlText } from '#core/sql';

describe('SQL text without its form', () => {
  it.each([
    ['select a,b from t', 'select a , b\n  from t -- all\n'],
    ['select count(*) from t', '/* how many */ select count ( * )\tfrom t'],
    ['select \'  two  --x \' , "a  b"', 'select  \'  two  --x \',"a  b"'],
    ["select $$ it's  -- $$, 1", "select $$ it's  -- $$ ,1"],
    ["select 'it''s /* no */'", " select 'it''s /* no */' "],
    ['a--b\nc', 'a c'],
    ['select cast(a as STRING) from t', 'select cast(a as string) from t'],
    ["select safe_cast(coalesce(a, 'X') as Numeric(10, 2))", "select safe_cast(coalesce(a, 'X') as numeric(10, 2))"],
  ])('%j is as %j', (a, b) => {
    expect(normalizeSqlText(a)).toBe(normalizeSqlText(b));
  });

  it.each([
    ["select 'a b'", "select 'a  b'"],
    ['select "a b"', 'select "a  b"'],
    ['select a b', 'select ab'],
    ['select /*+ big(t) */ 1', 'select 1'],
    ['select $t$ a $t$', 'select $t$  a $t$'],
    ["select e 'a(b'", "select e'a(b'"],
    ['select a - -1', 'select a --1'],
    ["select '--' as x", "select ''"],
    ['select cast(A as string)', 'select cast(a as string)'],
    ['select (select 1 as A)', 'select (select 1 as a)'],
    ['select cast((select 1 as A) as int)', 'select cast((select 1 as a) as int)'],
  ])('%j is not as %j', (a, b) => {
    expect(normalizeSqlText(a)).not.toBe(normalizeSqlText(b));
  });

  it.each([
    "select 1 # it's",
    'select 7 // 2',
    "select '\\'', 1  ",
    "select '''x'''  ",
    '/* a /* b */ c */ select  1',
    "select 'open  ",
    '/* open  ',
  ])('%j, which dialects read differently or nobody can, stays as it is', (sql) => {
    expect(normalizeSqlText(sql)).toBe(sql);
  });

  it('is stable, and never longer', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom('a', ' ', '\n', "'", '"', '--', '/*', '*/', '(', ')', ',', '$$', '$', '`', '\\', '#', 'é'),
          { maxLength: 25 },
        ),
        (parts) => {
          const once = normalizeSqlText(parts.join(''));
          expect(once.length).toBeLessThanOrEqual(parts.join('').length);
          expect(normalizeSqlText(once)).toBe(once);
        },
      ),
    );
  });
});
