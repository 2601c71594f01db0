import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rightSideLines } from '#core/change';

function linesInDiff(patch: string | null): ReadonlySet<number> {
  return new Set(rightSideLines(patch).map(({ line }) => line));
}

describe('lines that a diff shows on its new side', () => {
  it.each([
    ['a binary file', null, []],
    ['an empty patch', '', []],
    ['one hunk', '@@ -9,3 +9,4 @@ select\n a\n-b\n+c\n+d\n e', [9, 10, 11, 12]],
    ['two hunks', '@@ -1,2 +1,1 @@\n a\n-b\n@@ -10,1 +9,2 @@\n x\n+y', [1, 9, 10]],
    ['left-out lengths', '@@ -0,0 +1 @@\n+a\n\\ No newline at end of file', [1]],
    ['a removed file', '@@ -1,2 +0,0 @@\n-a\n-b', []],
    ['lines that look like headers', '@@ -1,1 +1,3 @@\n a\n+@@ -5 +50 @@\n+--- x', [1, 2, 3]],
    ['a removed line that looks like a header', '@@ -1,2 +1,1 @@\n--- a\n b', [1]],
  ])('%s', (_what, patch, lines) => {
    expect([...linesInDiff(patch)]).toEqual(lines);
  });

  it('are those of a hunk of any lines', () => {
    const line = fc.constantFrom(' same', '-gone', '+new', ' ', '+', '-');
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.integer({ min: 1, max: 9_999 }), (body, start) => {
        const shown = body.filter((text) => !text.startsWith('-')).length;
        const gone = body.filter((text) => !text.startsWith('+')).length;
        const lines = linesInDiff([`@@ -1,${gone} +${start},${shown} @@`, ...body].join('\n'));
        expect([...lines]).toEqual(Array.from({ length: shown }, (_, index) => start + index));
      }),
    );
  });
});
