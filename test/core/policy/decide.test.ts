import { describe, expect, it } from '@jest/globals';
import { toUniqueId } from '#core/base';
import type { Change } from '#core/change';
import type { Cost, Gate, GateResult } from '#core/gates';
import type { Policy, Rung } from '#core/policy';
import { decide, defaultPolicy, undecided } from '#core/policy';
import {
  aChange,
  aColumnChange,
  aFinding,
  aGate,
  aModified,
  aNode,
  aSide,
  assisted,
  failed,
  noAssistance,
  passed,
  unknown,
} from '../../support/reviews.ts';

const ORDERS = 'model.shop.fct_orders';
const BOARD = 'exposure.shop.board';
const costs: Readonly<Record<Cost, { text: string; cost: Cost }>> = {
  block: { text: 'blocks {model}', cost: 'block' },
  warn: { text: 'warns {rows} rows', cost: 'warn' },
  note: { text: 'notes', cost: 'note' },
};
const rows = aGate('row-count', costs);
const pii = aGate('pii', costs);
const destructive = aGate('destructive', costs);
const deepReview = aGate('deep-review', costs);

function verdictOf(
  results: readonly (readonly [Gate, GateResult])[],
  over: Partial<Change> = {},
  policy: Policy = defaultPolicy,
) {
  return decide({
    change: aChange(over),
    results: results.map(([gate, result]) => ({ gate, result })),
    policy,
    assistance: noAssistance,
  });
}

function withGates(
  gates: Readonly<Record<string, Partial<{ mode: 'required' | 'advisory' | 'off'; findings: Record<string, Cost> }>>>,
): Policy {
  const entries = Object.entries(gates).map(
    ([id, gate]) => [id, { mode: 'required', findings: {}, options: {}, ...gate }] as const,
  );
  return { ...defaultPolicy, gates: new Map(entries) };
}

describe('the outcome', () => {
  const block = failed('1 model', aFinding('block'));
  const warn = failed('1 model', aFinding('warn'));
  const lost = unknown('no-warehouse', 'no warehouse is configured');

  it.each<[string, readonly (readonly [Gate, GateResult])[], string]>([
    ['nothing found', [[rows, passed('ok')]], 'passed'],
    ['a warning', [[rows, warn]], 'passed'],
    ['a block', [[rows, block]], 'failed'],
    ['could not tell', [[rows, lost]], 'unknown'],
    [
      'a block beside an unknown',
      [
        [pii, lost],
        [rows, block],
      ],
      'failed',
    ],
    [
      'a warning beside an unknown',
      [
        [pii, lost],
        [rows, warn],
      ],
      'unknown',
    ],
    ['no gate at all', [], 'passed'],
  ])('%s', (_, results, outcome) => {
    expect(verdictOf(results).outcome).toBe(outcome);
  });

  it.each<[string, 'advisory' | 'off', number]>([
    ['an advisory gate cannot fail or leave unknown', 'advisory', 2],
    ['a gate that is off is left out', 'off', 0],
  ])('%s', (_, mode, shown) => {
    const verdict = verdictOf(
      [
        [rows, block],
        [pii, lost],
      ],
      {},
      withGates({ 'row-count': { mode }, pii: { mode } }),
    );
    expect(verdict.outcome).toBe('passed');
    expect(verdict.gates).toHaveLength(shown);
  });

  it('of a gate that found only warnings but could not look everywhere is unknown', () => {
    const result: GateResult = {
      outcome: 'failed',
      summary: 's',
      findings: [aFinding('warn')],
      unknown: [{ code: 'x', text: 'b was not counted' }],
    };
    expect(verdictOf([[rows, result]]).gates[0]).toMatchObject({ outcome: 'unknown', summary: 'b was not counted' });
  });
});

