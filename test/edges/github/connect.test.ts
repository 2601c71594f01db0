import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { toSha } from '#core/base';
import { createGitHub, type GitHub } from '#edges/github';
import type { ReviewRequest } from '#review';
import {
  type GitHubDouble,
  newKeyPair,
  type PullRequest,
  startGitHubDouble,
} from '../../support/github-double/index.ts';
import { checkRun, connectTo, publication, requestFor } from './stage.ts';

const allButDate = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
  'nextTick',
  'queueMicrotask',
  'performance',
  'hrtime',
] as const;

let double: GitHubDouble;
let github: GitHub;
let pull: PullRequest;
let request: ReviewRequest;

beforeEach(async () => {
  double = await startGitHubDouble();
  github = connectTo(double);
  pull = await double.repository.openPullRequest({ title: 't', user: 'ada', headRef: 'x', files: { a: 'b' } });
  request = requestFor(double, pull);
});

afterEach(async () => {
  await double.close();
});

describe('a token that ends in mid-review', () => {
  it('is renewed without anyone noticing', async () => {
    await github.publisher.announce(request, ['weirkeeper']);
    double.expireTokens();
    // Octokit gives a token that is younger than five seconds time to spread before it believes a 401.
    jest.useFakeTimers({ now: Date.now() + 10_000, doNotFake: [...allButDate] });
    try {
      await github.publisher.publish(request, publication({ checkRuns: [checkRun('weirkeeper')] }), []);
    } finally {
      jest.useRealTimers();
    }
    expect(double.repository.publishedState(1).checkRuns['weirkeeper']).toMatchObject({ conclusion: 'success' });
  });
});

describe('what only the deployment can mend', () => {
  it('is told with the permission that is missing', async () => {
    double.setPermissions({ metadata: 'read', pull_requests: 'read', contents: 'read', checks: 'read' });
    await expect(github.publisher.announce(request, ['weirkeeper'])).rejects.toMatchObject({
      name: 'DeploymentError',
      code: 'github-permission',
      message: expect.stringMatching(/permission checks.?write for POST/),
    });
  });

  it('is told when the key is another App’s', async () => {
    const { privateKey } = await newKeyPair();
    const other = connectTo(double, { privateKey, attempts: 1 });
    await expect(other.pullRequests.readHeadSha(request)).rejects.toMatchObject({
      name: 'DeploymentError',
      code: 'github-credentials',
    });
  });

  it('is told when the key is no key', async () => {
    const other = connectTo(double, { privateKey: 'not a key', attempts: 1 });
    await expect(other.pullRequests.readHeadSha(request)).rejects.toMatchObject({
      name: 'DeploymentError',
      code: 'github-private-key',
    });
  });

  it('is told when the App is not installed', async () => {
    await expect(github.pullRequests.readHeadSha({ ...request, installationId: 1 })).rejects.toMatchObject({
      name: 'DeploymentError',
      code: 'github-installation',
    });
  });
});

describe('what time mends', () => {
  it('is waited for when GitHub fails twice', async () => {
    double.faults.next({ path: /\/pulls\/1$/, status: 500, times: 2 });
    expect(await github.pullRequests.readHeadSha(request)).toBe(pull.head.sha);
  });

  it('is told when GitHub goes on failing', async () => {
    double.faults.next({ path: /\/pulls\/1$/, status: 503, times: 3 });
    await expect(github.pullRequests.readHeadSha(request)).rejects.toMatchObject({
      name: 'UpstreamError',
      code: 'github-unavailable',
      details: { status: 503 },
    });
    expect(double.faults.pending()).toBe(0);
  });

  it('is told when the connection drops or nobody listens', async () => {
    double.faults.next({ path: /\/pulls\/1$/, dropConnection: true, times: 3 });
    await expect(github.pullRequests.readHeadSha(request)).rejects.toMatchObject({ name: 'UpstreamError' });
    const nowhere = connectTo(double, { baseUrl: 'http://127.0.0.1:1', attempts: 1 });
    await expect(nowhere.pullRequests.readHeadSha(request)).rejects.toMatchObject({ name: 'UpstreamError' });
  });

  it('is told when an answer takes too long', async () => {
    const hurried = connectTo(double, { timeoutMs: 50, attempts: 1 });
    await hurried.identity();
    double.faults.next({ path: /\/pulls\/1$/, delayMs: 300 });
    await expect(hurried.pullRequests.readHeadSha(request)).rejects.toMatchObject({ name: 'UpstreamError' });
  });

  it('is not waited for when a limit lasts long: the queue is told for how long', async () => {
    double.faults.secondaryLimit({ retryAfterSeconds: 90 });
    await expect(github.pullRequests.readHeadSha(request)).rejects.toMatchObject({
      name: 'UpstreamError',
      code: 'github-rate-limit',
      details: { retry_after_s: 90 },
    });
  });

  it('is waited for when a limit is short, a POST too', async () => {
    double.faults.secondaryLimit({ method: 'POST', path: /check-runs/, retryAfterSeconds: 1 });
    await github.publisher.announce(request, ['weirkeeper']);
    expect(double.repository.state.checkRuns).toHaveLength(1);
  });

  it.each([403, 429])('is told of a limit by status %i without retry-after', async (status) => {
    double.faults.secondaryLimit({ status, headers: {} });
    await expect(github.pullRequests.readHeadSha(request)).rejects.toMatchObject({ details: { retry_after_s: 60 } });
  });

  it('is told until when the hourly budget is spent', async () => {
    await github.pullRequests.readHeadSha(request);
    double.rateLimit.exhaust(1_200);
    const failure: unknown = await github.pullRequests.readHeadSha(request).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'UpstreamError', code: 'github-rate-limit' });
    const seconds = (failure as { details: { retry_after_s: number } }).details.retry_after_s;
    expect(seconds).toBeGreaterThan(1_190);
    expect(seconds).toBeLessThan(1_210);
  });

  it('does not send a POST twice that GitHub answered with 502', async () => {
    double.faults.next({ method: 'POST', path: /check-runs$/, status: 502, takesEffect: true });
    await expect(github.publisher.announce(request, ['weirkeeper'])).rejects.toMatchObject({ name: 'UpstreamError' });
    expect(double.repository.state.checkRuns).toHaveLength(1);
  });
});

