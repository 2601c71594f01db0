import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { toUniqueId } from '#core/base';
import { rowCountQuestion } from '#core/evidence';
import { EvidenceFile, evidenceFileSource } from '#edges/warehouse';

const at = '2026-03-02T10:15:00Z';
const orders = { side: 'head', unique_id: 'model.shop.orders', relation: '"db"."pr_7"."orders"', rows: 42, at };
const asked = rowCountQuestion('head', toUniqueId('model.shop.orders'), '"db"."pr_7"."orders"');

function file(counts: readonly unknown[], more: object = {}): string {
  return JSON.stringify({ schema: 'weirkeeper.evidence/v1', generated_at: at, counts, ...more });
}

describe('an evidence file', () => {
  it('answers with rows, moment and its own name', async () => {
    const source = evidenceFileSource(file([orders]));
    expect(await source.answer(asked)).toEqual({
      known: true,
      kind: 'row-count',
      rows: 42,
      source: 'weirkeeper-evidence.json',
      at,
    });
  });

  it('matches relations however they are quoted and cased', async () => {
    const source = evidenceFileSource(file([{ ...orders, relation: 'DB.PR_7.ORDERS' }]));
    expect(await source.answer(asked)).toMatchObject({ known: true, rows: 42 });
  });

  it.each([
    ['another side', [{ ...orders, side: 'base' }], 'evidence-lacks-relation'],
    ['another relation', [{ ...orders, relation: '"db"."prod"."orders"' }], 'evidence-other-relation'],
    ['two results', [orders, { ...orders, rows: 43 }], 'evidence-contradicts'],
  ])('with %s does not know', async (_, counts, code) => {
    expect(await evidenceFileSource(file(counts)).answer(asked)).toMatchObject({ known: false, reason: { code } });
  });

  it.each([
    ['text that is no JSON', '{"schema":', 'evidence-not-json'],
    ['an array', '[]', 'evidence-malformed'],
    ['negative rows', file([{ ...orders, rows: -1 }]), 'evidence-malformed'],
    ['rows as text', file([{ ...orders, rows: '42' }]), 'evidence-malformed'],
    ['rows beyond what a number holds', file([{ ...orders, rows: 1e300 }]), 'evidence-malformed'],
    ['a key that is not known', file([], { __proto__x: 1 }), 'evidence-malformed'],
    ['another schema', file([], { schema: 'weirkeeper.evidence/v2' }), 'evidence-malformed'],
    ['a moment that is none', file([{ ...orders, at: 'yesterday' }]), 'evidence-malformed'],
    ['too many counts', file(Array.from({ length: 20_001 }, () => orders)), 'evidence-malformed'],
    ['five million characters', ' '.repeat(5_000_001), 'evidence-too-large'],
  ])('with %s is not used, and says so', async (_, hostile, code) => {
    expect(await evidenceFileSource(hostile).answer(asked)).toMatchObject({ known: false, reason: { code } });
  });

  it('names the place of a fault', async () => {
    const answer = await evidenceFileSource(file([orders, { ...orders, rows: 1.5 }])).answer(asked);
    expect(answer).toMatchObject({ reason: { text: expect.stringContaining('counts.1.rows') as unknown } });
  });

  it('has its JSON Schema in the documentation', () => {
    const page = readFileSync(new URL('../../../docs/evidence-file.md', import.meta.url), 'utf8');
    const block = /```json schema\n([\s\S]*?)```/.exec(page)?.[1] ?? '{}';
    expect(JSON.parse(block)).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(EvidenceFile))));
  });
});
