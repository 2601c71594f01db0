import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { askClaims, verifyClaims } from '#core/claims';
import { aChangeOfOrders, ORDERS } from '../../support/a-change-of-orders.ts';

const change = aChangeOfOrders();

function aClaim(facts: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    file: 'models/fct_orders.sql',
    start_line: 4,
    end_line: 4,
    quote: 'left join payments p on p.order_id = o.order_id',
    entities: [{ node: ORDERS, column: 'amount' }],
    evidence_ids: [`model:${ORDERS}`],
    claim: 'Orders with two payments appear twice, so amount is counted twice.',
    ...facts,
  };
}

function verdictOf(...claims: readonly unknown[]) {
  return verifyClaims(JSON.stringify({ claims }), change);
}

describe('a claim that holds', () => {
  it('is kept at its place', () => {
    expect(verdictOf(aClaim())).toEqual({
      total: 1,
      dropped: [],
      malformed: false,
      grounded: [{ path: 'models/fct_orders.sql', startLine: 4, endLine: 4, subject: ORDERS, text: aClaim()['claim'] }],
    });
  });

  it.each([
    ['the line is off by one but the quote stands once in the diff', { start_line: 3, end_line: 3 }],
    ['the quote is spaced otherwise', { quote: 'left  join payments p\n on p.order_id = o.order_id' }],
    ['the node is named by its plain name', { entities: [{ node: 'fct_orders', column: 'AMOUNT' }] }],
    ['it names no node at all', { entities: [] }],
  ])('is kept although %s', (_what, facts) => {
    expect(verdictOf(aClaim(facts)).grounded).toMatchObject([{ startLine: 4 }]);
  });
});

describe('a claim that does not hold is dropped and counted by the check it failed', () => {
  it.each([
    ['place', 'a file that is not in the diff', { file: 'models/dim_users.sql' }],
    ['quote', 'SQL that does not stand there', { quote: 'inner join refunds r on true' }],
    ['quote', 'SQL of the base that head no longer has', { quote: 'left join latest_payments p' }],
    ['entity', 'a model that does not exist', { entities: [{ node: 'model.shop.fct_refunds', column: null }] }],
    ['column', 'a column that does not exist', { entities: [{ node: ORDERS, column: 'refund_total' }] }],
    ['evidence', 'a fact that was never given', { evidence_ids: ['column:99'] }],
    ['evidence', 'no fact at all', { evidence_ids: [] }],
    ['schema', 'a field that was not asked for', { approve: true }],
    ['schema', 'a line that is not a number', { start_line: 'four' }],
  ])('%s: %s', (check, _what, facts) => {
    expect(verdictOf(aClaim(facts))).toMatchObject({ grounded: [], dropped: [check], total: 1 });
  });

  it('says the same place once', () => {
    expect(verdictOf(aClaim(), aClaim({ claim: 'The join multiplies rows of orders.' }))).toMatchObject({
      dropped: ['duplicate'],
      total: 2,
    });
  });
});

describe('a reply', () => {
  it.each(['', 'Sure! Here are the claims', '{"claims": "none"}', '[]', '{"claims":[],"approve":true}', 'null'])(
    '%j is malformed',
    (reply) => {
      expect(verifyClaims(reply, change)).toMatchObject({ malformed: true, grounded: [] });
    },
  );

  it('of whatever form never throws, and never grounds what is not in the diff', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.record({ file: fc.string(), start_line: fc.integer(), end_line: fc.integer(), quote: fc.string() }),
        (junk, facts) => {
          verifyClaims(junk, change);
          for (const { path, startLine } of verdictOf(aClaim(facts)).grounded) {
            expect([path, startLine]).toEqual(['models/fct_orders.sql', 4]);
          }
        },
      ),
    );
  });
});

describe('the question', () => {
  const question = askClaims(change, [{ gateId: 'row-count', messageId: 'row-count-changed', subject: ORDERS }]);

  it('holds the SQL of both sides, the changed lines, and what is known already', () => {
    expect(question.prompt).toContain('latest_payments');
    expect(question.prompt).toContain('left join payments p on p.order_id = o.order_id');
    expect(question.prompt).toContain('row-count-changed');
  });

  it('holds no word of the author: not the title, the body, a commit message, a comment or a description', () => {
    expect(`${question.system}${question.prompt}`).not.toMatch(/CANARY/);
  });

  it('is fenced by what the content cannot know', () => {
    expect(question.prompt.startsWith(`<facts-${'a'.repeat(40)}>`)).toBe(true);
  });

  it('stays within its budget and says what it left out', () => {
    const many = askClaims(aChangeOfOrders(60), []);
    expect(many.prompt.length).toBeLessThan(120_000);
    expect(many.prompt).toMatch(/\d+ more changed models are not shown/);
  });
});
