import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toSha } from '#core/base';
import { createGitHub, type GitHub } from '#edges/github';
import { permissionsOf } from '../../../src/edges/github/installation-token.ts';
import { createTokenSource } from '../../../src/edges/github/tokens.ts';
import { type GitHubDouble, type PullRequest, startGitHubDouble } from '../../support/github-double/index.ts';
import { checkRun, connectTo, publication, requestFor } from './stage.ts';

/** Every permission of app.yml, and more than is asked of a review. */
const granted = {
  metadata: 'read',
  actions: 'read',
  checks: 'write',
  contents: 'write',
  issues: 'write',
  pull_requests: 'write',
  merge_queues: 'read',
} as const;

let double: GitHubDouble;
let github: GitHub;
let pull: PullRequest;

beforeEach(async () => {
  double = await startGitHubDouble({ permissions: granted });
  github = connectTo(double);
  pull = await double.repository.openPullRequest({ title: 't', user: 'ada', headRef: 'x', files: { a: 'b' } });
});

afterEach(async () => {
  await double.close();
});

async function reviewOnce(): Promise<void> {
  const request = requestFor(double, pull);
  await github.pullRequests.readPullRequest(request);
  await github.pullRequests.readLabelHistory(request);
  await github.workflowArtifacts.listArtifacts(request, 'dbt-head');
  await github.publisher.announce(request, ['weirkeeper']);
  const labels = { add: ['assisted-by:llm'], remove: [] };
  await github.publisher.publish(
    request,
    publication({ checkRuns: [checkRun('weirkeeper')], comment: 'c', labels }),
    [],
  );
}

describe('the token of a review', () => {
  it('reaches its repository alone, with the permissions of a review and no more', async () => {
    await double.addRepository({ name: 'payroll' });
    await reviewOnce();
    expect(double.tokens.map(({ permissions, repositoryIds }) => ({ permissions, repositoryIds }))).toEqual([
      { permissions: permissionsOf.review, repositoryIds: [double.repository.id] },
    ]);
  });

  it('reads nothing of another repository of the same installation', async () => {
    const other = await double.addRepository({ name: 'payroll' });
    await other.openPullRequest({ title: 't', user: 'ada', headRef: 'x', files: { a: 'b' } });
    await reviewOnce();
    const status = async (repository: string) =>
      (
        await fetch(`${double.url}/repos/${repository}/pulls/1`, {
          headers: { authorization: `token ${double.tokens[0]?.token ?? ''}` },
        })
      ).status;
    expect([await status(double.repository.fullName), await status(other.fullName)]).toEqual([200, 404]);
  });

  it('leaves out what the installation has not granted, and the request that needs it says which', async () => {
    double.setPermissions({ metadata: 'read', pull_requests: 'write', contents: 'read', checks: 'read' });
    const request = requestFor(double, pull);
    await github.pullRequests.readPullRequest(request);
    expect(double.tokens[0]?.permissions).toEqual({
      metadata: 'read',
      pull_requests: 'write',
      contents: 'read',
      checks: 'read',
    });
    await expect(github.publisher.announce(request, ['weirkeeper'])).rejects.toMatchObject({
      name: 'DeploymentError',
      code: 'github-permission',
      details: { permission: expect.stringMatching(/checks.?write/) },
    });
    double.setPermissions(granted);
    await github.publisher.announce(request, ['weirkeeper']);
    expect(double.tokens).toHaveLength(2);
  });

  it('is fetched once for requests at the same time, and for each client anew', async () => {
    const request = requestFor(double, pull);
    await Promise.all([1, 2, 3].map(() => github.pullRequests.readHeadSha(request)));
    expect(double.tokens).toHaveLength(1);
    await connectTo(double).pullRequests.readHeadSha(request);
    expect(double.tokens).toHaveLength(2);
  });
});

describe('other tokens', () => {
  it('look over an installation and change nothing there', async () => {
    await github.appView.listRepositories(double.installationId);
    await github.appView.listOpenPullRequests(double.installationId, double.repository.fullName);
    expect(double.tokens.map(({ permissions, repositoryIds }) => ({ permissions, repositoryIds }))).toEqual([
      { permissions: permissionsOf.overview, repositoryIds: null },
    ]);
  });

  it('push checkpoints to one repository and cannot comment', async () => {
    const place = { repository: double.repository.fullName, installationId: double.installationId };
    await github.checkpointPublisher.push(place, '{}').catch(() => undefined);
    expect(double.tokens.map(({ permissions, repositoryIds }) => ({ permissions, repositoryIds }))).toEqual([
      { permissions: permissionsOf.checkpoint, repositoryIds: [double.repository.id] },
    ]);
  });

  it('are not asked for by name of a repository that the installation has lost', async () => {
    double.repository.state.installed = false;
    const failure = createGitHub({
      appId: double.appId,
      privateKey: double.privateKey,
      baseUrl: double.url,
    }).findOpenPullRequests(double.installationId, double.repository.fullName, toSha(pull.head.sha));
    await expect(failure).rejects.toMatchObject({ name: 'RepositoryError', code: 'repository-not-reached' });
  });
});

describe('a kept token', () => {
  it('is fetched again after 55 minutes, after it was forgotten, and after a failure', async () => {
    let now = 0;
    let count = 0;
    const tokens = createTokenSource(
      () => (++count === 3 ? Promise.reject(new TypeError('down')) : Promise.resolve(`t${count}`)),
      () => now,
    );
    expect([await tokens.read(), await tokens.read(), tokens.isYoung()]).toEqual(['t1', 't1', true]);
    now = 55 * 60_000;
    expect([await tokens.read(), tokens.isYoung()]).toEqual(['t1', false]);
    now += 1;
    expect(await tokens.read()).toBe('t2');
    tokens.forget();
    await expect(tokens.read()).rejects.toThrow('down');
    expect(await tokens.read()).toBe('t4');
  });
});
