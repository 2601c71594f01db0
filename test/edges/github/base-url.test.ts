import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { toSha } from '#core/base';
import { createGitHub } from '#edges/github';
import { serverUrlOf } from '../../../src/server/server-url.ts';
import { testPrivateKey } from '../../support/environment.ts';

const sha = toSha('a'.repeat(40));
const request = {
  reviewId: 'r',
  repository: 'acme/shop',
  installationId: 7,
  pullNumber: 1,
  headSha: sha,
  depth: 'standard',
  trigger: 't',
  deliveryId: null,
} as const;

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});
// It stands between every socket of this process and the net, those of later spec files too.
afterAll(() => nock.restore());

describe.each([
  ['github.com', 'https://api.github.com', 'https://productionresultssa3.blob.core.windows.net', 'https://github.com'],
  ['an own server', 'https://ghes.example/api/v3', 'https://ghes.example', 'https://ghes.example'],
  [
    'an own server with its own storage',
    'https://api.corp.example/api/v3',
    'https://x.minio.example',
    'https://api.corp.example',
  ],
  ['data residency', 'https://api.acme.ghe.com', 'https://artifacts.acme.ghe.com', 'https://acme.ghe.com'],
])('%s', (_name, baseUrl, storage, web) => {
  it('is asked for everything at its own address, and nobody else is', async () => {
    const root = new URL(baseUrl);
    const prefix = root.pathname === '/' ? '' : root.pathname;
    const api = nock(root.origin)
      .get(`${prefix}/app/installations/7`)
      .reply(200, { permissions: { actions: 'read', pull_requests: 'write' } })
      .post(
        `${prefix}/app/installations/7/access_tokens`,
        (body: { readonly repositories?: unknown }) => JSON.stringify(body.repositories) === '["shop"]',
      )
      .reply(201, { token: 'ghs_x' })
      .get(`${prefix}/repos/acme/shop/pulls/1`)
      .reply(200, { head: { sha } })
      .get(`${prefix}/repos/acme/shop/contents/a.sql`)
      .query({ ref: sha })
      .reply(200, 'select 1')
      .get(`${prefix}/repos/acme/shop/actions/artifacts/5/zip`)
      .reply(302, '', { location: `${storage}/a.zip?sig=1` })
      .get(`${prefix}/app/hook/deliveries`)
      .query({ per_page: 100 })
      .reply(200, []);
    const download = nock(storage, { badheaders: ['authorization'] })
      .get('/a.zip')
      .query({ sig: '1' })
      .reply(200, 'zip');
    const github = createGitHub({
      appId: 1,
      privateKey: testPrivateKey,
      baseUrl,
      throttle: false,
      attempts: 1,
      artifactHosts: ['*.minio.example'],
    });
    expect(await github.pullRequests.readHeadSha(request)).toBe(sha);
    expect(await github.pullRequests.readFile(request, 'a.sql', sha)).toBe('select 1');
    expect(await github.workflowArtifacts.downloadArtifact(request, 5, 10)).toEqual(Buffer.from('zip'));
    expect(await github.appView.listDeliveries(new Date(0))).toEqual([]);
    expect([api.pendingMocks(), download.pendingMocks()]).toEqual([[], []]);
  });

  it('is where links lead', () => {
    expect(serverUrlOf(baseUrl)).toBe(web);
  });
});

it('no address of github.com stands in the code but as the default and in the list of its storage', () => {
  const root = new URL('../../../src/', import.meta.url);
  const files = ['edges', 'review', 'server'].flatMap((area) =>
    readdirSync(new URL(area, root), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${area}/${file}`),
  );
  const found = files.filter((file) =>
    readFileSync(new URL(file, root), 'utf8')
      .split('\n')
      .some((line) => /github(?:usercontent)?\.com/.test(line) && !/^\s*(?:\/?\*|\/\/)/.test(line)),
  );
  expect(found.sort()).toEqual([
    'edges/github/artifact-storage.ts',
    'edges/github/create-github.ts',
    'server/environment.ts',
  ]);
});
