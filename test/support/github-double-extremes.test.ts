import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Octokit } from '@octokit/rest';
import { git } from './github-double/git.ts';
import { type GitHubDouble, limits, startGitHubDouble } from './github-double/index.ts';

/** Where GitHub stops counting, and histories that do not run straight. */

const place = { owner: 'acme', repo: 'analytics' };

let github: GitHubDouble;
let client: Octokit;

beforeEach(async () => {
  github = await startGitHubDouble({ files: { 'a.sql': 'select 1\n' }, webhookTimeoutMs: 100 });
  client = new Octokit({ auth: github.issueToken(), baseUrl: github.url });
});

afterEach(async () => {
  await github.close();
});

describe('lists end where GitHub ends them', () => {
  it('3,000 files of a pull request, 300 of a comparison', async () => {
    const names = Array.from({ length: limits.pullFiles.value + 5 }, (_, index) => `m/${String(index)} "q" ü.sql`);
    const files = Object.fromEntries(names.map((name) => [name, 'select 1\n']));
    await github.repository.openPullRequest({ title: 'many', user: 'ada', headRef: 'many', files });
    const listed = await client.paginate(client.rest.pulls.listFiles, { ...place, pull_number: 1, per_page: 100 });
    expect(listed).toHaveLength(3_000);
    expect(names).toContain(listed[0]?.filename);
    expect((await client.rest.pulls.get({ ...place, pull_number: 1 })).data.changed_files).toBe(3_005);
    const { data } = await client.rest.repos.compareCommitsWithBasehead({ ...place, basehead: 'main...many' });
    expect(data.files).toHaveLength(300);
  });

  it('250 commits of a pull request', async () => {
    const commit = (index: number): string =>
      `commit refs/heads/long\ncommitter A <a@a.example> ${String(1_800_000_000 + index)} +0000\ndata 1\nc\n` +
      `${index === 0 ? 'from refs/heads/main\n' : ''}M 100644 inline n\ndata <<E\n${String(index)}\nE\n\n`;
    const stream = Array.from({ length: 255 }, (_, index) => commit(index)).join('');
    await git(github.repository.directory, ['fast-import', '--quiet'], Buffer.from(stream));
    await github.repository.openPullRequest({ title: 'long', user: 'ada', headRef: 'long', commits: [] });
    const listed = await client.paginate(client.rest.pulls.listCommits, { ...place, pull_number: 1, per_page: 100 });
    expect(listed).toHaveLength(250);
    const { data } = await client.rest.repos.compareCommitsWithBasehead({ ...place, basehead: 'main...long' });
    expect([data.commits.length, data.total_commits]).toEqual([250, 255]);
  });
});

describe('a branch', () => {
  it('may be rewritten, and may come to conflict with its base', async () => {
    const { repository } = github;
    const pull = await repository.openPullRequest({ title: 't', user: 'ada', headRef: 'x', files: { 'a.sql': '2\n' } });
    const read = async (): Promise<unknown> => (await client.rest.pulls.get({ ...place, pull_number: 1 })).data;
    const old = pull.head.sha;
    const rewritten = await repository.pushCommit(1, {
      message: 'anew',
      files: { 'a.sql': '3\n' },
      onto: pull.base.sha,
    });
    expect(await read()).toMatchObject({ commits: 1, head: { sha: rewritten }, mergeable: true });
    expect((await client.rest.repos.getCommit({ ...place, ref: old })).data.sha).toBe(old);
    await repository.commitTo('main', { message: 'meanwhile', files: { 'a.sql': '4\n' } });
    await repository.pushCommit(1, { message: 'more', files: { b: '1' } });
    expect(await read()).toMatchObject({ commits: 2, mergeable: false, mergeable_state: 'dirty' });
  });
});

describe('an App', () => {
  it('that answers too late has failed the delivery', async () => {
    const slow = createServer(() => undefined).listen(0, '127.0.0.1');
    const { promise, resolve } = Promise.withResolvers<undefined>();
    slow.once('listening', () => {
      resolve(undefined);
    });
    await promise;
    github.setWebhookUrl(`http://127.0.0.1:${String((slow.address() as AddressInfo).port)}/`);
    expect(await github.deliver('push', { ref: 'x' })).toMatchObject({ status: 'timed out', statusCode: 0 });
    slow.closeAllConnections();
    slow.close();
  });

  it('gets the same delivery ids and tokens from the same seed only', async () => {
    const start = async (seed: string): Promise<string> => {
      const double = await startGitHubDouble({ seed });
      const token = double.issueToken();
      await double.close();
      return token;
    };
    expect(await start('one')).toBe(await start('one'));
    expect(await start('one')).not.toBe(await start('two'));
  });

  it('may ask what a person may do in the repository', async () => {
    github.setRole('root', 'admin');
    const role = async (username: string): Promise<string> =>
      (await client.rest.repos.getCollaboratorPermissionLevel({ ...place, username })).data.permission;
    expect([await role('root'), await role('stranger')]).toEqual(['admin', 'none']);
  });
});
