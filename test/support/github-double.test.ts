import { createSign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Octokit } from '@octokit/rest';
import { createNodeMiddleware, Probot } from 'probot';
import { type GitHubDouble, newKeyPair, startGitHubDouble } from './github-double/index.ts';

/** Who may speak to the double as whom, and a whole Probot app against it. */

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const place = { owner: 'acme', repo: 'analytics' };
const files = {
  'models/orders.sql': 'select id, amount\nfrom raw.orders\n',
  '.github/weirkeeper.yml': 'gates:\n  state: on\n',
};

let github: GitHubDouble;

beforeEach(async () => {
  github = await startGitHubDouble({ files });
});

afterEach(async () => {
  await github.close();
});

describe('authentication', () => {
  it('knows the App by its JWT and its installation by its token', async () => {
    const app = octokit(jwt({}));
    expect((await app.rest.apps.getAuthenticated()).data).toMatchObject({ id: github.appId, slug: 'weirkeeper' });
    expect((await app.rest.apps.listInstallations()).data[0]).toMatchObject({ id: github.installationId });
    expect((await app.rest.apps.getRepoInstallation(place)).data.id).toBe(github.installationId);
    const { data } = await app.rest.apps.createInstallationAccessToken({ installation_id: github.installationId });
    expect(data.token).toMatch(/^ghs_1234_/);
    expect((await octokit(data.token).rest.repos.get(place)).data.full_name).toBe('acme/analytics');
  });

  it.each([
    ['exp more than ten minutes ahead', { exp: 3_600 }, /'exp'\) is too far in the future/],
    ['exp in the past', { exp: -10 }, /'exp'\) must be a numeric value/],
    ['iat in the future', { iat: 300 }, /'Issued at'/],
  ])('refuses a JWT with %s', async (_what, times, message) => {
    await expect(octokit(jwt(times)).rest.apps.getAuthenticated()).rejects.toMatchObject({
      status: 401,
      message: expect.stringMatching(message),
    });
  });

  it('refuses a JWT signed with another key, or of another App', async () => {
    const { privateKey } = await newKeyPair();
    await expect(octokit(jwt({}, privateKey)).rest.apps.getAuthenticated()).rejects.toMatchObject({ status: 401 });
    await expect(octokit(jwt({ iss: '99' })).rest.apps.getAuthenticated()).rejects.toMatchObject({ status: 404 });
  });

  it('keeps JWT and installation token to their own routes, and hides a private repository', async () => {
    await expect(octokit(jwt({})).rest.repos.get(place)).rejects.toMatchObject({ status: 403 });
    await expect(octokit(github.issueToken()).rest.apps.getAuthenticated()).rejects.toMatchObject({ status: 401 });
    await expect(octokit('ghs_nobody').rest.repos.get(place)).rejects.toMatchObject({ status: 401 });
    await expect(octokit(undefined).rest.repos.get(place)).rejects.toMatchObject({ status: 404 });
  });

  it('lets tokens run out after an hour by its own clock', async () => {
    const client = octokit(github.issueToken());
    github.advance(59 * 60_000);
    expect((await client.rest.repos.get(place)).status).toBe(200);
    github.advance(60_000);
    await expect(client.rest.repos.get(place)).rejects.toMatchObject({
      status: 401,
      response: { data: { message: 'Bad credentials', documentation_url: expect.stringContaining('docs.github.com') } },
    });
  });

  it('narrows a token to repositories and permissions, and not beyond what the App has', async () => {
    await github.addRepository({ name: 'other' });
    const app = octokit(jwt({}));
    const wanted = { installation_id: github.installationId };
    const { data } = await app.rest.apps.createInstallationAccessToken({
      ...wanted,
      repositories: ['other'],
      permissions: { contents: 'read' },
    });
    const narrow = octokit(data.token);
    expect((await narrow.rest.repos.getContent({ owner: 'acme', repo: 'other', path: 'README.md' })).status).toBe(200);
    await expect(narrow.rest.repos.get(place)).rejects.toMatchObject({ status: 404 });
    await expect(narrow.rest.pulls.list({ owner: 'acme', repo: 'other' })).rejects.toMatchObject({ status: 403 });
    await expect(
      app.rest.apps.createInstallationAccessToken({ ...wanted, permissions: { contents: 'write' } }),
    ).rejects.toMatchObject({ status: 422, message: expect.stringContaining('not granted to this installation') });
    await expect(
      app.rest.apps.createInstallationAccessToken({ ...wanted, repositories: ['secret'] }),
    ).rejects.toMatchObject({ status: 422 });
  });

  it.each([
    ['checks', { contents: 'read' }, (c: Octokit) => c.rest.checks.listForRef({ ...place, ref: 'main' })],
    [
      'checks for writing',
      { checks: 'read' },
      (c: Octokit) => c.rest.checks.create({ ...place, name: 'x', head_sha: '0' }),
    ],
    ['comments', { contents: 'read' }, (c: Octokit) => c.rest.issues.listComments({ ...place, issue_number: 1 })],
    ['artifacts', { contents: 'read' }, (c: Octokit) => c.rest.actions.listArtifactsForRepo(place)],
    ['contents', { checks: 'write' }, (c: Octokit) => c.rest.repos.getContent({ ...place, path: 'README.md' })],
  ] as const)('asks for the permission of %s', async (_what, permissions, act) => {
    await expect(act(octokit(github.issueToken(permissions)))).rejects.toMatchObject({
      status: 403,
      response: { data: { message: 'Resource not accessible by integration' } },
    });
  });
});