describe('what the repository’s people can mend', () => {
  it.each([
    ['a pull request that is not there', { pullNumber: 99 }, 'pull-request-missing'],
    ['a repository that is not there', { repository: 'acme/gone' }, 'repository-not-reached'],
  ])('is told of %s', async (_what, change, code) => {
    const failure = github.pullRequests.readHeadSha({ ...request, ...change });
    await expect(failure).rejects.toMatchObject({ name: 'RepositoryError', code });
  });

  it('is told of an archived repository', async () => {
    double.faults.next({
      method: 'POST',
      status: 403,
      path: /check-runs/,
      body: { message: 'Repository was archived so is read-only.' },
    });
    await expect(github.publisher.announce(request, ['weirkeeper'])).rejects.toMatchObject({
      code: 'repository-archived',
    });
  });
});

describe('what is ours to mend', () => {
  it('is told of a request that GitHub finds wrong', async () => {
    const wrong = { ...request, headSha: toSha('0'.repeat(40)) };
    await expect(github.publisher.announce(wrong, ['weirkeeper'])).rejects.toMatchObject({
      name: 'InvariantError',
    });
    await expect(github.pullRequests.readHeadSha({ ...request, repository: 'no-slash' })).rejects.toMatchObject({
      name: 'InvariantError',
    });
  });
});

describe('writes', () => {
  it('are kept apart, those that send mail further', async () => {
    const spaced = connectTo(double, { throttle: { writeMs: 40, notifyMs: 120 } });
    const start = Date.now();
    await spaced.publisher.announce(request, ['a', 'b', 'c']);
    expect(Date.now() - start).toBeGreaterThanOrEqual(80);
  });
});

describe('log entries', () => {
  it('name the route and hold neither tokens nor bodies', async () => {
    const entries: unknown[] = [];
    const write = (fields: unknown, message: string): number => entries.push([fields, message]);
    const logged = connectTo(double, { log: { debug: write, warn: write } });
    await logged.publisher.publish(request, publication({ comment: 'canary-body' }), []);
    double.faults.next({ path: /\/pulls\/1$/, status: 500 });
    await logged.pullRequests.readHeadSha(request);
    const text = JSON.stringify(entries);
    expect(text).toContain('POST /repos/{owner}/{repo}/issues/{issue_number}/comments');
    expect(text).toContain('GitHub refused a request');
    expect(text).not.toMatch(/canary-body|gh[opsu]_|BEGIN|bearer/i);
  });
});

describe('who we are', () => {
  it('is asked once', async () => {
    const identity = await github.identity();
    expect(identity).toEqual({ appId: double.appId, botLogin: 'weirkeeper[bot]' });
    await github.identity();
    expect(double.requests.filter((entry) => entry.path === '/app')).toHaveLength(1);
  });

  it('is asked again after a failure', async () => {
    double.faults.next({ path: /^\/app$/, status: 500, times: 3 });
    await expect(github.identity()).rejects.toMatchObject({ name: 'UpstreamError' });
    expect((await github.identity()).appId).toBe(double.appId);
  });

  it('fails when GitHub knows the key by another App id', async () => {
    double.faults.next({ path: /^\/app$/, status: 200, body: { id: 5, slug: 'other' } });
    const edge = createGitHub({ appId: double.appId, privateKey: double.privateKey, baseUrl: double.url });
    await expect(edge.identity()).rejects.toMatchObject({ code: 'github-app-id' });
  });
});
