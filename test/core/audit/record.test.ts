import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { auditRecord } from '#core/audit';
import { anAuditInput } from '../../support/audit.ts';

describe('audit record', () => {
  it('says who, what, by which rules, with which result', () => {
    const { seq, record } = auditRecord(anAuditInput());
    expect(seq).toBe(1);
    expect(JSON.parse(record)).toEqual({
      schema: 'weirkeeper.audit/v1',
      seq: 1,
      prev: null,
      event: 'analysed',
      time: '2026-03-04T05:06:07.089Z',
      review_id: 'review-1',
      repository: 'shop/warehouse',
      pull_number: 7,
      change: { base: 'b'.repeat(40), head: 'a'.repeat(40), merge_base: 'c'.repeat(40) },
      actors: {
        author: { login: 'ada', id: 12 },
        assistance: {
          level: 'assisted',
          evidence: [
            {
              kind: 'trailer',
              where: 'commit 1a2b3c4',
              sha256: createHash('sha256').update('Co-Authored-By: Ada <ada@home>').digest('hex'),
            },
          ],
        },
      },
      artifacts: [
        { side: 'base', name: 'manifest.json', sha256: '2'.repeat(64) },
        { side: 'head', name: 'manifest.json', sha256: '1'.repeat(64) },
      ],
      policy: { path: '.github/weirkeeper.yml', sha: 'b'.repeat(40), digest: '3'.repeat(64), rung: 'T4' },
      gates: [
        {
          id: 'row-count',
          mode: 'required',
          outcome: 'failed',
          reason: null,
          findings: ['row-count:row-count-grew:model.shop.fct_orders'],
          summary_sha256: createHash('sha256').update('rows of fct_orders doubled').digest('hex'),
        },
        {
          id: 'pii',
          mode: 'advisory',
          outcome: 'unknown',
          reason: 'no-catalog',
          findings: [],
          summary_sha256: createHash('sha256').update('there is no catalog').digest('hex'),
        },
      ],
      evidence: [
        { key: 'claims', known: true, kind: 'claims', source: 'small-1' },
        { key: 'row-count:base:model.shop.dim_customers', known: false, reason: 'warehouse-unreachable' },
        {
          key: 'row-count:head:model.shop.fct_orders',
          known: true,
          kind: 'row-count',
          source: 'duckdb',
          at: '2026-03-04T05:06:05.000Z',
          rows: 200,
        },
      ],
      llm: {
        model: 'small-1',
        prompt_digest: '4'.repeat(64),
        reply_digest: '5'.repeat(64),
        tokens: { prompt: 100, completion: 20 },
        claims: { total: 3, grounded: 2, dropped: 1 },
      },
      verdict: 'failed',
      outcome: { state: 'open' },
    });
  });

  it('is sealed by the SHA-256 of its text', () => {
    const { digest, record } = auditRecord(anAuditInput());
    expect(digest).toBe(createHash('sha256').update(record, 'utf8').digest('hex'));
  });

  it('links to the record before it', () => {
    const last = { seq: 41, digest: 'd'.repeat(64) };
    const { seq, record } = auditRecord(anAuditInput({ last }));
    expect(seq).toBe(42);
    expect(JSON.parse(record)).toMatchObject({ seq: 42, prev: 'd'.repeat(64) });
  });

  it('gives the same bytes whatever the order of artifacts and answers', () => {
    const input = anAuditInput();
    const turned = {
      ...input,
      artifacts: [...input.artifacts].reverse(),
      answers: new Map([...input.answers].reverse()),
    };
    expect(auditRecord(turned).record).toBe(auditRecord(input).record);
  });

  it('holds no content: no finding text, no commit text, no reply, no e-mail address', () => {
    const { record } = auditRecord(anAuditInput());
    for (const content of ['went from', 'doubled', 'Co-Authored-By', 'ada@home', 'the reply']) {
      expect(record).not.toContain(content);
    }
  });

  it('says that no LLM was asked and that nobody wrote it', () => {
    const { record } = auditRecord(anAuditInput({ answers: new Map(), claims: null, author: null, pullNumber: null }));
    expect(JSON.parse(record)).toMatchObject({ llm: null, actors: { author: null }, pull_number: null, evidence: [] });
  });
});
