import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { verifyAuditLog } from '#core/audit';
import { openSigner, rotateKeyFile } from '#edges/signing';
import { anAnalysed, aPrivateKey, aStream } from '../../support/audit.ts';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'weirkeeper-keys-'));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

type Published = Parameters<typeof openSigner>[1];

function open(published: Published = [], changes: Partial<Parameters<typeof openSigner>[0]> = {}) {
  return openSigner(
    { dataDir, key: null, previousKey: null, previousKeyLost: false, hmacKey: null, ...changes },
    published,
  );
}

function pem(name: string): string {
  return aPrivateKey(name).export({ type: 'pkcs8', format: 'pem' }).toString();
}

describe('the signing key', () => {
  it('is made at the first start, readable by its owner alone, and found again', () => {
    const first = open();
    expect(first.toPublish).toMatchObject({ keyid: first.signer.keyid, replaces: null });
    expect(statSync(join(dataDir, 'signing-key.pem')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'audit-hmac.key')).mode & 0o777).toBe(0o600);
    const again = open([first.toPublish!]);
    expect(again).toMatchObject({ toPublish: null, signer: { keyid: first.signer.keyid } });
    expect(again.signer.hmac('x')).toBe(first.signer.hmac('x'));
  });

  it('is rotated with the signature of the one before, and the log goes on', () => {
    const first = open();
    const stream = aStream();
    stream.add([anAnalysed()], first.signer);
    rotateKeyFile(dataDir);
    expect(() => rotateKeyFile(dataDir)).toThrow(expect.objectContaining({ code: 'rotation-pending' }));
    const second = open([first.toPublish!]);
    expect(second.toPublish).toMatchObject({ replaces: first.signer.keyid, endorsement: expect.any(String) });
    rmSync(join(dataDir, 'signing-key.previous.pem'));
    const later = open([first.toPublish!, second.toPublish!]);
    stream.add([anAnalysed({ reviewId: 'r2' })], later.signer);
    const { keyid, publicKey } = first.signer;
    expect(verifyAuditLog(stream.lines(), { keys: [{ keyid, publicKey }] })).toMatchObject({ ok: true, records: 4 });
  });

  it('comes from the environment, and then no file is made for it', () => {
    const { signer } = open([], { key: pem('first') });
    expect(statSync(join(dataDir, 'signing-key.pem'), { throwIfNoEntry: false })).toBeUndefined();
    const rotated = open([{ keyid: signer.keyid, publicKey: signer.publicKey, replaces: null, endorsement: null }], {
      key: pem('second'),
      previousKey: pem('first'),
    });
    expect(rotated.toPublish).toMatchObject({ replaces: signer.keyid, endorsement: expect.any(String) });
  });

  it('that is lost may be replaced when that is said, and a reader of the old key sees it', () => {
    const first = open();
    const published = [first.toPublish!];
    rmSync(join(dataDir, 'signing-key.pem'));
    expect(() => open(published)).toThrow(expect.objectContaining({ code: 'signing-key-missing' }));
    const second = open(published, { previousKeyLost: true });
    expect(second.toPublish).toMatchObject({ replaces: first.signer.keyid, endorsement: null });
    const stream = aStream();
    stream.add([anAnalysed()], first.signer);
    stream.add([anAnalysed({ reviewId: 'r2' })], second.signer);
    const keyOf = ({ keyid, publicKey }: typeof first.signer) => ({ keyid, publicKey });
    expect(verifyAuditLog(stream.lines(), { keys: [keyOf(first.signer)] })).toMatchObject({ ok: false, line: 3 });
    const both = { keys: [keyOf(first.signer), keyOf(second.signer)] };
    expect(verifyAuditLog(stream.lines(), both)).toMatchObject({ ok: true });
  });

  it.each<[string, Partial<Parameters<typeof openSigner>[0]>, string]>([
    ['is no key', { key: 'secret text' }, 'signing-key-unusable'],
    ['belongs to nobody known', { key: pem('stranger') }, 'signing-key-unknown'],
    ['has a wrong key beside it', { key: pem('stranger'), previousKey: pem('other') }, 'signing-key-unknown'],
    ['comes with a short HMAC key', { hmacKey: 'abc' }, 'signing-key-unusable'],
  ])('is refused when it %s, and the message holds nothing of it', (_case, changes, code) => {
    const first = open();
    try {
      open([first.toPublish!], changes);
      throw new TypeError('not refused');
    } catch (error) {
      expect(error).toMatchObject({ code });
      expect(String(error)).not.toContain('secret text');
    }
  });

  it('that was replaced is refused, and so is a file that others may read', () => {
    const first = open();
    rotateKeyFile(dataDir);
    const second = open([first.toPublish!]);
    chmodSync(join(dataDir, 'signing-key.pem'), 0o644);
    expect(() => open([first.toPublish!, second.toPublish!])).toThrow(/chmod 600/);
    const third = { ...second.toPublish!, keyid: 'f'.repeat(64), replaces: second.signer.keyid };
    chmodSync(join(dataDir, 'signing-key.pem'), 0o600);
    expect(() => open([first.toPublish!, second.toPublish!, third])).toThrow(
      expect.objectContaining({ code: 'signing-key-replaced' }),
    );
  });
});
