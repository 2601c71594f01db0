import { describe, expect, it } from '@jest/globals';
import type { Reason } from '#core/base';
import { reason } from '#core/base';
import type { Answer, Answers } from '#core/evidence';
import type { Gate, GateInput, GateResult } from '#core/gates';
import { gates } from '#core/gates';
import type { ChangeWords, NodeOfTest } from '../../support/a-change.ts';
import { aChange, aModel, aSeed, id } from '../../support/a-change.ts';

const gate = gates.find((one) => one.id === 'row-count') as Gate;

type Rows = number | Reason | null;

function inputOf(words: ChangeWords, options: unknown): GateInput<unknown> {
  const assistance = { level: 'unknown' as const, evidence: [], tools: [], note: null };
  return { change: aChange(words), assistance, depth: 'standard', settled: [], options };
}

function answersOf(rows: Readonly<Record<string, readonly [base: Rows, head: Rows]>>, source: string): Answers {
  const answers = new Map<string, Answer>();
  for (const [name, [base, head]] of Object.entries(rows)) {
    for (const [side, count] of [
      ['base', base],
      ['head', head],
    ] as const) {
      if (count === null) continue;
      const known = { known: true as const, kind: 'row-count' as const, source, at: '2026-03-02T00:00:00Z' };
      answers.set(
        `rows:${side}:${id(name)}`,
        typeof count === 'number' ? { ...known, rows: count } : { known: false, reason: count },
      );
    }
  }
  return answers;
}

function judge(words: ChangeWords, rows: Parameters<typeof answersOf>[0], options?: unknown): GateResult {
  return gate.judge(inputOf(words, options), answersOf(rows, 'weirkeeper-evidence.json'));
}

function told(result: GateResult): readonly string[] {
  if (result.outcome !== 'failed') return [result.outcome];
  return result.findings.map(
    ({ messageId, subject }) =>
      `${messageId} ${(typeof subject === 'string' ? subject : subject.uniqueId).replace('model.shop.', '')}`,
  );
}

const stg = aModel('stg');
const fct = aModel('fct', { reads: ['stg'] });
const mart = aModel('mart', { reads: ['fct'] });
const nodes: readonly NodeOfTest[] = [stg, fct, mart];
const both = { base: { nodes }, head: { nodes } };

describe('what is asked', () => {
  function keys(words: ChangeWords, options?: unknown): readonly string[] {
    return gate.ask(inputOf(words, options)).map(({ key }) => key.replace('model.shop.', ''));
  }

  it('is base and head of modified relations and of their direct children', () => {
    expect(keys({ ...both, modified: ['stg'] })).toEqual([
      'rows:base:stg',
      'rows:head:stg',
      'rows:base:fct',
      'rows:head:fct',
    ]);
    expect(keys({ ...both, modified: ['stg'] }, { children: false })).toEqual(['rows:base:stg', 'rows:head:stg']);
  });

  it('is not base of a new model, and nothing of an ephemeral one, whose children are asked instead', () => {
    expect(keys({ base: { nodes: [stg] }, head: { nodes }, modified: ['fct'] }, { children: false })).toEqual([
      'rows:head:fct',
    ]);
    const cte = [
      stg,
      aModel('cte', { reads: ['stg'], materialized: 'ephemeral', relation: null }),
      aModel('mart', { reads: ['cte'] }),
    ];
    expect(keys({ base: { nodes: cte }, head: { nodes: cte }, modified: ['stg'] })).toEqual([
      'rows:base:stg',
      'rows:head:stg',
      'rows:base:mart',
      'rows:head:mart',
    ]);
  });

  it('is nothing, and the gate does not apply, when no relation is modified', () => {
    expect(gate.appliesTo(inputOf(both, undefined))).toMatchObject({ code: 'nothing-to-count' });
  });

  it('is capped', () => {
    expect(keys({ ...both, modified: ['stg', 'fct', 'mart'] }, { max_relations: 1 })).toHaveLength(2);
    expect(judge({ ...both, modified: ['stg', 'fct'] }, { fct: [1, 1] }, { max_relations: 1 })).toMatchObject({
      outcome: 'unknown',
      reason: { code: 'too-many-relations' },
    });
  });
});

describe('rows of a modified model', () => {
  it.each<[string, number, number, readonly string[]]>([
    ['double', 41_208, 86_540, ['row-count-changed stg']],
    ['drop by 11 %', 100, 89, ['row-count-changed stg']],
    ['grow by exactly 10 %', 100, 110, ['passed']],
    ['stay', 5, 5, ['passed']],
    ['stay none', 0, 0, ['passed']],
    ['are gone', 12, 0, ['relation-emptied stg']],
    ['come into an empty relation', 0, 7, ['relation-filled stg']],
  ])('%s: %i → %i', (_, base, head, expected) => {
    expect(told(judge({ ...both, modified: ['stg'] }, { stg: [base, head], fct: [1, 1] }))).toEqual(expected);
  });

  it('are told with thousands apart and a percentage', () => {
    expect(judge({ ...both, modified: ['stg'] }, { stg: [41_208, 86_540], fct: [1, 1] })).toMatchObject({
      findings: [{ data: { model: 'stg', base: '41,208', head: '86,540', delta: '+110 %' }, basis: 'measured' }],
    });
  });

  it('are held against the policy’s threshold', () => {
    const rows = { stg: [100, 140] as const, fct: [1, 1] as const };
    expect(told(judge({ ...both, modified: ['stg'] }, rows, { threshold_percent: 50 }))).toEqual(['passed']);
    expect(told(judge({ ...both, modified: ['stg'] }, rows, { threshold_percent: 0 }))).toEqual([
      'row-count-changed stg',
    ]);
  });

  it('of a new model are a note', () => {
    expect(told(judge({ base: { nodes: [stg] }, head: { nodes }, modified: ['mart'] }, { mart: [null, 9] }))).toEqual([
      'relation-new mart',
    ]);
  });

  it('of a seed may move with its file', () => {
    const seeds = [aSeed('regions'), aModel('dim', { reads: ['seed.shop.regions'] })];
    const modified = { 'seed.shop.regions': { compiled: 'unknown' as const } };
    const result = judge(
      { base: { nodes: seeds }, head: { nodes: seeds }, modified },
      { 'seed.shop.regions': [4, 8], dim: [40, 80] },
    );
    expect(told(result)).toEqual(['row-count-changed seed.shop.regions']);
  });
});

