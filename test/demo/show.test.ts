import { describe, expect, it } from '@jest/globals';
import { showReview } from '../../demo/show.ts';
import { showMarkdown } from '../../demo/show-markdown.ts';
import { displayWidth, wrap } from '../../demo/terminal.ts';

const options = { width: 60, full: false, color: false };

describe('a comment in a terminal', () => {
  it.each([
    ['hides the marker', '<!-- weirkeeper:review -->\n### ✅ Clear', '✅ Clear'],
    ['reads marks as text', '**Rows \\_doubled\\_** in `fct_orders`  ', 'Rows _doubled_ in `fct_orders`'],
    ['shows a link as its text', 'see [`a.sql:3`](https://github.com/a/b#L3) now', 'see `a.sql:3` now'],
    ['leaves marks in code alone', '`**/x_[y]`', '`**/x_[y]`'],
    ['reads entities', '1 &#60; 2 &amp; @&#8203;ada', '1 < 2 & @ada'],
    ['takes tags out', '<sub>policy · record</sub>', 'policy · record'],
    ['shows no escape sequence', 'a\u001B[31mb\u001B]0;c\u0007', 'ab]0;c'],
    ['shows no escape sequence from an entity', 'a&#27;b', 'ab'],
  ])('%s', (_what, markdown, shown) => {
    expect(showMarkdown(markdown, options)).toBe(shown);
  });

  const foldedComment = [
    '<details><summary>Lineage</summary>',
    '',
    '```mermaid',
    'flowchart LR',
    '```',
    '</details>',
    '',
    'after',
  ];

  it('folds details to their summary', () => {
    expect(showMarkdown(foldedComment.join('\n'), options)).toBe('▸ Lineage\n\nafter');
  });

  it('shows details when asked', () => {
    expect(showMarkdown(foldedComment.join('\n'), { ...options, full: true })).toBe(
      '▾ Lineage\n\n    flowchart LR\n\nafter',
    );
  });

  it('folds details within details with the outer one', () => {
    const nested =
      '<details><summary>A</summary>\n\n<details><summary>B</summary>\n\ndeep\n\n</details>\n\n</details>\n\nend';
    expect(showMarkdown(nested, options)).toBe('▸ A\n\nend');
    expect(showMarkdown(nested, { ...options, full: true })).toContain('deep');
  });

  it('draws a table within the width', () => {
    const drawn = showMarkdown(`| gate | |\n|---|---|\n| row-count | ⛔ ${'many words '.repeat(12)}|`, options);
    expect(drawn.split('\n')[0]).toBe('gate      │');
    expect(drawn).toMatch(/^row-count │ ⛔ many words/m);
    for (const line of drawn.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(60);
  });
});

describe('wrapping', () => {
  it.each([
    ['', ['']],
    ['a bc def', ['a bc', 'def']],
    ['abcdefghij', ['abcde', 'fghij']],
    ['✅ ✅ ✅', ['✅ ✅', '✅']],
  ])('%j', (text, lines) => {
    expect(wrap(text, 5)).toEqual(lines);
  });
});

it('shows a review as a person would see it', () => {
  const shown = showReview(
    {
      checkRuns: {
        weirkeeper: { status: 'completed', conclusion: 'failure', title: 'Blocked · rung 2 of 4' },
        'weirkeeper / pii': { status: 'in_progress', conclusion: null, title: null },
      },
      labels: ['assisted-by:llm', 'needs-senior-review'],
      comments: [{ author: 'weirkeeper[bot]', body: '<!-- weirkeeper:review -->\n### ⛔ Blocked' }],
      reviews: [{ comments: [{ path: 'models/a.sql', line: 3, body: 'Rows **doubled**' }] }],
    },
    options,
  );
  expect(shown).toMatchInlineSnapshot(`
"
── Check runs ──────────────────────────────────────────────
check run        │ conclusion     │ title
─────────────────┼────────────────┼──────────────────────
weirkeeper       │ ⛔ failure     │ Blocked · rung 2 of 4
weirkeeper / pii │ ⏳ in_progress │

── Labels ──────────────────────────────────────────────────
assisted-by:llm · needs-senior-review

── Comment by weirkeeper[bot] ──────────────────────────────
⛔ Blocked

── Inline comments ─────────────────────────────────────────
models/a.sql:3
  Rows doubled"
`);
});
