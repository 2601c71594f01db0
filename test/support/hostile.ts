import fc from 'fast-check';
import type { UniqueId } from '#core/base';
import { toFingerprint, toUniqueId } from '#core/base';
import type { ColumnChange, ModifiedNode } from '#core/change';
import type { Basis, Cost, Finding, Gate, GateResult } from '#core/gates';
import type { ReviewView } from '#core/render';
import { aView } from './review-views.ts';
import {
  aChange,
  aColumnChange,
  aFinding,
  aGate,
  aModified,
  aNode,
  aSide,
  assisted,
  noAssistance,
  passed,
  SHA,
  unknown,
} from './reviews.ts';

/** What strangers write into names, to be seen as something else than text. */
const PIECES: readonly string[] = [
  '@octocat',
  '@acme/team',
  'x@y.example',
  '<img src=x onerror=alert(1)>',
  '<script>',
  '</details>',
  '</summary>',
  '<!--',
  '-->',
  '```',
  '`',
  '``',
  '~~~',
  '|',
  '||',
  '\\|',
  '\\',
  '\n',
  '\r\n',
  '\n\n# heading',
  '\n- item',
  '\n> quote',
  '\n---\n',
  '    indented',
  '[text](https://evil.example)',
  '![x](https://evil.example/x.png)',
  '[x]: https://evil.example',
  'https://evil.example',
  'HTTP://EVIL.example',
  'www.evil.example',
  '_www.evil.example',
  'ftp://evil.example',
  'mailto:x@y.example',
  '#123',
  'GH-7',
  'a5c3785ed8d6a35868bc169f07e40e889087fd2e',
  'deadbee',
  'octocat@a5c3785ed8d6',
  'acme/shop@deadbeef',
  '/cc @acme/team',
  '@\u200Boctocat',
  '\\@octocat',
  '&commat;octocat',
  '&num;12',
  '<!DOCTYPE html>',
  '<![CDATA[x]]>',
  '<?php',
  'javascript:alert(1)',
  '[[wiki]]',
  '- [ ] task',
  '/weirkeeper review',
  '\u2028',
  '\u061C',
  '\t',
  '${{ github.token }}',
  '{{ config() }}',
  '</sub>',
  '<!-- weirkeeper:review -->',
  'acme/shop#9',
  '&lt;img&gt;',
  '&#64;octocat',
  '*',
  '**',
  '_',
  '__a__',
  '~~',
  '$',
  '$$x$$',
  '\u202Egnp.exe',
  '\u200B',
  '\u2066x\u2069',
  '\uFEFF',
  '\u0000',
  '\u001B[31m',
  '\u{E0041}',
  '\uD800',
  ':tada:',
  '{model}',
  '{constructor}',
  '__proto__',
  'fct_orders',
  'fct_orders.amount',
  'é',
  '漢字',
  '💥',
  'Z̸̡̢̛̗̘',
  ' ',
  '"',
  "'",
  ']',
  '](',
  '1. ',
  '## ',
  '<a href="x">',
  '<https://evil.example>',
  '^[1]',
  '[^1]',
  '> [!WARNING]',
  'end',
  '"]; click n0 "https://evil.example"',
  '%%{init: {}}%%',
];