describe('what a finding costs', () => {
  const costOf = (gate: Gate, result: GateResult, policy?: Policy) =>
    verdictOf([[gate, result]], {}, policy).gates[0]?.findings[0]?.cost;

  it('is what the message says', () => {
    expect(costOf(rows, failed('', aFinding('warn')))).toBe('warn');
  });
  it('is what the policy says', () => {
    expect(
      costOf(rows, failed('', aFinding('warn')), withGates({ 'row-count': { findings: { warn: 'block' } } })),
    ).toBe('block');
    expect(
      costOf(rows, failed('', aFinding('block')), withGates({ 'row-count': { findings: { block: 'note' } } })),
    ).toBe('note');
  });
  it('is never a block for a guess, whatever the policy says', () => {
    const guess = failed('', aFinding('warn', { basis: 'heuristic' }));
    expect(costOf(rows, guess, withGates({ 'row-count': { findings: { warn: 'block' } } }))).toBe('warn');
  });
  it('is never more than a note for an LLM’s claim, whatever the policy says', () => {
    expect(
      costOf(deepReview, failed('', aFinding('block')), withGates({ 'deep-review': { findings: { block: 'block' } } })),
    ).toBe('note');
  });
  it('comes with the message filled in, numbers grouped', () => {
    const verdict = verdictOf([[rows, failed('', aFinding('warn', { data: { rows: 1234567.891 } }))]]);
    expect(verdict.gates[0]?.findings[0]?.text).toBe('warns 1,234,567.89 rows');
  });
  it('leaves a place without a value, and does not fill from the object’s own machinery', () => {
    const odd = aGate('odd', { odd: { text: '{constructor} {__proto__} {missing}', cost: 'note' } });
    expect(verdictOf([[odd, failed('', aFinding('odd'))]]).gates[0]?.findings[0]?.text).toBe(
      '{constructor} {__proto__} {missing}',
    );
  });
});

describe('the rung', () => {
  const feeding = aSide([aNode(ORDERS), aNode(BOARD)], [[ORDERS, BOARD]]);
  const alone = aSide([aNode(ORDERS)]);
  const shared = { base: feeding, head: feeding, modified: [aModified(ORDERS)] };

  it.each<[string, Rung, readonly (readonly [Gate, GateResult])[], Partial<Change>]>([
    ['nothing modified', 'T0', [], {}],
    ['the same compiled SQL', 'T0', [], { ...shared, modified: [aModified(ORDERS, { compiled: 'identical' })] }],
    ['only its form', 'T0', [], { ...shared, modified: [aModified(ORDERS, { compiled: 'formatting-only' })] }],
    [
      'the same SQL built otherwise',
      'T2',
      [],
      {
        ...shared,
        modified: [
          aModified(ORDERS, {
            compiled: 'identical',
            causes: [{ kind: 'config', text: 'config materialized: view → incremental' }],
          }),
        ],
      },
    ],
    ['a note', 'T1', [[rows, failed('', aFinding('note'))]], {}],
    ['a model of its own', 'T1', [], { base: alone, head: alone, modified: [aModified(ORDERS)] }],
    [
      'SQL that could not be compared',
      'T1',
      [],
      { base: alone, head: alone, modified: [aModified(ORDERS, { compiled: 'unknown' })] },
    ],
    ['a model that feeds an exposure', 'T2', [], shared],
    ['a public model', 'T2', [], { head: aSide([aNode(ORDERS, { access: 'public' })]), modified: [aModified(ORDERS)] }],
    ['a removed model that fed an exposure', 'T2', [], { base: feeding, head: alone, removed: [toUniqueId(ORDERS)] }],
    ['a removed model of its own', 'T1', [], { base: alone, removed: [toUniqueId(ORDERS)] }],
    ['a guess', 'T2', [[rows, failed('', aFinding('warn', { basis: 'heuristic' }))]], {}],
    ['a required gate that could not tell', 'T2', [[rows, unknown('x', 'y')]], {}],
    ['a measured warning', 'T3', [[rows, failed('', aFinding('warn', { basis: 'measured' }))]], {}],
    ['a destructive statement', 'T3', [[destructive, failed('', aFinding('warn', { basis: 'heuristic' }))]], {}],
    ['personal data, by name alone', 'T3', [[pii, failed('', aFinding('warn', { basis: 'heuristic' }))]], {}],
    ['personal data', 'T4', [[pii, failed('', aFinding('warn'))]], {}],
    ['a block', 'T4', [[rows, failed('', aFinding('block'))]], {}],
    [
      'a contract that is dropped',
      'T4',
      [],
      {
        base: aSide([aNode(ORDERS, { contractEnforced: true })]),
        head: alone,
        modified: [aModified(ORDERS, { compiled: 'identical' })],
      },
    ],
    [
      'a column of a contract that is retyped',
      'T4',
      [],
      {
        base: aSide([aNode(ORDERS, { contractEnforced: true })]),
        head: aSide([aNode(ORDERS, { contractEnforced: true })]),
        modified: [aModified(ORDERS)],
        columnChanges: [aColumnChange(ORDERS)],
      },
    ],
    [
      'a contract that gains a column',
      'T1',
      [],
      {
        base: aSide([aNode(ORDERS, { contractEnforced: true })]),
        head: aSide([aNode(ORDERS, { contractEnforced: true })]),
        modified: [aModified(ORDERS)],
        columnChanges: [aColumnChange(ORDERS, { kind: 'added' })],
      },
    ],
  ])('%s → %s', (_, rung, results, over) => {
    expect(verdictOf(results, over).rung).toBe(rung);
  });

  it('is raised by a layer of the policy, and never by one that the node is not in', () => {
    const policy: Policy = {
      ...defaultPolicy,
      layers: [
        { name: 'staging', paths: ['models/staging/'], tags: [], rung: 'T3' },
        { name: 'any mart', paths: ['models/*'], tags: [], rung: 'T2' },
      ],
    };
    const verdict = verdictOf([], { base: alone, head: alone, modified: [aModified(ORDERS)] }, policy);
    expect(verdict).toMatchObject({ rung: 'T2', reasons: ['fct_orders is in layer any mart'] });
    const same = verdictOf(
      [],
      { base: alone, head: alone, modified: [aModified(ORDERS, { compiled: 'identical' })] },
      policy,
    );
    expect(same.rung).toBe('T0');
  });

  it('is raised from T0 by assistance, and nowhere else', () => {
    const decided = (over: Partial<Change>) =>
      decide({ change: aChange(over), results: [], policy: defaultPolicy, assistance: assisted });
    expect(decided({})).toMatchObject({ rung: 'T1', reasons: ['no model is modified'] });
    expect(decided(shared).rung).toBe('T2');
  });
});

