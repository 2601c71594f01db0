import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Octokit } from '@octokit/rest';
import { type GitHubDouble, startGitHubDouble } from './github-double/index.ts';
import { makeZip } from './zip.ts';

/** dbt artifacts as GitHub Actions keeps them. */

const place = { owner: 'acme', repo: 'analytics' };

let github: GitHubDouble;
let client: Octokit;

beforeEach(async () => {
  github = await startGitHubDouble();
  client = new Octokit({ auth: github.issueToken(), baseUrl: github.url });
});

afterEach(async () => {
  await github.close();
});

describe('workflow artifacts', () => {
  const zip = makeZip([{ name: 'manifest.json', content: '{}' }]);

  it('are found by name, newest first, with their run and digest, and come from another origin', async () => {
    github.repository.addArtifact({ name: 'dbt', headSha: 'a'.repeat(40), headBranch: 'main', zip });
    github.repository.addArtifact({ name: 'dbt', headSha: 'b'.repeat(40), headBranch: 'x', zip, headRepositoryId: 77 });
    github.repository.addArtifact({ name: 'else', headSha: 'b'.repeat(40), headBranch: 'x', zip });
    const { data } = await client.rest.actions.listArtifactsForRepo({ ...place, name: 'dbt' });
    expect(data.artifacts.map((artifact) => artifact.workflow_run)).toMatchObject([
      { head_sha: 'b'.repeat(40), head_branch: 'x', head_repository_id: 77, repository_id: github.repository.id },
      { head_sha: 'a'.repeat(40), head_branch: 'main', head_repository_id: github.repository.id },
    ]);
    expect(data.artifacts[0]?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    const [run] = (await client.rest.actions.listWorkflowRunsForRepo({ ...place, head_sha: 'b'.repeat(40) })).data
      .workflow_runs;
    const ofRun = await client.rest.actions.listWorkflowRunArtifacts({ ...place, run_id: Number(run?.id) });
    expect(ofRun.data.artifacts.map((artifact) => artifact.name)).toEqual(['else', 'dbt']);
    const download = await client.rest.actions.downloadArtifact({
      ...place,
      artifact_id: data.artifacts[0]?.id ?? 0,
      archive_format: 'zip',
    });
    expect(Buffer.from(download.data as ArrayBuffer).equals(zip)).toBe(true);
    expect(github.leakedCredentials()).toBe(0);
  });

  it('have a link that lives a minute and wants no credentials; expired ones are gone', async () => {
    const fresh = github.repository.addArtifact({ name: 'dbt', headSha: 'a'.repeat(40), headBranch: 'main', zip });
    const old = github.repository.addArtifact({
      name: 'dbt',
      headSha: 'a'.repeat(40),
      headBranch: 'main',
      zip,
      expired: true,
    });
    const headers = { authorization: `token ${github.issueToken()}` };
    const zipUrl = (id: number): string => `${github.url}/repos/acme/analytics/actions/artifacts/${String(id)}/zip`;
    const answer = await fetch(zipUrl(fresh.id), { headers, redirect: 'manual' });
    const link = answer.headers.get('location') ?? '';
    expect([answer.status, new URL(link).origin === github.url]).toEqual([302, false]);
    expect((await fetch(link, { headers })).status).toBe(400);
    expect(github.leakedCredentials()).toBe(1);
    expect((await fetch(link)).status).toBe(200);
    github.advance(60_000);
    expect((await fetch(link)).status).toBe(403);
    expect((await fetch(zipUrl(old.id), { headers, redirect: 'manual' })).status).toBe(410);
  });
});
