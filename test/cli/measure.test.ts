import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { demo, demoWarehouse, runCli } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'weirkeeper-measure-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sides = ['--base', demo('base'), '--head', demo('pr-4')];
const out = join(folder, 'weirkeeper-evidence.json');

interface Told {
  readonly gates: readonly { readonly id: string; readonly outcome: string; readonly summary: string }[];
}

const measuredGates = (json: string) =>
  (JSON.parse(json) as Told).gates.filter(({ id }) => ['row-count', 'keys', 'values'].includes(id));

describe('weirkeeper measure', () => {
  it('writes what a review needs, so that one without a warehouse says the same', async () => {
    const told = await runCli('measure', ...sides, '--warehouse', demoWarehouse, '--out', out);
    expect(told.code).toBe(0);
    expect(told.err).toMatch(/(\d+) questions asked, 0 over the policy’s limits: .*\n.*: \1 of \1 questions answered/);
    const asked = await runCli('review', ...sides, '--warehouse', demoWarehouse, '--format', 'json');
    const read = await runCli('review', ...sides, '--evidence', out, '--format', 'json');
    expect(measuredGates(read.out)).toEqual(measuredGates(asked.out));
    expect(measuredGates(read.out).map(({ outcome }) => outcome)).toEqual(['failed', 'passed', 'passed']);
  });

  it('answers for no other artifacts', async () => {
    const file = JSON.parse(readFileSync(out, 'utf8')) as { artifacts: { sha256: string }[] };
    for (const artifact of file.artifacts) artifact.sha256 = '0'.repeat(64);
    const other = join(folder, 'other.json');
    writeFileSync(other, JSON.stringify(file));
    const told = await runCli('review', ...sides, '--evidence', other, '--format', 'json');
    expect(JSON.stringify(measuredGates(told.out))).toContain('was measured for other artifacts');
  });

  it('signs with the key of the environment, as the policy may require', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const signedFile = join(folder, 'signed.json');
    process.env['WEIRKEEPER_EVIDENCE_KEY'] = privateKey
      .export({ type: 'pkcs8', format: 'pem' })
      .toString()
      .replaceAll('\n', '\\n');
    const told = await runCli('measure', ...sides, '--warehouse', demoWarehouse, '--out', signedFile);
    delete process.env['WEIRKEEPER_EVIDENCE_KEY'];
    const [publicKey = ''] = /MCow\S+/.exec(told.err) ?? [];
    expect(JSON.parse(readFileSync(signedFile, 'utf8'))).toMatchObject({
      tool: expect.stringMatching(/^weirkeeper measure \d+\.\d+\.\d+$/) as unknown,
      signature: { sig: expect.any(String) as unknown },
    });
    expect(told.err + readFileSync(signedFile, 'utf8')).not.toContain('PRIVATE');
    const policy = join(folder, 'policy.yml');
    writeFileSync(policy, `version: 1\nevidence: { signed: required, keys: [${publicKey}] }\n`);
    const reviewed = await runCli('review', ...sides, '--evidence', signedFile, '--policy', policy, '--format', 'json');
    expect(reviewed.out).toContain('weirkeeper-evidence.json, signed');
    expect(measuredGates(reviewed.out).map(({ outcome }) => outcome)).toEqual(['failed', 'passed', 'passed']);
  });

  it('says what is wrong with the key, and does not repeat it', async () => {
    process.env['WEIRKEEPER_EVIDENCE_KEY'] = 'hunter2';
    const told = await runCli('measure', ...sides, '--warehouse', demoWarehouse, '--out', join(folder, 'no.json'));
    delete process.env['WEIRKEEPER_EVIDENCE_KEY'];
    expect(told.code).toBe(3);
    expect(told.err).toMatch(/WEIRKEEPER_EVIDENCE_KEY cannot be used: it is not a private key in PEM form/);
    expect(told.err).not.toContain('hunter2');
  });

  it('says why it could not measure, without the password', async () => {
    const told = await runCli(
      'measure',
      ...sides,
      '--warehouse',
      'postgres://ann:hunter2@127.0.0.1:1/shop',
      '--out',
      out,
    );
    expect(told.err).toMatch(/not measured: the warehouse cannot be reached/);
    expect(told.err + told.out + readFileSync(out, 'utf8')).not.toContain('hunter2');
  });
});
