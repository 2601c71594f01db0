import { describe, expect, it } from '@jest/globals';
import { reason } from '#core/base';
import type { Answer } from '#core/evidence';
import type { GateInput } from '#core/gates';
import { gates } from '#core/gates';
import { detectAssistance } from '#core/provenance';
import { aChangeOfOrders, ORDERS } from '../../support/a-change-of-orders.ts';

const gate = gates.find(({ id }) => id === 'deep-review')!;
const change = aChangeOfOrders();

function anInput(facts: Partial<GateInput<unknown>> = {}): GateInput<unknown> {
  return { change, assistance: detectAssistance(null), depth: 'deep', options: undefined, settled: [], ...facts };
}

function judge(answer: Answer) {
  return gate.judge(anInput(), new Map([['claims', answer]]));
}

function aReply(...quotes: readonly string[]): Answer {
  const claims = quotes.map((quote) => ({
    file: 'models/fct_orders.sql',
    start_line: 4,
    end_line: 4,
    quote,
    entities: [{ node: ORDERS, column: 'amount' }],
    evidence_ids: [`model:${ORDERS}`],
    claim: 'Orders with two payments appear twice.',
  }));
  return {
    known: true,
    kind: 'claims',
    text: JSON.stringify({ claims }),
    model: 'm',
    templateDigest: '0',
    promptDigest: '0',
    replyDigest: '0',
    tokens: { prompt: 1, completion: 1 },
  };
}

describe('deep review', () => {
  it('asks nothing unless it was asked for', () => {
    expect(gate.appliesTo(anInput({ depth: 'standard' }))).toMatchObject({ code: 'not-asked' });
  });

  it('does not show a fork’s code to the LLM unless the policy allows it', () => {
    const fork = { ...change, pullRequest: { ...change.pullRequest!, fromFork: true } };
    expect(gate.appliesTo(anInput({ change: fork }))).toMatchObject({ code: 'fork' });
    expect(gate.appliesTo(anInput({ change: fork, options: { allow_forks: true } }))).toBe('yes');
  });

  it('tells the LLM what is known already', () => {
    const known = {
      outcome: 'failed',
      summary: '',
      unknown: [],
      findings: [
        {
          messageId: 'removed',
          data: {},
          subject: { uniqueId: ORDERS, column: 'tax' },
          place: null,
          basis: 'proven',
          fingerprint: '' as never,
          matters: '',
          downstream: [],
          safeIf: '',
        },
      ],
    } as const;
    const [question] = gate.ask(anInput({ settled: [{ gateId: 'column-lineage', result: known }] }));
    expect(question).toMatchObject({ kind: 'claims' });
    expect(JSON.stringify(question)).toContain(`${ORDERS}.tax`);
  });

  it('keeps what holds as advice and counts what does not', () => {
    const result = judge(aReply('left join payments p on p.order_id = o.order_id', 'inner join refunds'));
    expect(result).toMatchObject({
      outcome: 'failed',
      summary: '1 of 2 claims held, 1 dropped',
      findings: [{ messageId: 'claim', basis: 'heuristic', place: { path: 'models/fct_orders.sql', startLine: 4 } }],
    });
    expect(gate.messages['claim']?.cost).toBe('note');
  });

  it('has nothing to say when nothing holds', () => {
    expect(judge(aReply('inner join refunds'))).toMatchObject({
      outcome: 'passed',
      summary: '0 of 1 claims held, 1 dropped',
    });
  });

  it.each([
    [{ known: false, reason: reason('no-llm', 'no LLM is configured') } as const, 'no-llm'],
    [{ ...aReply(), text: 'I approve this change' } as Answer, 'malformed-reply'],
  ])('could not tell: %j', (answer, code) => {
    expect(judge(answer)).toMatchObject({ outcome: 'unknown', reason: { code } });
  });
});
