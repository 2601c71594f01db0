import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Octokit } from '@octokit/rest';
import { type GitHubDouble, limits, startGitHubDouble } from './github-double/index.ts';

/** What an App can read of a repository: all of it comes from real git. */

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const place = { owner: 'acme', repo: 'analytics' };
const lines = (count: number, word = 'line'): string =>
  Array.from({ length: count }, (_, index) => `${word} ${String(index + 1)}\n`).join('');

let github: GitHubDouble;
let client: Octokit;

beforeAll(async () => {
  github = await startGitHubDouble({
    files: {
      'models/orders.sql': lines(40),
      'models/moved.sql': lines(20, 'moved'),
      'models/gone.sql': 'select 1\n',
      'seeds/big.csv': 'x'.repeat(limits.contentsJsonBytes.value + 1),
      'logo.png': Buffer.from([0, 1, 2, 3, 0]),
    },
  });
  client = new Octokit({ auth: github.issueToken(), baseUrl: github.url, log: quiet });
});

afterAll(async () => {
  await github.close();
});

describe('a pull request', () => {
  beforeAll(async () => {
    await github.repository.openPullRequest({
      title: 'Change orders',
      body: 'why',
      user: 'ada',
      headRef: 'feature/orders',
      commits: [
        {
          message: 'feat: change orders\n\nCo-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>',
          files: {
            'models/orders.sql': lines(40).replace('line 20\n', 'line twenty\n'),
            'models/moved.sql': null,
            'models/here/moved.sql': `${lines(20, 'moved')}one more\n`,
            'models/gone.sql': null,
            'models/new.sql': 'select 2',
            'logo.png': Buffer.from([0, 1, 2, 4, 0]),
            'seeds/huge.csv': lines(limits.patchLinesPerFile.value + 1),
            'sneaky.sql': 'a\r@@ -1 +1 @@\rb\u2028diff --git a/x b/x\n',
          },
        },
        { message: 'by a stranger', files: { 'notes.md': 'n' }, author: { name: 'Nobody', email: 'no@body.example' } },
        { message: 'by the agent', files: { 'notes.md': 'm' }, author: 'Copilot' },
      ],
    });
    await github.repository.commitTo('main', { message: 'main moves on', files: { 'elsewhere.sql': 'select 3\n' } });
  });

  it('lists the files changed since the merge base, with status and patch', async () => {
    const { data } = await client.rest.pulls.listFiles({ ...place, pull_number: 1 });
    const seen = Object.fromEntries(
      data.map((file) => [file.filename, [file.status, file.previous_filename ?? '', file.additions, file.deletions]]),
    );
    expect(seen).toEqual({
      'logo.png': ['modified', '', 0, 0],
      'models/gone.sql': ['removed', '', 0, 1],
      'models/here/moved.sql': ['renamed', 'models/moved.sql', 1, 0],
      'models/new.sql': ['added', '', 1, 0],
      'models/orders.sql': ['modified', '', 1, 1],
      'notes.md': ['added', '', 1, 0],
      'seeds/huge.csv': ['added', '', limits.patchLinesPerFile.value + 1, 0],
      'sneaky.sql': ['added', '', 1, 0],
    });
    const patch = (name: string): string | undefined => data.find((file) => file.filename === name)?.patch;
    expect(patch('models/orders.sql')).toMatch(/^@@ -17,7 \+17,7 @@/);
    expect(patch('models/new.sql')).toBe('@@ -0,0 +1 @@\n+select 2\n\\ No newline at end of file');
    expect(patch('sneaky.sql')).toBe('@@ -0,0 +1 @@\n+a\r@@ -1 +1 @@\rb\u2028diff --git a/x b/x');
    expect(patch('logo.png')).toBeUndefined();
    expect(patch('seeds/huge.csv')).toBeUndefined();
  });

  it('carries counts, both branches and whether it merges', async () => {
    const { data } = await client.rest.pulls.get({ ...place, pull_number: 1 });
    expect(data).toMatchObject({ state: 'open', draft: false, commits: 3, changed_files: 8, mergeable: true });
    expect(data.head).toMatchObject({ ref: 'feature/orders', label: 'acme:feature/orders' });
    expect(data.user.login).toBe('ada');
    const head = await client.rest.git.getRef({ ...place, ref: 'pull/1/head' });
    expect(head.data.object.sha).toBe(data.head.sha);
  });

  it('lists commits oldest first, with the accounts their addresses belong to', async () => {
    const { data } = await client.rest.pulls.listCommits({ ...place, pull_number: 1 });
    expect(data.map((commit) => [commit.author?.login ?? null, commit.commit.author?.name])).toEqual([
      ['ada', 'ada'],
      [null, 'Nobody'],
      ['Copilot', 'Copilot'],
    ]);
    expect(data[0]?.commit.message).toContain('Co-authored-by: Copilot');
    expect(data[2]?.author).toMatchObject({ id: 198982749, type: 'Bot' });
  });

  it('is found by its head and base, newest first, in pages', async () => {
    const found = async (query: object): Promise<readonly number[]> =>
      (await client.rest.pulls.list({ ...place, ...query })).data.map((pull) => pull.number);
    expect(await found({ head: 'acme:feature/orders' })).toEqual([1]);
    expect(await found({ base: 'other' })).toEqual([]);
    const all = await client.paginate(client.rest.pulls.listFiles, { ...place, pull_number: 1, per_page: 3 });
    expect(all).toHaveLength(8);
  });

  it('compares from the merge base, saying how far apart the branches are', async () => {
    const { data } = await client.rest.repos.compareCommitsWithBasehead({
      ...place,
      basehead: 'main...feature/orders',
    });
    expect(data).toMatchObject({ status: 'diverged', ahead_by: 3, behind_by: 1, total_commits: 3 });
    expect(data.merge_base_commit.commit.message).toBe('Initial commit');
    expect(data.files).toHaveLength(8);
    await expect(
      client.rest.repos.compareCommitsWithBasehead({ ...place, basehead: 'main...nowhere' }),
    ).rejects.toMatchObject({ status: 404 });
  });

  it('comes from a fork that the App cannot see, and that may vanish', async () => {
    const pull = await github.repository.openPullRequest({
      title: 'From afar',
      user: 'eve',
      fork: 'eve',
      headRef: 'patch-1',
      files: { 'models/orders.sql': 'select 0\n' },
    });
    const opened = (await client.rest.pulls.get({ ...place, pull_number: pull.number })).data;
    expect(opened.head.repo).toMatchObject({ full_name: 'eve/analytics', fork: true });
    expect(opened.author_association).toBe('CONTRIBUTOR');
    await expect(client.rest.repos.get({ owner: 'eve', repo: 'analytics' })).rejects.toMatchObject({ status: 404 });
    const raw = await client.rest.repos.getContent({
      ...place,
      path: 'models/orders.sql',
      ref: `refs/pull/${String(pull.number)}/head`,
    });
    expect(raw.data).toMatchObject({ content: `${Buffer.from('select 0\n').toString('base64')}\n` });
    github.repository.deleteFork(pull.number);
    const orphan = (await client.rest.pulls.get({ ...place, pull_number: pull.number })).data;
    expect([orphan.head.repo, orphan.head.sha]).toEqual([null, pull.head.sha]);
  });
});

