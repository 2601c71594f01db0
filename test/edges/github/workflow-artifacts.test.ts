import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defaultPolicy } from '#core/policy';
import { createArtifacts, workflowArtifacts } from '#edges/artifacts';
import type { GitHub } from '#edges/github';
import type { ReviewRequest } from '#review';
import { type GitHubDouble, type PullRequest, startGitHubDouble } from '../../support/github-double/index.ts';
import { makeZip } from '../../support/zip.ts';
import { connectTo, requestFor } from './stage.ts';

const { artifacts: standardSettings } = defaultPolicy;

const zip = makeZip([{ name: 'manifest.json', content: '{}' }]);

let double: GitHubDouble;
let github: GitHub;
let pull: PullRequest;
let request: ReviewRequest;

beforeEach(async () => {
  double = await startGitHubDouble();
  github = connectTo(double, { attempts: 1 });
  pull = await double.repository.openPullRequest({ title: 't', user: 'ada', headRef: 'x', files: { a: 'b' } });
  request = requestFor(double, pull);
});

afterEach(async () => {
  await double.close();
});

function upload(name: string, more: { expired?: boolean } = {}) {
  return double.repository.addArtifact({ name, zip, headSha: pull.head.sha, headBranch: 'x', ...more });
}

describe('workflow artifacts', () => {
  it('are listed by name, newest first, with the run that made them', async () => {
    upload('other');
    const first = upload('dbt-head');
    const second = upload('dbt-head');
    const { artifacts, complete } = await github.workflowArtifacts.listArtifacts(request, 'dbt-head');
    expect(complete).toBe(true);
    expect(artifacts.map((artifact) => artifact.id)).toEqual([second.id, first.id]);
    expect(artifacts[0]).toMatchObject({
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      expired: false,
      run: {
        headSha: pull.head.sha,
        headBranch: 'x',
        repositoryId: double.repository.id,
        headRepositoryId: double.repository.id,
      },
    });
  });

  it('are downloaded from where GitHub says, without our credentials', async () => {
    const { id } = upload('dbt-head');
    expect(Buffer.from((await github.workflowArtifacts.downloadArtifact(request, id, 10_000)) as Uint8Array)).toEqual(
      zip,
    );
    expect(double.leakedCredentials()).toBe(0);
  });

  it('are refused when they are larger than asked for, and told when they are gone', async () => {
    expect(await github.workflowArtifacts.downloadArtifact(request, upload('dbt-head').id, 10)).toBe('too-large');
    const { id } = upload('dbt-head', { expired: true });
    expect(await github.workflowArtifacts.downloadArtifact(request, id, 10_000)).toBe('gone');
    expect(await github.workflowArtifacts.downloadArtifact(request, 1, 10_000)).toBe('gone');
  });

  it('that cannot be had now are tried again later', async () => {
    const { id } = upload('dbt-head');
    double.faults.next({ path: /zip$/, status: 302, headers: { location: 'http://127.0.0.1:1/x?secret=canary' } });
    const failure: unknown = await github.workflowArtifacts
      .downloadArtifact(request, id, 10)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'UpstreamError', code: 'artifact-storage' });
    expect(JSON.stringify(failure)).not.toContain('canary');
    double.faults.next({ path: /zip$/, status: 302, headers: { location: `${double.url}/nothing` } });
    await expect(github.workflowArtifacts.downloadArtifact(request, id, 10)).rejects.toMatchObject({
      code: 'artifact-storage',
    });
    double.faults.next({ path: /zip$/, status: 302 });
    await expect(github.workflowArtifacts.downloadArtifact(request, id, 10)).rejects.toMatchObject({
      code: 'artifact-location',
    });
  });

  it('need the permission to read actions', async () => {
    double.setPermissions({ metadata: 'read' });
    await expect(github.workflowArtifacts.listArtifacts(request, 'x')).rejects.toMatchObject({
      name: 'DeploymentError',
      message: expect.stringContaining('actions'),
    });
  });
});

describe('artifacts of both sides', () => {
  const committed = { source: 'committed', baseName: '', headName: '', path: 'dbt' } as const;
  const bundle = (text: string) => makeZip([{ name: 'target/manifest.json', content: text }]);

  it('come from GitHub Actions, a stale base said aloud', async () => {
    const later = await double.repository.commitTo('main', { message: 'm', files: { c: 'd' } });
    double.repository.addArtifact({ name: 'dbt-base', zip: bundle('base'), headSha: later, headBranch: 'main' });
    double.repository.addArtifact({ name: 'dbt-head', zip: bundle('head'), headSha: pull.head.sha, headBranch: 'x' });
    const artifacts = workflowArtifacts(github.workflowArtifacts, standardSettings);
    const pullRequest = await github.pullRequests.readPullRequest(request);
    expect(await artifacts.fetch('head', request, pullRequest)).toMatchObject({
      ok: true,
      set: { manifest: Buffer.from('head'), stale: null },
    });
    expect(await artifacts.fetch('base', request, pullRequest)).toMatchObject({
      ok: true,
      set: { manifest: Buffer.from('base'), stale: { text: expect.stringContaining('1 commit after the merge base') } },
    });
  });

  it('come from files that the repository keeps', async () => {
    const files = { 'dbt/manifest.json': '{"side":"head"}' };
    const other = await double.repository.openPullRequest({ title: 'c', user: 'ada', headRef: 'c', files });
    const artifacts = createArtifacts({
      workflow: github.workflowArtifacts,
      pullRequests: github.pullRequests,
    });
    const asked = requestFor(double, other);
    const pullRequest = await github.pullRequests.readPullRequest(asked);
    expect(await artifacts.fetch('head', asked, pullRequest, committed)).toMatchObject({
      ok: true,
      set: { manifest: Buffer.from('{"side":"head"}') },
    });
    expect(await artifacts.fetch('base', asked, pullRequest, committed)).toMatchObject({
      ok: false,
      reason: { code: 'no-manifest' },
    });
  });
});

describe('the repository', () => {
  it('is known by id and default branch, and commits are counted', async () => {
    expect(await github.workflowArtifacts.readRepository(request)).toEqual({
      id: double.repository.id,
      defaultBranch: 'main',
    });
    expect(await github.workflowArtifacts.countCommits(request, pull.base.sha, pull.head.sha)).toBe(1);
    expect(await github.workflowArtifacts.countCommits(request, '0'.repeat(40), pull.head.sha)).toBeNull();
  });
});
