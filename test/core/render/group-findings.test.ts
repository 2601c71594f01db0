import { describe, expect, it } from '@jest/globals';
import { toFingerprint, toUniqueId } from '#core/base';
import type { RatedFinding } from '#core/policy';
import { groupFindings } from '../../../src/core/render/group-findings.ts';

const orders = toUniqueId('model.shop.orders');
const board = toUniqueId('exposure.shop.board');

function aFinding(column: string | null, facts: Partial<RatedFinding> = {}): RatedFinding {
  return {
    gateId: 'column-lineage',
    messageId: 'retyped',
    cost: 'warn',
    basis: 'proven',
    text: `\`${column ?? ''}\` of \`orders\`: double → integer`,
    data: {},
    subject: column === null ? orders : { uniqueId: orders, column },
    place: null,
    fingerprint: toFingerprint('f', column ?? 'node', facts.messageId ?? '', String(facts.downstream?.length ?? '')),
    matters: '',
    downstream: [],
    safeIf: '',
    ...facts,
  };
}

const textsOf = (findings: readonly RatedFinding[]): readonly string[] =>
  groupFindings(findings).map(({ text }) => text);

describe('columns of one model that change in one way', () => {
  it('are one finding that names them', () => {
    expect(textsOf([aFinding('a'), aFinding('b'), aFinding('c')])).toEqual([
      '`a` of `orders`: double → integer; likewise `b`, `c`',
    ]);
  });

  it('are counted when they are many', () => {
    const [text] = textsOf(Array.from({ length: 9 }, (_, i) => aFinding(`c${i}`)));
    expect(text).toBe('`c0` of `orders`: double → integer; likewise `c1`, `c2`, `c3`, `c4`, `c5` and 3 more columns');
  });

  it('reach what any of them reaches', () => {
    expect(groupFindings([aFinding('a'), aFinding('b', { downstream: [board] })])[0]?.downstream).toEqual([board]);
  });

  it.each([
    ['another message', { messageId: 'removed' }],
    ['another cost', { cost: 'block' }],
    ['another basis', { basis: 'heuristic' }],
    ['another model', { subject: { uniqueId: toUniqueId('model.shop.carts'), column: 'b' } }],
  ] as const)('stand alone with %s', (_what, facts) => {
    expect(groupFindings([aFinding('a'), aFinding('b', facts)])).toHaveLength(2);
  });

  it('are not mixed with findings about the model as a whole', () => {
    const findings = [aFinding(null), aFinding('a')];
    expect(groupFindings(findings)).toEqual(findings);
  });
});