describe('a Probot app on one opened event', () => {
  it('reads its policy, the files and the commits, and publishes a check run', async () => {
    const probot = new Probot({
      appId: github.appId,
      privateKey: github.privateKey,
      secret: github.webhookSecret,
      baseUrl: github.url,
      logLevel: 'fatal',
    });
    const middleware = await createNodeMiddleware(
      (app) => {
        app.on('pull_request.opened', async (context) => {
          const config = await context.config<{ readonly gates: { readonly state: string } }>('weirkeeper.yml');
          const { data } = await context.octokit.rest.pulls.listFiles(context.pullRequest());
          await context.octokit.rest.checks.create(
            context.repo({
              name: 'weirkeeper',
              head_sha: context.payload.pull_request.head.sha,
              conclusion: 'success',
              output: {
                title: `gates.state ${String(config?.gates.state)}`,
                summary: data.map((file) => file.filename).join(),
              },
            }),
          );
        });
      },
      { probot },
    );
    const server = createServer((request, response) => {
      void middleware(request, response);
    }).listen(0, '127.0.0.1');
    const { promise, resolve } = Promise.withResolvers<undefined>();
    server.once('listening', () => {
      resolve(undefined);
    });
    await promise;
    github.setWebhookUrl(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/api/github/webhooks`);

    await github.repository.openPullRequest({
      title: 'Halve amounts',
      user: 'ada',
      headRef: 'halve',
      files: { 'models/orders.sql': 'select id, amount / 2 as amount\nfrom raw.orders\n' },
    });
    await github.settled();

    expect(github.deliveries[0]).toMatchObject({ event: 'pull_request', action: 'opened', statusCode: 200 });
    expect(github.repository.publishedState(1).checkRuns['weirkeeper']).toMatchObject({
      conclusion: 'success',
      title: 'gates.state on',
      summary: 'models/orders.sql',
    });
    const unsigned = await github.deliver('pull_request', { action: 'opened' }, { signature: 'wrong' });
    expect(unsigned.statusCode).toBe(400);
    server.close();
    server.closeAllConnections();
  });
});

function octokit(auth: string | undefined): Octokit {
  return new Octokit({ ...(auth === undefined ? {} : { auth }), baseUrl: github.url, log: quiet });
}

function jwt(
  claims: { readonly exp?: number; readonly iat?: number; readonly iss?: string },
  key = github.privateKey,
): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = {
    iat: now + (claims.iat ?? -60),
    exp: now + (claims.exp ?? 500),
    iss: claims.iss ?? String(github.appId),
  };
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(payload)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key).toString('base64url')}`;
}
