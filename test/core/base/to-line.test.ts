import { describe, expect, it } from '@jest/globals';
import { plural, toLine } from '#core/base';

describe('words for people', () => {
  it.each([
    [' a\n\tb ', 'a b'],
    ['a\u202eb\u0000c\u200bd', 'a b c d'],
    ['abcdefghij', 'abcdefg…'],
    ['abcdefgh', 'abcdefgh'],
  ])('%j on one line is %j', (text, line) => {
    expect(toLine(text, 8)).toBe(line);
  });

  it('counts', () => {
    expect([plural(0, 'model'), plural(1, 'model'), plural(2, 'model')]).toEqual(['0 models', '1 model', '2 models']);
  });
});
