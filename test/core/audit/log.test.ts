import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { auditLine, emptyFrontier, rootOf, verifyAuditLog, withLeaf } from '#core/audit';
import {
  aCheckpoint,
  aHandover,
  aLog,
  aLogStream,
  anAnalysed,
  aSigner,
  aStream,
  publicKeyOf,
} from '../../support/audit.ts';

const keys = [publicKeyOf('first')];

describe('the Merkle tree', () => {
  // RFC 6962 reference vectors of Certificate Transparency's test suite (leaves as hexadecimal).
  const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const roots = [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];
  it('has the roots of RFC 6962', () => {
    let frontier = emptyFrontier;
    expect(rootOf(frontier)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    leaves.forEach((leaf, i) => {
      frontier = withLeaf(frontier, Buffer.from(leaf, 'hex'));
      expect(rootOf(frontier)).toBe(roots[i]);
    });
  });
});

describe('an untouched log', () => {
  it('holds, with its keys, its checkpoints and a last line end', () => {
    const stream = aLogStream(6);
    const lines = stream.lines();
    const checkpoints = [aCheckpoint(stream.records, 3), aCheckpoint(stream.records, 6)];
    expect(verifyAuditLog([...lines, ''], { keys, checkpoints })).toMatchObject({
      ok: true,
      records: 6,
      chains: [{ repository: 'shop/warehouse', seq: 6, unsigned: 0, checkpoints: [3, 6], keyIds: [keys[0]!.keyid] }],
    });
    expect(verifyAuditLog([])).toEqual({ ok: true, records: 0, chains: [] });
  });

  it('holds across a rotation, for a reader who trusts the first key alone', () => {
    const stream = aStream();
    stream.add([anAnalysed()]);
    stream.add([anAnalysed({ reviewId: 'r2' })], aSigner('third', ['first', 'second']));
    expect(verifyAuditLog(stream.lines(), { keys })).toMatchObject({ ok: true, records: 4 });
  });

  it('of the old form holds, and goes on with signed records; a key cannot vouch for unsigned ones alone', () => {
    const old = readFileSync('test/fixtures/audit/v1.jsonl', 'utf8').trim().split('\n').slice(0, 3);
    expect(verifyAuditLog(old)).toMatchObject({ ok: true, chains: [{ unsigned: 3, keyIds: [] }] });
    expect(verifyAuditLog(old, { keys })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('no key signed'),
    });
    const { digest } = JSON.parse(old[2]!) as { digest: string };
    const stream = aStream('shop/warehouse', { seq: 3, digest, keyId: null });
    stream.add([anAnalysed({ reviewId: 'new' })]);
    const whole = [...old, ...stream.lines()];
    expect(verifyAuditLog(whole, { keys })).toMatchObject({ ok: true, records: 5, chains: [{ unsigned: 3 }] });
    expect(verifyAuditLog([...whole.slice(0, 1), ...whole.slice(2)])).toMatchObject({ ok: false, line: 2 });
  });
});

describe('whoever has the key or brings one', () => {
  it('is held to a checkpoint when he signs another history', () => {
    const checkpoint = aCheckpoint(aLogStream(5).records, 4);
    const other = aStream();
    for (let i = 0; i < 6; i += 1) other.add([anAnalysed({ reviewId: `other-${String(i)}` })]);
    expect(verifyAuditLog(other.lines(), { keys })).toMatchObject({ ok: true });
    expect(verifyAuditLog(other.lines(), { keys, checkpoints: [checkpoint] })).toMatchObject({
      ok: false,
      line: 4,
      reason: expect.stringMatching(/one of the records 1 to 4 is not what it was, the log was rewritten/),
    });
  });

  it('cannot sign the whole log anew with another key for a reader who knows the first', () => {
    const foreign = aLog(5, 'shop/warehouse', aSigner('stranger'));
    expect(verifyAuditLog(foreign)).toMatchObject({ ok: true });
    expect(verifyAuditLog(foreign, { keys })).toMatchObject({ ok: false, line: 1, seq: 1 });
  });

  it.each([
    ['without the old key’s word', { ...aHandover('first', 'stranger'), endorsement: null }],
    ['with the word of a third', { ...aHandover('second', 'stranger'), replaces: publicKeyOf('first').keyid }],
  ])('cannot take over %s', (_case, handover) => {
    const stream = aStream();
    stream.add([anAnalysed()]);
    stream.add([anAnalysed({ reviewId: 'r2' })], { ...aSigner('stranger'), handovers: [handover] });
    expect(verifyAuditLog(stream.lines())).toMatchObject({
      ok: false,
      line: 3,
      reason: expect.stringContaining('not handed over'),
    });
  });

  it('cannot go on with a key that was replaced', () => {
    const stream = aStream();
    stream.add([anAnalysed()]);
    stream.add([anAnalysed({ reviewId: 'r2' })], aSigner('second', ['first']));
    stream.add([anAnalysed({ reviewId: 'r3' })], aSigner('first'));
    expect(verifyAuditLog(stream.lines())).toMatchObject({ ok: false, line: 5 });
  });

  it('cannot bring a checkpoint signed by a key of his own', () => {
    const stream = aLogStream(3);
    const checkpoints = [aCheckpoint(stream.records, 3, aSigner('stranger'))];
    expect(verifyAuditLog(stream.lines(), { keys, checkpoints })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('not signed by a key'),
    });
  });
});

describe('a line', () => {
  const [first = '', second = ''] = aLog(2);

  it('has but one way to be written', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0x20, max: 0x7e }), (where, code) => {
        const place = where % second.length;
        fc.pre(second.charCodeAt(place) !== code);
        const forged = second.slice(0, place) + String.fromCharCode(code) + second.slice(place + 1);
        expect(verifyAuditLog([first, forged])).toMatchObject({ ok: false, line: 2 });
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['is no JSON', 'tampered', /not JSON/],
    ['is another thing', '{"seq":1}', /neither a DSSE envelope/],
    ['is empty', '', /empty/],
    ['has white space', second.replace('":', '": '), /not canonical/],
    ['has two signatures', second.replace(/(\{"keyid".*\})\]/, '$1,$1]'), /one signature/],
    ['has a key more', second.replace('{"payload"', '{"a":1,"payload"'), /not a DSSE envelope/],
    ['says it is something else', second.replace('in-toto+json', 'other+json'), /not a statement/],
    [
      'is a statement of another kind',
      auditLine({
        record: '{"_type":"https://in-toto.io/Statement/v1"}',
        digest: '',
        signatures: [{ keyid: 'a'.repeat(64), sig: 'AA==' }],
      }),
      /not a https/,
    ],
  ])('breaks the log when it %s', (_case, line, expected) => {
    expect(verifyAuditLog([first, line, second])).toMatchObject({
      ok: false,
      line: 2,
      reason: expect.stringMatching(expected),
    });
  });
});