describe('one finding a cause', () => {
  const doubled = { stg: [100, 200] as const, fct: [50, 100] as const };

  it('a child that moves with its parent is told with it', () => {
    const result = judge({ ...both, modified: ['stg'] }, doubled);
    expect(told(result)).toEqual(['row-count-changed stg']);
    expect(result).toMatchObject({
      findings: [{ matters: 'with it: fct 50 → 100', downstream: ['model.shop.fct', 'model.shop.mart'] }],
    });
  });

  it('a child that moves another way is told by itself, with its parent named', () => {
    const result = judge({ ...both, modified: ['stg'] }, { stg: [100, 200], fct: [50, 10] });
    expect(told(result)).toEqual(['row-count-changed stg', 'row-count-changed fct']);
    expect(result).toMatchObject({ findings: [{}, { data: { cause: ', read from stg' } }] });
  });

  it('a child that moves alone is its rewritten parent’s doing', () => {
    const result = judge({ ...both, modified: ['stg'] }, { stg: [100, 100], fct: [50, 10] });
    expect(result).toMatchObject({
      findings: [{ messageId: 'row-count-changed', data: { cause: ', read from stg' } }],
    });
  });

  it('a child that is emptied while its parent only shrank is told by itself', () => {
    expect(told(judge({ ...both, modified: ['stg'] }, { stg: [100, 50], fct: [50, 0] }))).toEqual([
      'row-count-changed stg',
      'relation-emptied fct',
    ]);
  });

  it('a rewritten child is told by itself, a child modified in form only is not', () => {
    const rows = { ...doubled, mart: [1, 1] as const };
    expect(told(judge({ ...both, modified: ['stg', 'fct'] }, rows))).toEqual([
      'row-count-changed fct',
      'row-count-changed stg',
    ]);
    const formed = { stg: {}, fct: { compiled: 'formatting-only' as const } };
    expect(told(judge({ ...both, modified: formed }, rows))).toEqual(['row-count-changed stg']);
  });

  it('rows that move under the same SQL and the same parents are the environment’s', () => {
    const same = { stg: { compiled: 'identical' as const } };
    expect(told(judge({ ...both, modified: same }, doubled))).toEqual(['rows-differ-without-cause stg']);
    const asIncremental = {
      stg: {
        compiled: 'identical' as const,
        causes: [{ kind: 'config' as const, text: 'config materialized: view → incremental' }],
      },
    };
    expect(told(judge({ ...both, modified: asIncremental }, doubled))).toEqual(['row-count-changed stg']);
  });
});

describe('what is not known', () => {
  const gone = reason('relation-absent', 'the warehouse does not have the relation', 'build it');

  it('makes the gate unknown when nothing moved, with one reason a cause', () => {
    const result = judge({ ...both, modified: ['stg', 'mart'] }, { stg: [gone, 5], fct: [gone, 5], mart: [5, 5] });
    expect(result).toMatchObject({ outcome: 'unknown', reason: { code: 'relation-absent' } });
    expect(result.outcome === 'unknown' ? result.reason.text : '').toContain(
      'model.shop.fct, model.shop.stg'.split(', ').reverse()[0],
    );
  });

  it('stands beside what was found', () => {
    const result = judge({ ...both, modified: ['stg'] }, { stg: [100, 200], fct: [gone, 5] });
    expect(result).toMatchObject({ outcome: 'failed', unknown: [{ code: 'relation-absent' }] });
  });

  it('is everything without a warehouse and without an evidence file', () => {
    expect(judge({ ...both, modified: ['stg'] }, {})).toMatchObject({
      outcome: 'unknown',
      reason: { code: 'no-warehouse' },
    });
  });

  it('is the difference when one warehouse has one relation for both sides', () => {
    const input = inputOf({ ...both, modified: ['mart'] }, undefined);
    expect(gate.judge(input, answersOf({ mart: [5, 5] }, 'DuckDB'))).toMatchObject({
      outcome: 'unknown',
      reason: { code: 'same-relation' },
    });
    expect(gate.judge(input, answersOf({ mart: [5, 5] }, 'weirkeeper-evidence.json'))).toMatchObject({
      outcome: 'passed',
    });
  });

  it('is a model that was not built, and one that has no relation', () => {
    const failed = { base: { nodes }, head: { nodes, statuses: { mart: 'error' } }, modified: ['mart'] };
    expect(judge(failed, { mart: [5, 5] })).toMatchObject({ outcome: 'unknown', reason: { code: 'not-built' } });
    const bare = [aModel('mart', { relation: null })];
    expect(judge({ base: { nodes: bare }, head: { nodes: bare }, modified: ['mart'] }, {})).toMatchObject({
      reason: { code: 'no-relation-name' },
    });
  });

  it('says when base is stale', () => {
    const stale = reason('stale-base', 'base is of an older commit');
    const result = judge({ base: { nodes, stale }, head: { nodes }, modified: ['mart'] }, { mart: [5, 50] });
    expect(result).toMatchObject({
      summary: expect.stringContaining('stale base') as unknown,
      findings: [{ matters: 'base was counted at an older commit' }],
    });
  });
});
