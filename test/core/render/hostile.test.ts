import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  findingMarker,
  renderCheckRuns,
  renderComment,
  renderInlineComments,
  renderJson,
  renderText,
} from '#core/render';
import { hostileText, hostileView } from '../../support/hostile.ts';
import { untoldView } from '../../support/review-views.ts';
import { activeParts, scan } from './markdown-scan.ts';

const texts = fc.array(hostileText, { minLength: 3, maxLength: 30 });
/** Where GitHub reads no Markdown: nothing unseen, nothing that turns text, and no backtick. */
const hiddenOrCode = /[\u0000-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF`]/;
const size = fc.integer({ min: 0, max: 30 });

function harmOf(markdown: string): readonly string[] {
  const { bare, faults } = scan(markdown);
  return [...faults, ...activeParts(bare)];
}

describe('what strangers wrote is shown as text', () => {
  it('in the comment', () => {
    fc.assert(
      fc.property(texts, size, (given, count) => {
        const view = hostileView(given, count);
        expect(harmOf(renderComment(view))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('in check runs and inline comments', () => {
    fc.assert(
      fc.property(texts, size, (given, count) => {
        const view = hostileView(given, count);
        const runs = renderCheckRuns(view);
        for (const { summary, text } of runs) expect([...harmOf(summary), ...harmOf(text)]).toEqual([]);
        for (const { body } of renderInlineComments(view)) expect(harmOf(body)).toEqual([]);
        for (const { title } of runs) expect(title).not.toMatch(hiddenOrCode);
        for (const { title, message, path } of runs.flatMap(({ annotations }) => annotations)) {
          expect(title).not.toMatch(hiddenOrCode);
          // Its own line breaks part the sentences; a stranger's are folded.
          expect(message.split('\n').length).toBeLessThanOrEqual(3);
          expect(message.replaceAll('\n', '')).not.toMatch(hiddenOrCode);
          // GitHub finds the file by it: it is no text to be read.
          expect(given).toContain(path);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('in a terminal, without control characters', () => {
    fc.assert(
      fc.property(texts, size, (given, count) => {
        const view = hostileView(given, count);
        expect(renderText(view)).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/);
      }),
      { numRuns: 60 },
    );
  });

  it('when there is nothing to compare', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (text, remedy) => {
        const view = untoldView();
        const missing = { code: 'no-artifact', text, remedy };
        const artifacts = { source: 'committed', baseName: text, headName: remedy, path: remedy } as const;
        const hostile = {
          ...view,
          request: { ...view.request, baseBranch: text },
          missing,
          policy: { ...view.policy, artifacts },
          verdict: { ...view.verdict, reasons: [text] },
        };
        expect(harmOf(renderComment(hostile))).toEqual([]);
        const workflow = {
          ...hostile,
          policy: { ...hostile.policy, artifacts: { ...artifacts, source: 'workflow' } },
        } as const;
        expect(harmOf(renderComment(workflow))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('in the hidden mark of a finding, which nothing can end', () => {
    fc.assert(
      fc.property(hostileText, (fingerprint) => {
        expect(findingMarker(fingerprint)).toMatch(/^<!-- weirkeeper:finding [\w.:/%~-]* -->$/);
        expect(findingMarker(fingerprint).slice(4, -3)).not.toContain('--');
        expect(findingMarker(fingerprint).length).toBeLessThan(400);
      }),
    );
    expect(findingMarker('pii:model.shop.fct_orders:email')).toBe(
      '<!-- weirkeeper:finding pii:model.shop.fct_orders:email -->',
    );
    expect(findingMarker(`${'x'.repeat(1000)}a`)).not.toBe(findingMarker(`${'x'.repeat(1000)}b`));
  });

  it('and the scan itself sees harm where there is some', () => {
    const harmful = [
      'hello @octocat',
      '<img src=x>',
      '[a](https://x.example)',
      'see #12',
      'www.x.example',
      '| a | b |\n| c |',
      '```js\nx',
      '<details>',
      'a \u202E b',
      '# title',
      '`a',
      'in deadbee',
      'at a5c3785ed8d6a35868bc169f07e40e889087fd2e',
    ];
    for (const markdown of harmful) expect([markdown, harmOf(markdown).length > 0]).toEqual([markdown, true]);
  });
});

describe('any review fits', () => {
  const huge = [
    '@x'.repeat(5_000),
    'é'.repeat(10_000),
    '漢'.repeat(10_000),
    '`$|<'.repeat(2_500),
    'fct_orders_',
    'a_b '.repeat(3_000),
  ];

  it.each([0, 1, 13, 300, 3_000])('with %i models and findings', (count) => {
    const view = hostileView(huge, count);
    const comment = renderComment(view);
    expect(comment.length).toBeLessThanOrEqual(60_000);
    expect(harmOf(comment)).toEqual([]);
    const runs = renderCheckRuns(view);
    for (const { summary, text, title } of runs) {
      expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(65_535);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_535);
      expect(title.length).toBeLessThanOrEqual(255);
    }
    const annotations = runs.flatMap((run) => run.annotations);
    expect(annotations.length).toBeLessThanOrEqual(200);
    for (const { message, title } of annotations) {
      expect(Buffer.byteLength(message)).toBeLessThanOrEqual(65_536);
      expect(title.length).toBeLessThanOrEqual(255);
    }
    for (const { body } of renderInlineComments(view)) expect(body.length).toBeLessThanOrEqual(60_000);
    expect(renderJson(view).gates.length).toBe(view.verdict.gates.length);
  });

  it.each([20, 200])('and its graph keeps the limits with %i models', (count) => {
    const graph = /```mermaid\n([\s\S]*?)\n```/.exec(renderComment(hostileView(['fct', 'orders'], count)))?.[1] ?? '';
    const lines = graph.split('\n');
    expect(lines.filter((line) => /^ {2}n\d+[[(]/.test(line)).length).toBeGreaterThan(1);
    expect(lines.filter((line) => /^ {2}n\d+[[(]/.test(line)).length).toBeLessThanOrEqual(60);
    expect(lines.filter((line) => line.includes('-->')).length).toBeLessThanOrEqual(100);
    expect(graph.length).toBeLessThanOrEqual(5_000);
  });

  it('and a graph holds nothing but boxes and arrows', () => {
    fc.assert(
      fc.property(texts, (given) => {
        const graph = /```mermaid\n([\s\S]*?)\n```/.exec(renderComment(hostileView(given, 9)))?.[1] ?? 'flowchart LR';
        const label = '"[^"<>`\\n]+"';
        const line = new RegExp(
          `^(?:flowchart LR|  n\\d+(?:\\[${label}\\]|\\(\\[${label}\\]\\))(?::::changed)?|  n\\d+ -->(?:\\|${label}\\|)? n\\d+|  classDef changed stroke-width:3px)$`,
        );
        expect(graph.split('\n').filter((one) => !line.test(one))).toEqual([]);
      }),
      { numRuns: 80 },
    );
  });
});
