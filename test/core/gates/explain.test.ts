import { describe, expect, it } from '@jest/globals';
import type { Change } from '#core/change';
import type { Answer, Answers } from '#core/evidence';
import type { Gate, GateResult } from '#core/gates';
import { gates, judgeAll, planGates } from '#core/gates';
import type { Query } from '#core/sql';
import { id } from '../../support/a-change.ts';
import { inputOf, twoSides } from '../../support/data-answers.ts';

const gate = gates.find((one) => one.id === 'explain') as Gate;
const allowed = { send_sql: true };
const tree = new Map([[id('fct'), {} as Query]]);

/** `fct`, its SQL changed and read by an engine on both sides. */
function aChangeOfSql(): Change {
  const change = twoSides('fct', { compiled: 'select 1 as a', head: { compiled: 'select 2 as a' } });
  return { ...change, base: { ...change.base, trees: tree }, head: { ...change.head, trees: tree } };
}

type Told = Readonly<Record<string, number>> | string;

function judge(base: Told, head: Told, options: object = {}, change = aChangeOfSql()): GateResult {
  const had = { source: 'a warehouse', at: '2026-03-02T00:00:00Z' };
  const toAnswer = (told: Told): Answer =>
    typeof told === 'string'
      ? { known: true, kind: 'plan', figures: { planned: 0 }, text: told, ...had }
      : { known: true, kind: 'plan', figures: { planned: 1, rows: 5, crossProducts: 0, ...told }, text: null, ...had };
  const answers: Answers = new Map([
    [`plan:base:${id('fct')}`, toAnswer(base)],
    [`plan:head:${id('fct')}`, toAnswer(head)],
  ]);
  return gate.judge(inputOf(change, { ...allowed, ...options }), answers);
}

const told = (result: GateResult): readonly string[] =>
  result.outcome === 'failed' ? result.findings.map(({ messageId }) => messageId) : [result.outcome];

describe('SQL of a pull request', () => {
  it('is asked for no plan until the policy lets it be sent, and the gate says so', () => {
    const plan = planGates([gate], { ...inputOf(aChangeOfSql()), options: new Map() });
    expect(plan.questions).toEqual([]);
    expect(judgeAll(plan, new Map())[0]?.result).toEqual({
      outcome: 'passed',
      basis: 'not-applicable',
      summary: 'not asked for: the policy lets no SQL be sent (`send_sql`)',
    });
  });

  it('is asked for, of both sides, once it does', () => {
    expect(gate.ask(inputOf(aChangeOfSql(), allowed))).toMatchObject([
      { kind: 'plan', side: 'base', select: 'select 1 as a' },
      { kind: 'plan', side: 'head', select: 'select 2 as a' },
    ]);
  });

  it('is not sent where no engine has read it as one query', () => {
    const change = aChangeOfSql();
    const input = inputOf({ ...change, head: { ...change.head, trees: new Map() } }, allowed);
    expect(gate.ask(input)).toEqual([]);
    expect(gate.judge(input, new Map())).toMatchObject({ outcome: 'unknown', reason: { code: 'sql-unread' } });
  });

  it('has no plan where it did not change', () => {
    const change = aChangeOfSql();
    const modified = change.modified.map((node) => ({ ...node, compiled: 'identical' as const }));
    expect(gate.appliesTo(inputOf({ ...change, modified }, allowed))).toMatchObject({ code: 'nothing-to-plan' });
  });

  it('of more models than may be asked for is told as not planned', () => {
    const change = aChangeOfSql();
    const [first] = change.modified;
    const input = inputOf({ ...change, modified: [first!, first!, first!] }, { ...allowed, max_models: 1 });
    expect(gate.ask(input)).toHaveLength(2);
    expect(gate.judge(input, new Map())).toMatchObject({
      reason: { text: expect.stringContaining('2 more models not planned') as unknown },
    });
  });
});

describe('a plan', () => {
  it.each<[string, Told, Told, readonly string[]]>([
    ['like base’s', { cost: 20_000 }, { cost: 25_000 }, ['passed']],
    ['with a new cross product', {}, { crossProducts: 1 }, ['cross-product']],
    ['with base’s cross product', { crossProducts: 1 }, { crossProducts: 1 }, ['passed']],
    ['that reads all of a large relation', {}, { 'scan.pr.events': 2_000_000 }, ['full-scan']],
    ['that reads all of a small one', {}, { 'scan.pr.events': 2_000 }, ['passed']],
    [
      'that reads all of it as base did in its schema',
      { 'scan.prod.events': 5 },
      { 'scan.pr.events': 9_000_000 },
      ['passed'],
    ],
    ['that reads all bytes of a large relation', {}, { 'scanBytes.PR.EVENTS': 20e9 }, ['full-scan']],
    ['that reads them as base did', { 'scanBytes.prod.events': 5e9 }, { 'scanBytes.PR.EVENTS': 20e9 }, ['passed']],
    ['of thrice the cost', { cost: 20_000 }, { cost: 60_000 }, ['cost-moved']],
    ['of thrice a cost that nobody feels', { cost: 20 }, { cost: 60 }, ['passed']],
    ['of twice the bytes', { bytes: 2e9 }, { bytes: 4e9 }, ['bytes-moved']],
    ['that cannot be had', {}, 'the question failed in PostgreSQL (42703)', ['plan-fails']],
    ['that neither side can have', 'x (42703)', 'x (42703)', ['unknown']],
    ['that only head can have', 'x (42703)', { crossProducts: 1 }, ['cross-product']],
  ])('%s', (_, base, head, expected) => {
    expect(told(judge(base, head))).toEqual(expected);
  });

  it('that fails says why in our words', () => {
    expect(judge({}, 'the question failed in PostgreSQL (42703)')).toMatchObject({
      findings: [{ data: { model: 'fct', problem: 'it names a column that there is not; it can plan base’s' } }],
    });
  });

  it.each<[string, Told, string]>([
    ['rows and a cost', { cost: 5 }, '1 plan compared'],
    ['no cost', {}, '1 plan compared (the warehouse tells no cost)'],
    [
      'bytes alone',
      { bytes: 5, crossProducts: Number.NaN },
      '1 plan compared (the warehouse tells no joins, no scans)',
    ],
  ])('says what a warehouse that tells %s does not', (_, figures, summary) => {
    const told = Object.fromEntries(
      Object.entries(figures).map(([name, value]) => [name, Number.isNaN(value) ? undefined : value]),
    ) as Told;
    expect(judge(told, told)).toMatchObject({ outcome: 'passed', summary });
  });

  it('that nobody could be asked for is unknown', () => {
    expect(gate.judge(inputOf(aChangeOfSql(), allowed), new Map())).toMatchObject({
      outcome: 'unknown',
      reason: { code: 'no-warehouse' },
    });
  });
});
