import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { reason, toUniqueId } from '#core/base';
import type { Answers, Question } from '#core/evidence';
import { rowCountQuestion } from '#core/evidence';
import type { Gate, GateInput, GateResult, PlanInput } from '#core/gates';
import { defineGate, judgeAll, planGates } from '#core/gates';
import { aChange, noAssistance } from '../../support/reviews.ts';

const Options = z.strictObject({ limit: z.number().default(10) });
type Options = z.infer<typeof Options>;
type Input = GateInput<Options>;

const ordersAtHead = rowCountQuestion('head', toUniqueId('model.shop.orders'), 'orders');
const ordersAtBase = rowCountQuestion('base', toUniqueId('model.shop.orders'), 'orders');
const passed: GateResult<never> = { outcome: 'passed', basis: 'proven', summary: 'fine' };

interface GateWords {
  readonly appliesTo?: (input: Input) => 'yes' | ReturnType<typeof reason>;
  readonly ask?: (input: Input) => readonly Question[];
  readonly judge?: (input: Input, answers: Answers) => GateResult<never>;
}

function gate(id: string, { appliesTo = () => 'yes', ask = () => [], judge = () => passed }: GateWords = {}): Gate {
  const text = 'Stands in a test.';
  return defineGate<Options, never>({
    id,
    title: id,
    page: { what: text, why: text, howToFix: text, howToWaive: text },
    messages: {},
    options: Options,
    appliesTo,
    ask,
    judge,
  });
}

function planned(gates: readonly Gate[], over: Partial<PlanInput> = {}): ReturnType<typeof planGates> {
  return planGates(gates, {
    change: aChange(),
    assistance: noAssistance,
    depth: 'standard',
    options: new Map(),
    ...over,
  });
}

function judged(gates: readonly Gate[], answers: Answers = new Map(), over: Partial<PlanInput> = {}) {
  return judgeAll(planned(gates, over), answers).map(({ gate: { id }, result }) => [id, result] as const);
}

function throws(): never {
  throw new RangeError('select password from users');
}

describe('planGates', () => {
  it('asks each question once, in the order in which the gates ask', () => {
    const first = gate('first', { ask: () => [ordersAtHead, ordersAtBase] });
    const second = gate('second', { ask: () => [ordersAtBase, { ...ordersAtHead, relation: 'another' }] });
    expect(planned([first, second]).questions).toEqual([ordersAtHead, ordersAtBase]);
  });

  it('does not ask for a gate that does not apply, which passes with the reason', () => {
    const absent = gate('absent', { appliesTo: () => reason('none', 'nothing modified'), ask: () => [ordersAtHead] });
    expect(planned([absent]).questions).toEqual([]);
    expect(judged([absent])).toEqual([
      ['absent', { outcome: 'passed', basis: 'not-applicable', summary: 'nothing modified' }],
    ]);
  });

  it('gives a gate the results of those before it that had nothing to ask', () => {
    let seen: Input['settled'] = [];
    const plain = gate('plain');
    const asking = gate('asking', { ask: () => [ordersAtHead] });
    const broken = gate('broken', { judge: throws });
    const last = gate('last', {
      judge: (input) => {
        seen = input.settled;
        return passed;
      },
    });
    judged([plain, asking, broken, last, gate('later')]);
    expect(seen.map(({ gateId, result }) => [gateId, result.outcome])).toEqual([
      ['plain', 'passed'],
      ['broken', 'unknown'],
    ]);
  });

  it.each([
    ['the policy’s', new Map([['it', { limit: 3 }]]), 3],
    ['its default', new Map(), 10],
    ['its default, whatever another gate is told', new Map([['other', { limit: 3 }]]), 10],
  ])('a gate has %s option wherever it is called', (_case, options, limit) => {
    const limits: number[] = [];
    function note({ options: own }: Input): void {
      limits.push(own.limit);
    }
    const noting = gate('it', {
      appliesTo: (input) => (note(input), 'yes'),
      ask: (input) => (note(input), [ordersAtHead]),
      judge: (input) => (note(input), passed),
    });
    judged([noting], new Map(), { options });
    expect(limits).toEqual([limit, limit, limit]);
  });

  it('tells a gate how deep the review is', () => {
    const depths: string[] = [];
    const asking = gate('asking', { appliesTo: ({ depth }) => (depths.push(depth), 'yes') });
    planned([asking], { depth: 'deep' });
    planned([asking]);
    expect(depths).toEqual(['deep', 'standard']);
  });
});

describe('judgeAll', () => {
  it('gives a gate the answers to its questions', () => {
    const answer = { known: true, kind: 'row-count', rows: 3, source: 'x', at: 'now' } as const;
    const answers: Answers = new Map([[ordersAtHead.key, answer]]);
    let seen: Answers = new Map();
    const asking = gate('asking', {
      ask: () => [ordersAtHead],
      judge: (_input, given) => {
        seen = given;
        return passed;
      },
    });
    judged([asking], answers);
    expect(seen).toBe(answers);
  });

  it.each([
    ['whether it applies', { appliesTo: throws }],
    ['what it asks', { ask: throws }],
    ['its judgement without questions', { judge: throws }],
    ['its judgement of answers', { ask: () => [ordersAtHead], judge: throws }],
  ])('a gate that throws at %s is unknown without a word of the cause, and the others still report', (_when, words) => {
    const results = judged([gate('before'), gate('broken', words), gate('after')]);
    expect(results).toEqual([
      ['before', passed],
      [
        'broken',
        {
          outcome: 'unknown',
          reason: {
            code: 'gate-broken',
            text: 'the gate stopped on an internal error (RangeError)',
            remedy: 'report it with the review id',
          },
        },
      ],
      ['after', passed],
    ]);
  });

  it('a gate whose options are not what it declares is unknown', () => {
    const [[, result] = []] = judged([gate('it')], new Map(), { options: new Map([['it', { limit: 'many' }]]) });
    expect(result?.outcome).toBe('unknown');
  });
});
