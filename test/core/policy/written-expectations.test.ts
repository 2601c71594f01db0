import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { writtenExpectations } from '#core/policy';

const PATH = '.github/weirkeeper-expect.yml';
const said = 'fct rows -15%..-10% because voids leave';
const read = (head: string, base: string | null = null) => writtenExpectations(head, base, PATH);

describe('a file of declarations', () => {
  it('holds one declaration a line, each with its place', () => {
    expect(read(`# of this release\nexpect:\n  - ${said}\n  - 'dim rows +5 because a: b'\n`)).toEqual([
      { where: `${PATH}:3`, text: said, problem: null },
      { where: `${PATH}:4`, text: 'dim rows +5 because a: b', problem: null },
    ]);
  });

  it('declares nothing that base’s file says already, wherever it stands', () => {
    const base = `expect:\n- old rows +1 because x\n- ${said}\n`;
    expect(read(`expect:\n- ${said}\n- fct rows -1% because less\n`, base)).toEqual([
      { where: `${PATH}:3`, text: 'fct rows -1% because less', problem: null },
    ]);
    expect(read(`expect:\n- ${said}\n`, 'not: [of this form')).toHaveLength(1);
  });

  it.each<[string, string, string]>([
    ['expect: [', `${PATH}:1`, 'not YAML'],
    ['- fct rows +1 because x', `${PATH}:1`, 'write `expect:`'],
    ['expect: fct rows +1 because x', `${PATH}:1`, 'write `expect:`'],
    ['expect:\n- a rows +1 because x\nexpects:\n- b', `${PATH}:3`, 'unknown key "expects"'],
    ['expect:\n- a\nexpect:\n- b', `${PATH}:3`, 'not YAML (DUPLICATE_KEY)'],
    ['expect:\n- fct rows +1 because a: b', `${PATH}:2`, 'put it in quotes'],
    ['expect:\n- &a x\n- *a', `${PATH}:3`, 'put it in quotes'],
    ['\0', `${PATH}:1`, 'write `expect:`'],
    [`expect:\n${'- a\n'.repeat(300)}`, `${PATH}:202`, 'only the first 200'],
    [`expect: ${'['.repeat(20_000)}`, `${PATH}:1`, 'not'],
    ['x'.repeat(100_001), `${PATH}:1`, 'longer than'],
  ])('%j is told with its line', (text, where, problem) => {
    expect(read(text)).toContainEqual({ where, text: '', problem: expect.stringContaining(problem) as unknown });
  });

  it.each(['', '# nothing', 'expect:', 'expect: []'])('%j declares nothing and is no fault', (text) => {
    expect(read(text)).toEqual([]);
  });

  it('whatever it holds, throws nothing and gives lines that can be shown', () => {
    const piece = fc.constantFrom(
      'expect:',
      '\n',
      '- ',
      said,
      ': ',
      '&a ',
      '*a',
      '[',
      '{',
      '"',
      '|',
      '\t',
      '\u202e',
      '!!js',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 25 }), (pieces) => {
        for (const { where, text, problem } of read(pieces.join(''))) {
          expect(where).toMatch(/^\.github\/weirkeeper-expect\.yml:\d+$/);
          expect(`${text}${problem ?? ''}`).not.toMatch(/[\n\u202e]/);
        }
      }),
      { numRuns: 200 },
    );
  });
});
