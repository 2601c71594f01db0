import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Octokit } from '@octokit/rest';
import { type GitHubDouble, sign, startGitHubDouble } from './github-double/index.ts';

/** Webhooks, and GitHub on a bad day. */

const place = { owner: 'acme', repo: 'analytics' };
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

interface Received {
  readonly event: string;
  readonly action: string;
  readonly guid: string;
  readonly signed: boolean;
  readonly payload: Record<string, unknown>;
}

let github: GitHubDouble;
let client: Octokit;
let server: Server;
let received: Received[];
let answerStatus: number;

beforeEach(async () => {
  received = [];
  answerStatus = 200;
  server = createServer((request, response) => {
    void readText(request).then((text) => {
      const payload = JSON.parse(text) as Record<string, unknown>;
      const header = (name: string): string => String(request.headers[name]);
      const signed = header('x-hub-signature-256') === sign('s3cret', text);
      received.push({
        event: header('x-github-event'),
        action: String(payload['action']),
        guid: header('x-github-delivery'),
        signed,
        payload,
      });
      response.writeHead(answerStatus).end('told');
    });
  }).listen(0, '127.0.0.1');
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.once('listening', () => {
    resolve(undefined);
  });
  await promise;
  const webhookUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hook`;
  github = await startGitHubDouble({ webhookUrl, webhookSecret: 's3cret', files: { 'a.sql': 'select 1\n' } });
  client = new Octokit({ auth: github.issueToken(), baseUrl: github.url, log: quiet });
});

afterEach(async () => {
  await github.close();
  server.close();
  server.closeAllConnections();
});

describe('webhooks', () => {
  it('tell of everything people do to a pull request, signed', async () => {
    const { repository } = github;
    const pull = await repository.openPullRequest({
      title: 't',
      user: 'ada',
      headRef: 'x',
      files: { 'a.sql': 'select 2\n' },
      draft: true,
    });
    const before = pull.head.sha;
    const after = await repository.pushCommit(1, {
      message: 'more',
      files: { 'a.sql': 'select 3\n' },
      author: 'grace',
    });
    await repository.markReady(1);
    await repository.addLabelAs('ada', 1, 'bug');
    await repository.removeLabelAs('ada', 1, 'bug');
    await repository.editPullRequest(1, { title: 'u' });
    await repository.comment('ada', 1, '/weirkeeper review');
    await repository.rerequestSuite('ada', after);
    const { data: run } = await client.rest.checks.create({
      ...place,
      name: 'weirkeeper',
      head_sha: after,
      conclusion: 'success',
    });
    await github.settled();
    await repository.rerequestCheckRun('ada', run.id);
    await repository.requestAction('ada', run.id, 'explain');
    await repository.completeWorkflowRun(repository.addWorkflowRun({ headSha: after, headBranch: 'x' }));
    const queued = await repository.enqueue(1);
    await repository.closePullRequest(1);
    await repository.reopenPullRequest(1);
    await github.tellInstallation('created');
    expect(received.map(({ event, action }) => `${event}.${action}`)).toEqual([
      'pull_request.opened',
      'push.undefined',
      'pull_request.synchronize',
      'pull_request.ready_for_review',
      'pull_request.labeled',
      'pull_request.unlabeled',
      'pull_request.edited',
      'issue_comment.created',
      'check_suite.rerequested',
      'check_run.created',
      'check_run.completed',
      'check_run.rerequested',
      'check_run.requested_action',
      'workflow_run.completed',
      'merge_group.checks_requested',
      'pull_request.closed',
      'pull_request.reopened',
      'installation.created',
    ]);
    expect(received.every((one) => one.signed)).toBe(true);
    expect(received.every(({ payload }) => 'installation' in payload && 'sender' in payload)).toBe(true);
    expect(received[2]?.payload).toMatchObject({
      before,
      after,
      sender: { login: 'grace' },
      pull_request: { head: { sha: after }, draft: true },
      repository: { full_name: 'acme/analytics' },
      installation: { id: github.installationId },
    });
    expect(received[12]?.payload).toMatchObject({
      requested_action: { identifier: 'explain' },
      check_run: { id: run.id },
    });
    expect(received[14]?.payload).toMatchObject({ merge_group: { head_sha: queued, base_ref: 'refs/heads/main' } });
  });

  it('echo what the App itself does, as GitHub does, unless told not to', async () => {
    await github.repository.openPullRequest({
      title: 't',
      user: 'ada',
      headRef: 'x',
      files: { 'a.sql': 'select 2\n' },
    });
    await client.rest.issues.addLabels({ ...place, issue_number: 1, labels: ['bug'] });
    await client.rest.issues.createComment({ ...place, issue_number: 1, body: 'b' });
    await github.settled();
    const own = received.slice(1).map(({ event, payload }) => [event, (payload['sender'] as { login: string }).login]);
    expect(own).toEqual([
      ['pull_request', 'weirkeeper[bot]'],
      ['issue_comment', 'weirkeeper[bot]'],
    ]);
  });

  it('are not delivered again by themselves; a redelivery has the same delivery id', async () => {
    answerStatus = 500;
    await github.repository.openPullRequest({
      title: 't',
      user: 'ada',
      headRef: 'x',
      files: { 'a.sql': 'select 2\n' },
    });
    answerStatus = 200;
    const app = new Octokit({ baseUrl: github.url, auth: await appJwt() });
    const { data: failed } = await app.rest.apps.listWebhookDeliveries({ per_page: 10, status: 'failure' });
    expect(failed).toMatchObject([{ event: 'pull_request', action: 'opened', status_code: 500, redelivery: false }]);
    const id = Number(failed[0]?.id);
    expect((await app.rest.apps.redeliverWebhookDelivery({ delivery_id: id })).status).toBe(202);
    await github.settled();
    expect(received.map((one) => one.guid)).toEqual([failed[0]?.guid, failed[0]?.guid]);
    const { data: all } = await app.rest.apps.listWebhookDeliveries();
    expect(all.map((one) => [one.redelivery, one.status_code])).toEqual([
      [true, 200],
      [false, 500],
    ]);
  });

  it('can be lost on the way, or come with a wrong signature', async () => {
    github.loseNextDeliveries(1);
    expect(await github.deliver('push', { ref: 'x' })).toMatchObject({
      statusCode: 0,
      status: 'failed to connect to host',
    });
    await github.deliver('push', { ref: 'x' }, { signature: 'wrong' });
    await github.deliver('push', { ref: 'x' }, { signature: 'missing' });
    expect(received.map((one) => one.signed)).toEqual([false, false]);
  });
});

describe('a bad day', () => {
  it('answers with the faults asked for, in turn, and then as usual', async () => {
    github.faults.next({ method: 'GET', path: /\/analytics$/, status: 502, times: 2 });
    const status = async (): Promise<number> =>
      (
        await fetch(`${github.url}/repos/acme/analytics`, {
          headers: { authorization: `token ${github.issueToken()}` },
        })
      ).status;
    expect([await status(), await status(), await status()]).toEqual([502, 502, 200]);
    github.faults.next({ path: /analytics/, dropConnection: true });
    await expect(status()).rejects.toThrow();
    github.faults.next({ delayMs: 60 });
    const started = performance.now();
    expect(await status()).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(50);
    expect(github.requests.map((entry) => [entry.status, entry.fault])).toEqual([
      [502, true],
      [502, true],
      [200, false],
      [0, true],
      [200, false],
    ]);
  });

  it('may do the work and lose the answer', async () => {
    await github.repository.openPullRequest({
      title: 't',
      user: 'ada',
      headRef: 'x',
      files: { 'a.sql': 'select 2\n' },
    });
    github.faults.next({ method: 'POST', path: /comments$/, status: 500, takesEffect: true });
    await expect(client.rest.issues.createComment({ ...place, issue_number: 1, body: 'b' })).rejects.toMatchObject({
      status: 500,
    });
    expect(github.repository.publishedState(1).comments).toHaveLength(1);
  });

  it('limits: primary says when it ends, secondary says how long to wait', async () => {
    const { headers } = await client.rest.repos.get(place);
    expect(headers).toMatchObject({ 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '4999' });
    github.rateLimit.exhaust(120);
    await expect(client.rest.repos.get(place)).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('API rate limit exceeded for installation ID'),
      response: { headers: { 'x-ratelimit-remaining': '0' } },
    });
    github.advance(121_000);
    expect((await client.rest.repos.get(place)).status).toBe(200);
    github.faults.secondaryLimit({ retryAfterSeconds: 7, method: 'GET' });
    await expect(client.rest.repos.get(place)).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('secondary rate limit'),
      response: { headers: { 'retry-after': '7' } },
    });
  });

  it('does not know a route it does not imitate', async () => {
    await expect(client.rest.repos.listForks(place)).rejects.toMatchObject({ status: 404 });
  });
});

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

/** A JWT made by Probot's own authentication. */
async function appJwt(): Promise<string> {
  const { ProbotOctokit } = await import('probot');
  const app = new ProbotOctokit({ auth: { appId: github.appId, privateKey: github.privateKey }, baseUrl: github.url });
  const { token } = (await app.auth({ type: 'app' })) as { readonly token: string };
  return token;
}
