import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { downloadFrom, storageRules } from '../../../src/edges/github/artifact-storage.ts';
import { isPrivateAddress } from '../../../src/edges/github/private-address.ts';
import { closeServer, listen, originOf } from '../../support/github-double/blob-server.ts';

const githubCom = 'https://api.github.com';
const dataResidency = 'https://api.acme.ghe.com';
const ownServer = 'https://ghes.acme.example/api/v3';

async function failureOf(location: string, apiUrl: string, extra: readonly string[] = []) {
  return downloadFrom(new URL(location), 100, storageRules(apiUrl, extra)).then(
    () => null,
    (error: unknown) => error,
  );
}

describe('the storage of workflow artifacts', () => {
  it.each([
    ['another host', 'https://evil.example/a.zip', githubCom],
    ['a host that only ends like one', 'https://notblob.core.windows.net.evil.example/a.zip', githubCom],
    ['a host that begins like one', 'https://xblob.core.windows.net/a.zip', githubCom],
    ['an address of the own network', 'https://10.0.0.5/a.zip', githubCom],
    ['the address where clouds give out credentials', 'http://169.254.169.254/latest/meta-data', githubCom],
    ['the process’s own host', 'https://localhost:3000/metrics', githubCom],
    ['GitHub’s own API', 'https://api.github.com/user', githubCom],
    ['another tenant', 'https://artifacts.other.ghe.com/a.zip', dataResidency],
    ['github.com’s storage for an own server', 'https://x.blob.core.windows.net/a.zip', ownServer],
    ['a host above the own server', 'https://acme.example/a.zip', ownServer],
  ])('is not %s', async (_what, location, apiUrl) => {
    const failure = await failureOf(location, apiUrl);
    expect(failure).toMatchObject({ name: 'DeploymentError', code: 'artifact-host' });
    expect(String(failure)).toContain('WEIRKEEPER_ARTIFACT_HOSTS');
  });

  it.each([
    ['http', 'http://productionresultssa0.blob.core.windows.net/a.zip', githubCom],
    ['file', 'file://productionresultssa0.blob.core.windows.net/etc/passwd', githubCom],
    ['http of a named host', 'http://minio.acme.example/a.zip', ownServer],
  ])('is not reached by %s', async (_what, location, apiUrl) => {
    expect(await failureOf(location, apiUrl, ['minio.acme.example'])).toMatchObject({
      code: 'artifact-host',
      message: expect.stringContaining('not by https'),
    });
  });

  it('is never behind a known name that leads into the own network', async () => {
    const rules = { known: ['localhost'], named: [], unencrypted: true };
    await expect(downloadFrom(new URL('http://localhost:1/a.zip'), 10, rules)).rejects.toMatchObject({
      code: 'artifact-host',
      message: expect.stringContaining('private address'),
    });
  });

  it.each([
    [githubCom, [], ['*.blob.core.windows.net', '*.actions.githubusercontent.com'], []],
    [
      dataResidency,
      [],
      ['*.blob.core.windows.net', '*.actions.githubusercontent.com'],
      ['acme.ghe.com', '*.acme.ghe.com'],
    ],
    [ownServer, ['minio.example'], [], ['ghes.acme.example', '*.ghes.acme.example', 'minio.example']],
  ])('of %s is where it says', (apiUrl, extra, known, named) => {
    expect(storageRules(apiUrl, extra)).toEqual({ known, named, unencrypted: false });
  });
});

describe('a download', () => {
  let server: Server;
  afterEach(() => closeServer(server));

  async function serving(status: number, headers: Readonly<Record<string, string>>, body = 'zip') {
    const seen: (string | undefined)[] = [];
    server = createServer((request, response) => {
      seen.push(request.headers.authorization, request.url);
      response.writeHead(status, headers).end(body);
    });
    await listen(server);
    return { origin: originOf(server), seen };
  }

  it('from a host that the operator named may be in the own network, and carries no credentials', async () => {
    const { origin, seen } = await serving(200, {});
    const rules = storageRules('http://127.0.0.1/api/v3');
    expect(Buffer.from((await downloadFrom(new URL('/a?sig=1', origin), 3, rules)) as Uint8Array).toString()).toBe(
      'zip',
    );
    expect(await downloadFrom(new URL('/a', origin), 2, rules)).toBe('too-large');
    expect(seen).toEqual([undefined, '/a?sig=1', undefined, '/a']);
  });

  it('follows no redirect, wherever it leads', async () => {
    const { origin, seen } = await serving(302, { location: 'http://169.254.169.254/latest/meta-data' });
    await expect(
      downloadFrom(new URL('/a?sig=canary', origin), 9, storageRules('http://127.0.0.1')),
    ).rejects.toMatchObject({
      code: 'artifact-storage',
      details: { status: 302 },
      message: expect.not.stringContaining('canary'),
    });
    expect(seen).toEqual([undefined, '/a?sig=canary']);
  });
});

it.each([
  ['10.1.2.3', true],
  ['172.16.0.1', true],
  ['172.32.0.1', false],
  ['192.168.1.1', true],
  ['127.0.0.1', true],
  ['169.254.169.254', true],
  ['100.64.0.1', true],
  ['0.0.0.0', true],
  ['224.0.0.1', true],
  ['255.255.255.255', true],
  ['20.150.1.1', false],
  ['::1', true],
  ['::', true],
  ['fe80::1', true],
  ['fd00::1', true],
  ['::ffff:10.0.0.1', true],
  ['64:ff9b::a00:1', true],
  ['2603:1030::1', false],
])('%s is inside a network: %s', (address, expected) => {
  expect(isPrivateAddress(address)).toBe(expected);
});
