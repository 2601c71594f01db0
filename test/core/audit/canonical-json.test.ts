import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '#core/audit';
import { InvariantError, type JsonValue } from '#core/base';

describe('canonical JSON', () => {
  it.each<[string, JsonValue, string]>([
    ['sorts keys at every level', { b: { d: 1, c: 2 }, a: [] }, '{"a":[],"b":{"c":2,"d":1}}'],
    // The example of RFC 8785 section 3.2.3: keys are ordered by UTF-16 code units.
    [
      'orders keys by UTF-16 code units',
      { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 },
      '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}',
    ],
    ['writes numbers as ECMAScript does', [1e30, 4.5, 2e-3, 1e-27, -0, 10], '[1e+30,4.5,0.002,1e-27,0,10]'],
    ['escapes only what must be escaped', '€$\u000f\nA\'B"\\/', '"€$\\u000f\\nA\'B\\"\\\\/"'],
    ['keeps the order of arrays', [3, 1, 2], '[3,1,2]'],
    ['keeps a key named __proto__', JSON.parse('{"__proto__":1}') as JsonValue, '{"__proto__":1}'],
    ['writes literals', [true, false, null], '[true,false,null]'],
  ])('%s', (_, value, expected) => {
    expect(canonicalJson(value)).toBe(expected);
  });

  it('is the same for every order of keys, and reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value as JsonValue);
        const reversed = JSON.parse(text, (_, item: unknown) =>
          typeof item === 'object' && item !== null && !Array.isArray(item)
            ? Object.fromEntries(Object.entries(item).reverse())
            : item,
        ) as JsonValue;
        expect(canonicalJson(reversed)).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %s', (value) => {
    expect(() => canonicalJson({ value })).toThrow(InvariantError);
  });

  it('refuses nesting that could exhaust the stack', () => {
    const deep = JSON.parse('['.repeat(5000) + ']'.repeat(5000)) as JsonValue;
    expect(() => canonicalJson(deep)).toThrow('deeper than 64');
  });
});
