import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventKey, extendChain, type PublicKey, verifyAuditLog } from '#core/audit';
import { openStore } from '#edges/database';
import { openSigner } from '#edges/signing';
import { anAnalysed, aSigner } from '../support/audit.ts';
import { runCli } from '../support/run-cli.ts';
import { aDataFolder } from '../support/store.ts';

/** What the command line does with the server's folder: the log out of its database, a new key into it. */

let dataDir = '';
const { WEIRKEEPER_DATA_DIR: ownFolder, DATABASE_URL: ownUrl } = process.env;

beforeAll(async () => {
  dataDir = await aDataFolder();
  const store = await openStore({ dataDir });
  for (const repository of ['shop/warehouse', 'shop/other']) {
    const events = [anAnalysed()];
    const sealing = { repository, serverUrl: 'https://github.com', time: new Date(0), signer: aSigner() };
    const place = { repository, installationId: 1 };
    await store.auditLog.append(place, events.map(eventKey), (chain) => extendChain(chain, events, sealing).added);
  }
  await store.close(0);
  process.env['WEIRKEEPER_DATA_DIR'] = dataDir;
  delete process.env['DATABASE_URL'];
}, 120_000);

afterAll(() => {
  restore('WEIRKEEPER_DATA_DIR', ownFolder);
  restore('DATABASE_URL', ownUrl);
  rmSync(dataDir, { recursive: true, force: true });
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}

describe('weirkeeper audit export', () => {
  it('writes every record as a line, or those of one repository, and says how many', async () => {
    const all = await runCli('audit', 'export');
    expect(all).toMatchObject({ code: 0, err: '4 records exported\n' });
    expect(verifyAuditLog(all.out.split('\n'))).toMatchObject({ ok: true, records: 4 });
    const one = await runCli('audit', 'export', '--repository', 'shop/other');
    expect(verifyAuditLog(one.out.split('\n'))).toMatchObject({ records: 2, chains: [{ repository: 'shop/other' }] });
    expect(await runCli('audit', 'export', '--repository', 'shop/none')).toMatchObject({ code: 1, out: '' });
  }, 120_000);
});

describe('weirkeeper audit rotate-key', () => {
  const settings = () => ({ dataDir, key: null, previousKey: null, previousKeyLost: false, hmacKey: null });

  it('makes a new key beside the old one, which signs the handover at the next start', async () => {
    const first = openSigner(settings(), []);
    const pem = () => readFileSync(join(dataDir, 'signing-key.pem'), 'utf8');
    const before = pem();
    const { code, out } = await runCli('audit', 'rotate-key');
    expect(code).toBe(0);
    expect(out).toContain('signing-key.pem holds a new key. Restart the app');
    expect(out).toContain('destroy');
    expect(pem()).not.toBe(before);
    expect(statSync(join(dataDir, 'signing-key.pem')).mode & 0o777).toBe(0o600);
    const { keyid, publicKey } = first.signer satisfies PublicKey;
    const second = openSigner(settings(), [{ keyid, publicKey, replaces: null, endorsement: null }]);
    expect(second.toPublish).toMatchObject({ replaces: keyid, endorsement: expect.any(String) });
  });

  it('is refused while the last rotation waits for its start', async () => {
    const { code, err } = await runCli('audit', 'rotate-key');
    expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining('signing-key.previous.pem') });
  });
});
