import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { capLine, capText } from '../../../src/edges/github/text-limits.ts';

describe('capping a text', () => {
  it('leaves what fits, and cuts at the end of a line', () => {
    expect(capText('short', 100)).toBe('short');
    expect(capText('line\n'.repeat(30), 100)).toMatch(/^(line\n){10,}line\n\n… cut here/);
  });

  it('never exceeds the bytes and never cuts a character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 50, maxLength: 400 }),
        fc.integer({ min: 60, max: 300 }),
        (text, limit) => {
          const capped = capText(text, limit);
          expect(Buffer.byteLength(capped)).toBeLessThanOrEqual(Math.max(limit, 0));
          if (!capped.includes('cut here')) expect(capped).toBe(text);
          else expect(text.startsWith(capped.slice(0, capped.indexOf('\n\n… cut here')))).toBe(true);
        },
      ),
    );
  });

  it('puts a title on one line', () => {
    expect(capLine('  a\n b ', 10)).toBe('a b');
    expect(capLine('😀'.repeat(300), 255)).toBe(`${'😀'.repeat(254)}…`);
  });
});
