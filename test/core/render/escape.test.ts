import { describe, expect, it } from '@jest/globals';
import { grouped } from '#core/base';
import { cell, code, link, mermaidLabel, plainLine, prose } from '../../../src/core/render/escape.ts';
import { counted, signedPercent, utcTime } from '../../../src/core/render/quantities.ts';

const Z = '&#8203;';

describe('prose', () => {
  it.each([
    ['rows of fct_orders moved', 'rows of `fct_orders` moved'],
    ['fct_orders: 41,208 → 86,540 rows (+110 %)', '`fct_orders`: 41,208 → 86,540 rows (+110 %)'],
    ['fct_orders.amount, dim_x.', '`fct_orders.amount`, `dim_x`.'],
    ['set `{x}` and `y`', 'set `{x}` and `y`'],
    ['e.g. this', 'e.g. this'],
    ['ask @octocat', `ask @${Z}octocat`],
    ['mail x_y@z.example', `mail x\\_y@${Z}z.example`],
    ['<img src=x> & more', '&#60;img src=x&#62; &#38; more'],
    ['in deadbee', `in deadbe${Z}e`],
    ['a5c3785ed8d6a', `a5c378${Z}5ed8d6${Z}a`],
    ['facade 123456', 'facade 123456'],
    ['see #12 and GH-7', `see #${Z}12 and GH${Z}-7`],
    ['https://x.example', `https:${Z}//x.example`],
    ['ftp:www.x.example', `ftp:www${Z}.x.example`],
    ['[a](b) ![c](d)', '\\[a\\](b) !\\[c\\](d)'],
    ['*bold* ~~gone~~ $x$', '\\*bold\\* \\~\\~gone\\~\\~ &#36;x&#36;'],
    ['one ` backtick', 'one \\` backtick'],
    ['two\nlines\r\n# heading', 'two lines # heading'],
    ['# heading', '\\# heading'],
    ['1. item', '1\\. item'],
    ['- item', '\\- item'],
    ['a\u202Eb\u200Bc\u0000d', 'a�b�c�d'],
    ['', ''],
  ])('%j is %j', (text, expected) => {
    expect(prose(text, 200)).toBe(expected);
  });

  it('is cut, also when escaping makes it long', () => {
    expect(prose('x'.repeat(500), 100)).toBe(`${'x'.repeat(99)}…`);
    expect(prose('@@'.repeat(500), 400).length).toBeLessThanOrEqual(1000);
  });

  it('is quick with text made to be slow', () => {
    const start = performance.now();
    for (const text of [
      'a_'.repeat(5000),
      'a.'.repeat(5000),
      '`'.repeat(9999),
      '`a'.repeat(5000),
      '\u0301'.repeat(10_000),
    ])
      prose(text, 2000);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('a name', () => {
  it('is code, whatever is in it', () => {
    expect(code('fct_orders')).toBe('`fct_orders`');
    expect(code('a`b``c')).toBe("`a'b''c`");
    expect(code('a\nb')).toBe('`a b`');
    expect(code('')).toBe('–');
    expect(code('x'.repeat(100))).toBe(`\`${'x'.repeat(79)}…\``);
  });
  it('keeps a table whole', () => {
    expect(cell(code('a|b'))).toBe('`a¦b`');
    expect(cell(prose('a|b', 50))).toBe('a&#124;b');
    expect(cell('')).toBe('–');
  });
  it('is a label in Mermaid', () => {
    expect(mermaidLabel('a"]; b')).toBe('"a#34;#93;#59; b"');
    expect(mermaidLabel('')).toBe('" "');
  });
  it('is a path in a link', () => {
    expect(link('`x`', 'https://g.example', 'a/b', 'c d)(.sql')).toBe('[`x`](https://g.example/a/b/c%20d%29%28.sql)');
  });
  it('is cut at characters, not inside them', () => {
    expect(plainLine('💥'.repeat(50), 10)).toBe(`${'💥'.repeat(9)}…`);
    expect(plainLine('Z\u0338\u0321\u0322\u031B\u0317', 10)).toBe('Z\u0338\u0321\u0322');
  });
});

describe('quantities', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [41208, '41,208'],
    [-1234567, '-1,234,567'],
    [0.5, '0.5'],
  ])('%d is %s', (value, expected) => {
    expect(grouped(value)).toBe(expected);
  });

  it.each([
    [41208, 86540, '+110 %'],
    [100, 96.5, '−3.5 %'],
    [1000, 1, '−99 %'],
    [1000, 0, '−100 %'],
    [100000, 100001, '+<0.1 %'],
    [0, 5, 'from 0'],
    [5, 5, '±0 %'],
    [10, 100000, '+999,900 %'],
  ])('from %d to %d is %s', (before, after, expected) => {
    expect(signedPercent(before, after)).toBe(expected);
  });

  it('counts and dates', () => {
    expect([counted(1, 'model'), counted(1204, 'model')]).toEqual(['1 model', '1,204 models']);
    expect(utcTime('2026-11-20T13:15:30+02:00')).toBe('2026-11-20 11:15 UTC');
    expect(utcTime('@octocat')).toBe('@octocat');
  });
});
