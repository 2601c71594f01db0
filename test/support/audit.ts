import type { AuditInput } from '#core/audit';
import { reason, toFingerprint, toSha, toUniqueId } from '#core/base';

/** The input of one review's record, as a review of `shop/warehouse#7` would give it. */
export function anAuditInput(changes: Partial<AuditInput> = {}): AuditInput {
  const finding = {
    gateId: 'row-count',
    messageId: 'row-count-grew',
    data: { model: 'fct_orders', ratio: 2 },
    subject: toUniqueId('model.shop.fct_orders'),
    place: null,
    basis: 'measured' as const,
    fingerprint: toFingerprint('row-count', 'row-count-grew', 'model.shop.fct_orders'),
    matters: '',
    downstream: [],
    safeIf: '',
    cost: 'block' as const,
    text: 'rows of fct_orders went from 100 to 200',
  };
  return {
    last: null,
    time: new Date('2026-03-04T05:06:07.089Z'),
    reviewId: 'review-1',
    repository: 'shop/warehouse',
    pullNumber: 7,
    change: { base: toSha('b'.repeat(40)), head: toSha('a'.repeat(40)), mergeBase: toSha('c'.repeat(40)) },
    author: { login: 'ada', id: 12, type: 'User' },
    assistance: {
      level: 'assisted',
      evidence: [
        { kind: 'trailer', where: 'commit 1a2b3c4', tool: 'Claude', text: 'Co-Authored-By: Ada <ada@home>', score: 90 },
      ],
      tools: ['Claude'],
      note: null,
    },
    artifacts: [
      { side: 'head', name: 'manifest.json', sha256: '1'.repeat(64) },
      { side: 'base', name: 'manifest.json', sha256: '2'.repeat(64) },
    ],
    policy: { path: '.github/weirkeeper.yml', sha: toSha('b'.repeat(40)), digest: '3'.repeat(64) },
    verdict: {
      outcome: 'failed',
      rung: 'T4',
      reasons: ['rows of fct_orders doubled'],
      gates: [
        {
          gateId: 'row-count',
          title: 'Row counts',
          mode: 'required',
          outcome: 'failed',
          summary: 'rows of fct_orders doubled',
          reason: null,
          findings: [finding],
          result: { outcome: 'failed', summary: 'rows doubled', findings: [finding], unknown: [] },
        },
        {
          gateId: 'pii',
          title: 'Personal data',
          mode: 'advisory',
          outcome: 'unknown',
          summary: 'there is no catalog',
          reason: reason('no-catalog', 'there is no catalog'),
          findings: [],
          result: { outcome: 'unknown', reason: reason('no-catalog', 'there is no catalog') },
        },
      ],
    },
    answers: new Map([
      [
        'row-count:head:model.shop.fct_orders',
        { known: true, kind: 'row-count', rows: 200, source: 'duckdb', at: '2026-03-04T05:06:05.000Z' },
      ],
      [
        'row-count:base:model.shop.dim_customers',
        { known: false, reason: reason('warehouse-unreachable', 'the warehouse did not answer') },
      ],
      [
        'claims',
        {
          known: true,
          kind: 'claims',
          text: 'the reply',
          model: 'small-1',
          promptDigest: '4'.repeat(64),
          replyDigest: '5'.repeat(64),
          tokens: { prompt: 100, completion: 20 },
        },
      ],
    ]),
    claims: { total: 3, grounded: 2, dropped: 1 },
    ...changes,
  };
}
