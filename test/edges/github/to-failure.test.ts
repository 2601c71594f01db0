import { describe, expect, it } from '@jest/globals';
import { RepositoryError } from '#core/base';
import { isStatus, toFailure } from '../../../src/edges/github/to-failure.ts';

const now = 1_800_000_000_000;

interface Answer {
  readonly status: number;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly url?: string;
}

function refusal({ status, message = 'm', headers = {}, url = 'https://api.github.com/x' }: Answer): Error {
  return Object.assign(new TypeError(message), { status, response: { headers }, request: { url } });
}

describe('an answer that refuses', () => {
  const token = 'https://api.github.com/app/installations/1/access_tokens';
  it.each<readonly [string, Answer, string, string]>([
    ['bad credentials', { status: 401 }, 'DeploymentError', 'github-credentials'],
    ['a wrong key', { status: 401, url: token }, 'DeploymentError', 'github-credentials'],
    ['a suspended installation', { status: 403, url: token }, 'DeploymentError', 'github-installation'],
    ['a removed installation', { status: 404, url: token }, 'DeploymentError', 'github-installation'],
    ['a missing permission', { status: 403 }, 'DeploymentError', 'github-permission'],
    ['a legal block', { status: 451 }, 'DeploymentError', 'github-permission'],
    [
      'a spent budget',
      { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1800000100' } },
      'UpstreamError',
      'github-rate-limit',
    ],
    [
      'a secondary limit',
      { status: 403, message: 'You have exceeded a secondary rate limit' },
      'UpstreamError',
      'github-rate-limit',
    ],
    ['too many requests', { status: 429 }, 'UpstreamError', 'github-rate-limit'],
    ['a limit on tokens', { status: 429, url: token }, 'UpstreamError', 'github-rate-limit'],
    ['a failure', { status: 500 }, 'UpstreamError', 'github-unavailable'],
    ['a failure at tokens', { status: 502, url: token }, 'UpstreamError', 'github-unavailable'],
    ['what is not there', { status: 404 }, 'RepositoryError', 'github-not-found'],
    ['an empty repository', { status: 409 }, 'RepositoryError', 'github-not-found'],
    [
      'an archive',
      { status: 403, message: 'Repository was archived so is read-only.' },
      'RepositoryError',
      'repository-archived',
    ],
    ['a wrong request', { status: 422 }, 'InvariantError', 'github-refused'],
  ])('%s', (_what, answer, name, code) => {
    expect(toFailure(refusal(answer), 'GET /x', now)).toMatchObject({ name, code });
  });

  it.each([
    [{ 'retry-after': '7' }, 7],
    [{ 'retry-after': '0' }, 1],
    [{ 'retry-after': 'soon', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1800000100' }, 101],
    [{ 'x-ratelimit-remaining': '0' }, 60],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' }, 1],
    [{}, 60],
  ])('with %j is waited for %i s', (headers, seconds) => {
    const failure = toFailure(refusal({ status: 429, headers }), 'GET /x', now);
    expect(failure.details).toEqual({ status: 429, route: 'GET /x', retry_after_s: seconds });
  });

  it.each([
    ['POST /repos/{owner}/{repo}/check-runs', 'checks=write'],
    ['GET /repos/{owner}/{repo}/actions/artifacts', 'actions=read'],
    ['POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews', 'pull_requests=write'],
    ['POST /repos/{owner}/{repo}/labels', 'issues=write'],
    ['GET /repos/{owner}/{repo}/contents/{path}', 'contents=read'],
    ['GET /repos/{owner}/{repo}', 'metadata=read'],
  ])('names the permission for %s', (route, permission) => {
    expect(toFailure(refusal({ status: 403 }), route, now).details['permission']).toBe(permission);
  });

  it('names the permission that GitHub names', () => {
    const headers = { 'x-accepted-github-permissions': 'checks=write' };
    expect(toFailure(refusal({ status: 403, headers }), 'GET /x', now).details['permission']).toBe('checks=write');
  });

  it('is known by its status, a refused token left out', () => {
    expect(isStatus(toFailure(refusal({ status: 404 }), 'GET /x', now), 404)).toBe(true);
    expect(isStatus(toFailure(refusal({ status: 404, url: token }), 'GET /x', now), 404)).toBe(false);
    expect(isStatus(new Error('x'), 404)).toBe(false);
  });
});

describe('no answer', () => {
  it.each([
    [new TypeError('fetch failed'), 'github-unavailable'],
    [new DOMException('The operation was aborted due to timeout', 'TimeoutError'), 'github-unavailable'],
    [new TypeError('[universal-github-app-jwt] Private Key is in PKCS#1 format'), 'github-private-key'],
    [new DOMException('Invalid keyData', 'DataError'), 'github-private-key'],
    ['something thrown', 'github-call'],
    [new RangeError('boom'), 'github-call'],
  ])('%s', (error, code) => {
    expect(toFailure(error, 'GET /x', now).code).toBe(code);
  });

  it('is told as it was when it is one of our errors already', () => {
    const ours = new RepositoryError('x', 'y');
    expect(toFailure(ours, 'GET /x', now)).toBe(ours);
  });
});