/** Any text, most of it hostile. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join('')),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom(...PIECES).map((piece) => piece.repeat(Math.ceil(10_000 / piece.length))) },
);

const costs: readonly Cost[] = ['block', 'warn', 'note'];
const bases: readonly Basis[] = ['proven', 'measured', 'heuristic'];

/** A review of a hostile pull request: `size` models and as many findings, every text from `texts`, in turn. */
export function hostileView(texts: readonly string[], size: number): ReviewView {
  let turn = 0;
  const next = (): string => texts[turn++ % texts.length] ?? '';
  const ids = Array.from({ length: size }, (_, index) => toUniqueId(`model.shop.${index}.${next().slice(0, 200)}`));
  const exposure = toUniqueId(`exposure.shop.${next().slice(0, 100)}`);
  const side = aSide(
    [
      ...ids.map((id) => aNode(id, { name: next(), originalFilePath: next() })),
      aNode(exposure, {
        name: next(),
        exposure: {
          type: 'dashboard',
          label: next(),
          owner: { name: next(), email: [next()] },
          maturity: null,
          url: next(),
        },
      }),
    ],
    [
      ...ids.slice(1).map((id, index) => [ids[Math.floor(index / 2)] ?? id, id] as const),
      ...ids.slice(-3).map((id) => [id, exposure] as const),
    ],
  );
  const sides = { ...side, origin: next(), stale: { code: 'stale', text: next(), remedy: next() } };
  const change = aChange({
    base: sides,
    head: sides,
    modified: ids.map((id, index) => modified(id, index, next)),
    removed: ids.slice(0, 2),
    columnChanges: ids.flatMap((id, index) => columnChange(id, index, { next, child: ids[index * 2 + 1] })),
  });
  const gates = hostileGates({ ids, exposure, next });
  const rows = new Map(
    ids.map((id, index) => [
      id,
      {
        base: { rows: index * 1e6, source: next(), at: next() },
        head: { rows: index * 7, source: next(), at: '2026-11-20T00:00:00Z' },
      },
    ]),
  );
  const evidence = { kind: next(), where: next(), tool: next(), text: next(), score: 90 };
  return aView({
    change,
    results: gates,
    assistance:
      size % 2 === 0
        ? { ...assisted, evidence: [evidence, evidence], note: { code: 'x', text: next() } }
        : noAssistance,
    over: {
      rows,
      previousFingerprints: [next(), next()],
      coverage: {
        models: size,
        columns: size * 9,
        resolved: size,
        unresolved: ids.map((uniqueId) => ({ uniqueId, reason: { code: 'x', text: next(), remedy: next() } })),
      },
      request: {
        serverUrl: 'https://github.com',
        repository: 'acme/shop',
        pullNumber: 42,
        baseBranch: next(),
        headSha: SHA,
        baseSha: SHA,
        mergeBaseSha: SHA,
      },
      policy: {
        mode: 'enforcing',
        maxFindings: 5,
        artifacts: { source: 'workflow', baseName: next(), headName: next(), path: next() },
        file: { path: next(), sha: SHA, digest: '0'.repeat(64) },
      },
      deepReview: {
        ran: false,
        claims: { total: 1, grounded: 0, dropped: 1 },
        reason: { code: 'x', text: next(), remedy: next() },
      },
      cuts: [{ code: 'x', text: next(), remedy: next() }],
      commands: [next(), next()],
    },
  });
}

function modified(id: UniqueId, index: number, next: () => string): ModifiedNode {
  const compiled = (['changed', 'identical', 'formatting-only', 'unknown'] as const)[index % 4] ?? 'changed';
  return aModified(id, {
    causes: [
      { kind: 'macro', text: next() },
      { kind: 'config', text: next() },
      { kind: 'body', text: next() },
    ],
    compiled,
  });
}

function columnChange(
  id: UniqueId,
  index: number,
  { next, child }: { next: () => string; child: UniqueId | undefined },
): readonly ColumnChange[] {
  const kind =
    (['removed', 'renamed', 'retyped', 're-sourced', 'logic-changed', 'added'] as const)[index % 6] ?? 'added';
  const columns = child === undefined ? [] : [{ uniqueId: child, column: next() }];
  return [
    aColumnChange(id, {
      kind,
      column: next(),
      before: next(),
      after: next(),
      origin: index % 3 === 0 ? 'inherited' : 'own',
      dependents: { columns, rowsetModels: [], consumers: [] },
    }),
  ];
}

interface HostileNodes {
  readonly ids: readonly UniqueId[];
  readonly exposure: UniqueId;
  readonly next: () => string;
}

function hostileGates({ ids, exposure, next }: HostileNodes): readonly (readonly [Gate, GateResult])[] {
  const messages = Object.fromEntries(costs.map((cost) => [cost, { text: `{a} of \`{b}\` ${cost}`, cost }]));
  const findings: Finding[] = ids.map((id, index) =>
    aFinding(costs[index % 3] ?? 'note', {
      data: { a: next(), b: next() },
      subject: index % 2 === 0 ? id : { uniqueId: id, column: next() },
      place: index % 4 === 0 ? null : { path: next(), startLine: index + 1, endLine: index + 3 },
      basis: bases[index % 3] ?? 'proven',
      fingerprint: toFingerprint('f', String(index), next()),
      matters: next(),
      downstream: [...ids.slice(0, 5), exposure],
      safeIf: next(),
    }),
  );
  const [first, ...rest] = findings;
  const unknowns = ids.map(() => ({ code: 'x', text: next(), remedy: next() }));
  const failedResult: GateResult =
    first === undefined
      ? passed(next())
      : { outcome: 'failed', summary: next(), findings: [first, ...rest], unknown: unknowns };
  return [
    [aGate('row-count', messages), failedResult],
    [aGate('pii'), unknown('x', next(), next())],
    [aGate('state'), passed(next())],
    [aGate('destructive'), { outcome: 'passed', basis: 'not-applicable', summary: next() }],
    [aGate('deep-review', messages), failedResult],
  ];
}