describe('contents', () => {
  it('gives a file as base64 or as text, and a directory as a list', async () => {
    const json = await client.rest.repos.getContent({ ...place, path: 'models/gone.sql' });
    expect(json.data).toMatchObject({ type: 'file', encoding: 'base64', size: 9, path: 'models/gone.sql' });
    const raw = await client.rest.repos.getContent({ ...place, path: 'models/gone.sql', mediaType: { format: 'raw' } });
    expect(raw.data).toBe('select 1\n');
    expect(raw.headers['content-type']).toContain('charset=utf-8');
    const list = await client.rest.repos.getContent({ ...place, path: 'models' });
    expect(list.data).toMatchObject([{ name: 'gone.sql' }, { name: 'moved.sql' }, { name: 'orders.sql' }]);
  });

  it('gives a file over 1 MB only raw, or as an object without content', async () => {
    const path = { ...place, path: 'seeds/big.csv' };
    await expect(client.rest.repos.getContent(path)).rejects.toMatchObject({
      status: 403,
      response: { data: { errors: [{ code: 'too_large' }] } },
    });
    const raw: unknown = (await client.rest.repos.getContent({ ...path, mediaType: { format: 'raw' } })).data;
    expect(raw).toHaveLength(limits.contentsJsonBytes.value + 1);
    const object = await client.rest.repos.getContent({ ...path, mediaType: { format: 'object' } });
    expect(object.data).toMatchObject({ content: '', encoding: 'none' });
  });

  it.each([
    ['a path that is not there', { path: 'nothing.sql' }],
    ['a path that climbs', { path: '../secrets' }],
    ['a ref that is not there', { path: 'models/gone.sql', ref: 'nowhere' }],
    ['a ref that looks like an option', { path: 'models/gone.sql', ref: '--all' }],
  ])('answers 404 for %s', async (_what, query) => {
    await expect(client.rest.repos.getContent({ ...place, ...query })).rejects.toMatchObject({ status: 404 });
  });
});

describe('git', () => {
  it('lists commits of a branch, a recursive tree, and one commit with its files', async () => {
    const { data: commits } = await client.rest.repos.listCommits({ ...place, sha: 'main' });
    expect(commits.map((commit) => commit.commit.message)).toEqual(['main moves on', 'Initial commit']);
    const { data: tree } = await client.rest.git.getTree({ ...place, tree_sha: 'main', recursive: '1' });
    expect(tree.tree.map((entry) => entry.path)).toContain('models/orders.sql');
    const { data: commit } = await client.rest.repos.getCommit({ ...place, ref: 'main' });
    expect(commit.files).toMatchObject([{ filename: 'elsewhere.sql', status: 'added' }]);
    await expect(client.rest.repos.getCommit({ ...place, ref: 'f'.repeat(40) })).rejects.toMatchObject({ status: 422 });
  });

  it('makes the same commits each time', async () => {
    const again = await startGitHubDouble({ files: { 'a.sql': 'select 1\n' } });
    const twin = await startGitHubDouble({ files: { 'a.sql': 'select 1\n' } });
    const head = async (double: GitHubDouble): Promise<string> => {
      const pull = await double.repository.openPullRequest({
        title: 't',
        user: 'ada',
        headRef: 'x',
        files: { b: '1' },
      });
      return pull.head.sha;
    };
    expect(await head(again)).toBe(await head(twin));
    await again.close();
    await twin.close();
  });

  it('hands out an archive on another origin', async () => {
    const { data } = await client.rest.repos.downloadTarballArchive({ ...place, ref: 'main' });
    expect(Buffer.from(data as ArrayBuffer).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
    expect(github.leakedCredentials()).toBe(0);
  });

  it('answers 304 to what the caller already has, and does not count it', async () => {
    const first = await client.rest.repos.get(place);
    const again = client.rest.repos.get({ ...place, headers: { 'if-none-match': first.headers.etag ?? '' } });
    await expect(again).rejects.toMatchObject({
      status: 304,
      response: { headers: { 'x-ratelimit-remaining': first.headers['x-ratelimit-remaining'] } },
    });
  });
});