describe('the reasons', () => {
  it('name what blocks first, then what could not be told, then warnings, then what else set the rung', () => {
    const verdict = verdictOf([
      [pii, unknown('x', 'catalog.json is missing')],
      [destructive, failed('', aFinding('warn', { data: { rows: 5 } }))],
      [rows, failed('', aFinding('block', { data: { model: 'fct_orders' } }))],
    ]);
    expect(verdict.reasons).toEqual(['blocks fct_orders', 'pii: catalog.json is missing', 'warns 5 rows']);
  });

  it('are counted when there are many of a kind', () => {
    const many = Array.from({ length: 20 }, (_, index) =>
      aFinding('block', { data: { model: `m${index}` }, fingerprint: `f${index}` as never }),
    );
    const [first, ...rest] = many;
    expect(first && verdictOf([[rows, failed('', first, ...rest)]]).reasons.at(-1)).toBe('and 17 more like these');
  });

  it.each<[string, Partial<Change>]>([
    ['no model is modified', {}],
    ['no change in meaning', { modified: [aModified(ORDERS, { compiled: 'identical' })] }],
    ['no finding in 1 gate', { modified: [aModified(ORDERS)] }],
  ])('say "%s" when nothing was found', (text, over) => {
    expect(verdictOf([[rows, passed('ok')]], over).reasons).toEqual([text]);
  });
});

describe('findings', () => {
  it('are ranked by cost, basis and reach', () => {
    const finding = (
      fingerprint: string,
      messageId: string,
      basis: 'proven' | 'measured',
      downstream: readonly string[],
    ) => aFinding(messageId, { fingerprint: fingerprint as never, basis, downstream: downstream.map(toUniqueId) });
    const verdict = verdictOf([
      [
        rows,
        failed(
          '',
          finding('d', 'warn', 'proven', [BOARD]),
          finding('c', 'block', 'measured', [ORDERS]),
          finding('b', 'block', 'measured', [ORDERS, BOARD]),
          finding('a', 'block', 'proven', []),
        ),
      ],
    ]);
    expect(verdict.gates[0]?.findings.map(({ fingerprint }) => fingerprint)).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('with nothing to judge', () => {
  it('every gate is unknown for the same reason', () => {
    const verdict = undecided([rows, pii], withGates({ pii: { mode: 'off' } }), {
      code: 'no-manifest',
      text: 'no manifest.json for head',
    });
    expect(verdict).toMatchObject({ outcome: 'unknown', rung: 'T2', reasons: ['no manifest.json for head'] });
    expect(verdict.gates.map(({ gateId, outcome, summary }) => [gateId, outcome, summary])).toEqual([
      ['row-count', 'unknown', 'no manifest.json for head'],
    ]);
  });
});
