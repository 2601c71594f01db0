import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseRelation, sqlWriter } from '#core/evidence';

describe('a relation’s name', () => {
  it.each([
    ['"db"."schema"."orders"', ['db', 'schema', 'orders']],
    ['`my-project`.`shop`.`orders`', ['my-project', 'shop', 'orders']],
    ['[db].[dbo].[orders]', ['db', 'dbo', 'orders']],
    ['shop.orders', ['shop', 'orders']],
    ['"a""b"', ['a"b']],
  ])('%s is taken apart', (text, names) => {
    expect(parseRelation(text)?.map(({ name }) => name)).toEqual(names);
  });

  it.each([
    '',
    '.',
    'a.',
    'a b',
    'a;b',
    '"a',
    'a.b.c.d',
    '"a" "b"',
    "'a'",
    'a--',
    '(select 1)',
    `"${'x'.repeat(256)}"`,
    '"a\0b"',
  ])('%j is refused', (text) => {
    expect(parseRelation(text)).toBeNull();
  });

  it('whatever it holds, gives one SELECT over quoted identifiers', () => {
    const name = fc.string({ minLength: 1, maxLength: 30, unit: 'binary' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 3 }), (names) => {
        const rendered = names.map((one) => `"${one.replace(/"/g, '""')}"`).join('.');
        const parsed = parseRelation(rendered);
        expect(parsed?.map((one) => one.name)).toEqual(names);
        // With every quoted identifier taken out, nothing is left that a name could have brought.
        const bare = (sqlWriter('duckdb').relation(rendered) ?? '').replace(/"(?:[^"]|"")*"/g, '·');
        expect(bare).toBe(names.map(() => '·').join('.'));
      }),
    );
  });

  it('any text is refused or quoted whole', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const parsed = parseRelation(text);
        if (parsed === null) return;
        const bare = (sqlWriter('duckdb').relation(text) ?? '').replace(/"(?:[^"]|"")*"/g, '·');
        expect(bare).toMatch(/^·(\.·){0,2}$/);
      }),
    );
  });
});
