import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defaultPolicy, gateOptions, gatePolicy, POLICY_PATH, parsePolicy } from '#core/policy';
import { aGate } from '../../support/reviews.ts';

const rowCount = aGate(
  'row-count',
  { 'row-count-changed': { text: '{model} changed', cost: 'block' }, 'row-count-new': { text: 'new', cost: 'note' } },
  z.strictObject({
    threshold_percent: z.number().min(0).max(1000).default(10),
    ignore: z.array(z.string()).default([]),
  }),
);
const gates = [
  rowCount,
  aGate('pii'),
  aGate('deep-review', {}, z.strictObject({ allow_forks: z.boolean().default(false) })),
];

function parse(text: string) {
  return parsePolicy(text, POLICY_PATH, gates);
}

describe('a policy file', () => {
  it.each(['', '# only a comment\n', '{}', 'version: 1\n'])('%j is the default policy', (text) => {
    expect(parse(text)).toEqual({ ok: true, value: defaultPolicy });
  });

  it('says how a gate is judged, and passes the rest on as the gate’s own options', () => {
    const parsed = parse(
      'mode: advisory\ngates:\n  row-count: { mode: advisory, threshold_percent: 5, findings: { row-count-changed: warn } }\n',
    );
    expect(parsed.ok && parsed.value.mode).toBe('advisory');
    expect(parsed.ok && gatePolicy(parsed.value, 'row-count')).toEqual({
      mode: 'advisory',
      findings: { 'row-count-changed': 'warn' },
      options: { threshold_percent: 5 },
    });
    expect(parsed.ok && gateOptions(parsed.value).get('row-count')).toEqual({ threshold_percent: 5 });
    expect(parsed.ok && gatePolicy(parsed.value, 'pii').mode).toBe('required');
  });

  it('tells the deep review whether it may read forks, and can switch it off', () => {
    expect(gateOptions(defaultPolicy).get('deep-review')).toEqual({ allow_forks: false });
    expect(gatePolicy(defaultPolicy, 'deep-review').mode).toBe('advisory');
    const parsed = parse(
      'deep_review: { enabled: false, allow_forks: true }\ngates: { deep-review: { mode: advisory } }',
    );
    expect(parsed.ok && gateOptions(parsed.value).get('deep-review')).toEqual({ allow_forks: true });
    expect(parsed.ok && gatePolicy(parsed.value, 'deep-review').mode).toBe('off');
  });

  it('reads every section', () => {
    const parsed = parse(`
version: 1
labels: { assisted: llm, senior: look-closer }
artifacts: { source: committed, base_name: b, head_name: h, path: dbt/target }
layers:
  - { name: staging, paths: [models/staging/], rung: T1 }
  - { name: finance, tags: [finance], rung: T3 }
deep_review: { allow_forks: true }
evidence: { signed: required, keys: [MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=] }
comment: { enabled: true, inline: false, max_findings: 5 }
`);
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        labels: { assisted: 'llm', senior: 'look-closer', budget: 'hallucination-budget' },
        artifacts: { source: 'committed', baseName: 'b', headName: 'h', path: 'dbt/target' },
        layers: [
          { name: 'staging', paths: ['models/staging/'], tags: [], rung: 'T1' },
          { name: 'finance', paths: [], tags: ['finance'], rung: 'T3' },
        ],
        deepReview: { enabled: true, allowForks: true },
        evidence: { signed: 'required', keys: ['MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE='] },
        comment: { enabled: true, inline: false, maxFindings: 5 },
      },
    });
  });
});

