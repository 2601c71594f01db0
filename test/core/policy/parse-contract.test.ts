import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseContract } from '#core/policy';

const path = 'contracts/people.yaml';
const bomb = [
  'a0: &a0 [x]',
  ...Array.from({ length: 30 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}, *a${at}]`),
];

describe('a data contract', () => {
  it('is an object', () => {
    expect(parseContract('kind: DataContract', path)).toEqual({
      ok: true,
      value: { path, content: { kind: 'DataContract' } },
    });
  });

  it.each<[string, string | null, RegExp]>([
    ['is not there', null, /^contracts\/people\.yaml: .*not there/],
    ['is not YAML', 'a: [1', /^contracts\/people\.yaml:1:\d+ not YAML/],
    ['is a list', '- a', /no object/],
    ['is nothing', '', /no object/],
    ['multiplies by aliases', bomb.join('\n'), /aliases that multiply/],
    ['nests without end', `a: ${'['.repeat(20_000)}`, /YAML/],
    ['is too long', `a: ${'x'.repeat(2_000_001)}`, /longer than/],
  ])('that %s is refused, with its place and what to do', (_, text, message) => {
    const parsed = parseContract(text, path);
    expect(parsed).toMatchObject({
      ok: false,
      reason: { text: expect.stringMatching(message), remedy: expect.stringContaining('gates.pii.contracts') },
    });
  });

  it('of any text is read or refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(typeof parseContract(text, path).ok).toBe('boolean');
      }),
    );
  });
});
