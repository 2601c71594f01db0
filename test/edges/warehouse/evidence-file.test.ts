import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import type { JsonObject } from '#core/base';
import { toUniqueId } from '#core/base';
import { rowCountQuestion } from '#core/evidence';
import { EvidenceFile, evidenceFileSource, signEvidence } from '#edges/warehouse';

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

/** Another last character of base64, whose bits beyond the last byte nobody reads. */
function looseSig(sig: string): string {
  return sig.replace(/.(?===$)/, (last) => String.fromCharCode(last.charCodeAt(0) + 1));
}

describe('a signed evidence file', () => {
  const manifest = 'a'.repeat(64);
  const artifacts = [{ side: 'head', name: 'manifest.json', sha256: manifest }];
  const own = { ...asked, state: `manifest.json ${manifest}` };
  const key = generateKeyPairSync('ed25519').privateKey;
  const { signature, publicKey } = signEvidence(JSON.parse(file([orders], { artifacts })) as JsonObject, key);
  const signed = file([orders], { artifacts, signature });
  const required = { signed: 'required', keys: [publicKey] } as const;
  const optional = { signed: 'optional', keys: [publicKey] } as const;

  it('answers where the policy requires a signature, and its source says so', async () => {
    expect(await evidenceFileSource(signed, required).answer(own)).toMatchObject({
      known: true,
      rows: 42,
      source: 'weirkeeper-evidence.json, signed',
    });
  });

  it('may be written in another order and with other white space', async () => {
    const shuffled = JSON.stringify(
      Object.fromEntries(Object.entries(JSON.parse(signed) as object).reverse()),
      null,
      3,
    );
    expect(await evidenceFileSource(shuffled, required).answer(own)).toMatchObject({ known: true });
  });

  it.each([
    ['no signature', file([orders], { artifacts }), 'evidence-unsigned'],
    ['another number', signed.replace('"rows":42', '"rows":43'), 'evidence-changed'],
    ['another manifest', signed.replaceAll(manifest, 'b'.repeat(64)), 'evidence-changed'],
    ['a signature of other text', file([], { artifacts, signature }), 'evidence-changed'],
    [
      'another text of the same signature',
      file([orders], { artifacts, signature: { ...signature, sig: looseSig(signature.sig) } }),
      'evidence-changed',
    ],
    [
      'the signature of an unknown key',
      file([orders], { artifacts, signature: { ...signature, keyid: 'c'.repeat(64) } }),
      'evidence-other-key',
    ],
    [
      'a signature that is none',
      file([orders], { artifacts, signature: { keyid: 'x', sig: 'y' } }),
      'evidence-malformed',
    ],
  ])('with %s does not answer', async (_, text, code) => {
    expect(await evidenceFileSource(text, required).answer(own)).toMatchObject({ known: false, reason: { code } });
  });

  it('of another pull request, or of no artifacts, does not answer where a signature is required', async () => {
    const other = { ...asked, state: `manifest.json ${'d'.repeat(64)}` };
    expect(await evidenceFileSource(signed, required).answer(other)).toMatchObject({
      reason: { code: 'evidence-other-artifacts' },
    });
    expect(await evidenceFileSource(signed, required).answer(asked)).toMatchObject({
      reason: { code: 'evidence-other-artifacts' },
    });
    const loose = signEvidence(JSON.parse(file([orders])) as JsonObject, key);
    const unbound = evidenceFileSource(file([orders], { signature: loose.signature }), required);
    expect(await unbound.answer(own)).toMatchObject({ reason: { code: 'evidence-other-artifacts' } });
  });

  it('is said to be unsigned where a signature may be missing, and is refused where it is wrong', async () => {
    expect(await evidenceFileSource(file([orders], { artifacts }), optional).answer(own)).toMatchObject({
      source: 'weirkeeper-evidence.json, unsigned',
    });
    const changed = evidenceFileSource(signed.replace('"rows":42', '"rows":43'), optional);
    expect(await changed.answer(own)).toMatchObject({ known: false, reason: { code: 'evidence-changed' } });
  });

  it('does not answer once any character of it has changed, wherever', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(signed.length - 1),
        fc.constantFrom('0', '1', '7', '9', 'a', 'f', '"', '{', '}', ':', ' '),
        async (at, character) => {
          const changed = signed.slice(0, at) + character + signed.slice(at + 1);
          fc.pre(changed !== signed && !sameJson(changed, signed));
          expect(await evidenceFileSource(changed, required).answer(own)).toMatchObject({ known: false });
        },
      ),
      { numRuns: 200 },
    );
  });
});

function sameJson(a: string, b: string): boolean {
  try {
    return JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b));
  } catch {
    return false;
  }
}