describe('a wrong policy file is refused with line, column and the nearest right word', () => {
  it.each([
    ['an unknown key', 'mode: advisory\nmoed: x\n', ['2:1 unknown key "moed"; did you mean "mode"?']],
    ['an unknown gate', 'gates:\n  row-cuont: {}\n', ['2:3 gates: unknown key "row-cuont"; did you mean "row-count"?']],
    [
      'an unknown option of a gate',
      'gates:\n  row-count:\n    treshold_percent: 3\n',
      ['3:5 gates.row-count: unknown key "treshold_percent"; did you mean "threshold_percent"?'],
    ],
    [
      'an unknown message',
      'gates:\n  row-count:\n    findings: { row-count-change: warn }\n',
      ['3:17 gates.row-count.findings: unknown key "row-count-change"; did you mean "row-count-changed"?'],
    ],
    [
      'a word that is like none',
      'zebra: 1\n',
      [
        '1:1 unknown key "zebra"; known here: version, mode, gates, labels, artifacts, layers, deep_review, data, evidence, counterexamples, comment, audit',
      ],
    ],
    [
      'evidence that nobody could sign',
      'evidence: { signed: required }\n',
      ['1:21 evidence.signed: is required, and `keys` names no key'],
    ],
    [
      'a key that is none',
      'evidence: { keys: [ssh-ed25519] }\n',
      ['1:20 evidence.keys[0]: is no Ed25519 public key, SPKI DER in base64, as `weirkeeper measure` prints it'],
    ],
    [
      'a wrong word',
      'mode: enforce\n',
      ['1:7 mode: "enforce" is not one of enforcing, advisory; did you mean "enforcing"?'],
    ],
    [
      'a wrong cost',
      'gates: { row-count: { findings: { row-count-changed: fail } } }',
      ['1:54 gates.row-count.findings.row-count-changed: "fail" is not one of block, warn, note'],
    ],
    [
      'a number as text',
      'gates:\n  row-count:\n    threshold_percent: 10%\n',
      ['3:24 gates.row-count.threshold_percent: expected a number, found "10%"'],
    ],
    [
      'a number out of range',
      'gates:\n  row-count:\n    threshold_percent: -1\n',
      ['3:24 gates.row-count.threshold_percent: -1 is too small; at least 0'],
    ],
    ['YAML 1.1’s yes', 'comment:\n  inline: yes\n', ['2:11 comment.inline: expected true or false, found "yes"']],
    ['an empty section', 'comment:\n', ['1:9 comment: expected a mapping, found nothing']],
    ['a list for a mapping', '- a\n', ['1:1 expected a mapping, found a list']],
    ['a missing name', 'layers:\n  - paths: [models]\n', ['2:5 layers[0].name: is missing']],
    ['two labels of one name', 'labels: { assisted: a, senior: A }', ['1:9 labels: two labels have the same name']],
    [
      'a path out of the repository',
      'artifacts: { path: ../secrets }',
      ['1:20 artifacts.path: must be a path inside the repository, with forward slashes and without ".."'],
    ],
    [
      'an LLM that could block',
      'gates: { deep-review: { mode: required } }',
      ['1:31 gates.deep-review.mode: "required" is not one of advisory, off'],
    ],
    ['another version', 'version: 2', ['1:10 version: 2 is not 1']],
    ['a key twice', 'mode: advisory\nmode: enforcing\n', ['2:1 the same key a second time']],
    ['a tag', 'mode: !!js/function x', ['1:7 unknown tag; a policy needs none']],
    ['two documents', 'mode: advisory\n---\nmode: advisory\n', ['2:1 a second document; a policy is one']],
    ['an alias to nothing', 'mode: *nope', ['1:7 no anchor "nope" before this alias']],
    [
      'prototype games',
      '__proto__:\n  mode: advisory\n',
      [
        '1:1 unknown key "__proto__"; known here: version, mode, gates, labels, artifacts, layers, deep_review, data, evidence, counterexamples, comment, audit',
      ],
    ],
    [
      'several faults, in the order of the file',
      'gates:\n  pii: { mode: on }\nmodes: 1\ncomment: { max_findings: 99 }\n',
      [
        '2:16 gates.pii.mode: "on" is not one of required, advisory, off',
        '3:1 unknown key "modes"; did you mean "mode"?',
        '4:26 comment.max_findings: 99 is too big; at most 10',
      ],
    ],
  ])('%s', (_, text, expected) => {
    const parsed = parse(text);
    const told = parsed.ok ? [] : parsed.problems.map((problem) => `${problem.line}:${problem.column} ${problem.text}`);
    expect(told).toEqual(expected);
    expect(parsed.ok ? '' : parsed.reason.text).toBe(expected.map((line) => `${POLICY_PATH}:${line}`).join('; '));
  });

  it.each([
    [
      'aliases that multiply',
      [
        'a: &a [x,x,x,x,x,x,x,x,x]',
        ...'bcdefg'.split('').map(
          (name, i) =>
            `${name}: &${name} [${Array(9)
              .fill(`*${'abcdef'[i] ?? ''}`)
              .join(',')}]`,
        ),
      ].join('\n'),
    ],
    ['a thousand aliases', `a: &a 1\nb: [${Array(1000).fill('*a').join(',')}]`],
    ['deep nesting', '['.repeat(100_000)],
    ['a huge file', `# ${'x'.repeat(300_000)}`],
    ['a binary file', '\u0000\u0001\u0002'],
    ['a broken sequence', 'mode: [advisory\n'],
  ])('%s is refused quickly', (_, text) => {
    const parsed = parse(text);
    expect(parsed.ok).toBe(false);
    expect(parsed.ok ? '' : parsed.reason.text.length).toBeLessThan(600);
  });
});
