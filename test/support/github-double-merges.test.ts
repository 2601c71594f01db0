import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Octokit } from '@octokit/rest';
import { git } from './github-double/git.ts';
import { type GitHubDouble, startGitHubDouble } from './github-double/index.ts';

/** Merges and reverts that really happen in git, and the git database that an App may write to. */

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const main = { 'models/a.sql': 'select 1\n', 'models/b.sql': 'select 2\n' };

let github: GitHubDouble;
let repository: GitHubDouble['repository'];
let place: { readonly owner: string; readonly repo: string };
let turn = 0;

beforeAll(async () => {
  github = await startGitHubDouble();
});
afterAll(() => github.close());
beforeEach(async () => {
  turn += 1;
  repository = await github.addRepository({ name: `merges-${String(turn)}`, files: main });
  place = { owner: repository.owner, repo: repository.name };
});

/** A client with the App's permissions, or others. */
function client(permissions: Readonly<Record<string, 'read' | 'write'>> = { contents: 'write' }): Octokit {
  return new Octokit({ auth: github.issueToken(permissions), baseUrl: github.url, log: quiet });
}

/** A pull request of two commits, while `main` goes on. */
async function opened(): Promise<number> {
  const commits = [
    { message: 'First', files: { 'models/a.sql': 'select 10\n' } },
    { message: 'Second', files: { 'models/c.sql': 'select 3\n' } },
  ];
  const pull = await repository.openPullRequest({ title: 'Tens', user: 'ada', headRef: 'tens', commits });
  await repository.commitTo('main', { message: 'Meanwhile', files: { 'models/b.sql': 'select 20\n' }, author: 'bo' });
  return pull.number;
}

async function show(...args: readonly string[]): Promise<string> {
  return (await git(repository.directory, args)).toString().trim();
}

describe('a pull request is merged', () => {
  it.each([
    ['merge', 2, 'Merge pull request #1 from acme/tens\n\nTens'],
    ['squash', 1, 'Tens (#1)\n\n* First\n\n* Second'],
    ['rebase', 1, 'Second'],
  ] as const)('by %s', async (method, parents, message) => {
    const number = await opened();
    const before = await show('rev-parse', 'main');
    const sha = await repository.mergePullRequest(number, { method, user: 'cy' });
    expect(await show('rev-parse', 'main')).toBe(sha);
    expect(await show('show', `${sha}:models/a.sql`)).toBe('select 10');
    expect(await show('show', `${sha}:models/b.sql`)).toBe('select 20');
    expect((await show('log', '-1', '--format=%P', sha)).split(' ')).toHaveLength(parents);
    expect(await show('log', '-1', '--format=%B', sha)).toBe(message);
    expect(Number(await show('rev-list', '--count', `${before}..${sha}`))).toBe(
      { merge: 3, squash: 1, rebase: 2 }[method],
    );
    const { data } = await client({ pull_requests: 'read' }).rest.pulls.get({ ...place, pull_number: number });
    expect(data).toMatchObject({
      merged: true,
      state: 'closed',
      merged_by: { login: 'cy' },
      merge_commit_sha: sha,
      commits: 2,
    });
  });

  it('and GitHub tells of the push and of the closing, in the order asked for', async () => {
    github.setWebhookUrl('http://127.0.0.1:1/');
    const number = await opened();
    const told = github.deliveries.length;
    const before = await show('rev-parse', 'main');
    const after = await repository.mergePullRequest(number, { method: 'squash', first: 'closed' });
    github.setWebhookUrl(null);
    const [closed, push] = github.deliveries.slice(told);
    expect(closed).toMatchObject({
      event: 'pull_request',
      action: 'closed',
      payload: { pull_request: { merged: true } },
    });
    expect(push).toMatchObject({
      event: 'push',
      payload: {
        ref: 'refs/heads/main',
        before,
        after,
        created: false,
        forced: false,
        commits: [{ id: after, distinct: true, added: ['models/c.sql'], modified: ['models/a.sql'], removed: [] }],
        head_commit: { id: after, author: { username: 'ada' } },
      },
    });
  });
});

describe('a merge is taken back', () => {
  it.each(['merge', 'squash'] as const)('by GitHub’s button after a %s', async (method) => {
    const number = await opened();
    const sha = await repository.mergePullRequest(number, { method });
    const revert = await repository.revertPullRequest(number, 'bo');
    expect(revert).toMatchObject({
      title: 'Revert "Tens"',
      body: `Reverts ${repository.fullName}#1`,
      head: { ref: 'revert-1-tens' },
    });
    expect(await show('log', '-1', '--format=%B', revert.head.sha)).toContain(`This reverts commit ${sha}`);
    await repository.mergePullRequest(revert.number);
    expect(await show('show', 'main:models/a.sql')).toBe('select 1');
    expect(await show('show', 'main:models/b.sql')).toBe('select 20');
  });

  it('by a commit right on the branch', async () => {
    const sha = await repository.mergePullRequest(await opened());
    const after = await repository.revertCommit('main', sha, 'bo');
    expect(await show('rev-parse', 'main')).toBe(after);
    expect(await show('ls-tree', '--name-only', 'main', 'models/')).toBe('models/a.sql\nmodels/b.sql');
  });
});

describe('the git database', () => {
  it('takes blobs, trees, commits and refs, which are git’s own then', async () => {
    const { rest } = client();
    const { data: blob } = await rest.git.createBlob({ ...place, content: 'aGk=', encoding: 'base64' });
    const entries = [
      { path: 'deep/er/blob.txt', mode: '100644', type: 'blob', sha: blob.sha },
      { path: 'text.txt', mode: '100644', type: 'blob', content: 'text' },
      { path: 'models/a.sql', mode: '100644', type: 'blob', sha: null },
    ] as const;
    const { data: tree } = await rest.git.createTree({
      ...place,
      base_tree: await show('rev-parse', 'main^{tree}'),
      tree: [...entries],
    });
    const { data: commit } = await rest.git.createCommit({ ...place, message: 'm', tree: tree.sha, parents: [] });
    await rest.git.createRef({ ...place, ref: 'refs/weirkeeper/audit', sha: commit.sha });
    expect(await show('ls-tree', '-r', '--name-only', 'refs/weirkeeper/audit')).toBe(
      'deep/er/blob.txt\nmodels/b.sql\ntext.txt',
    );
    expect(await show('show', 'refs/weirkeeper/audit:deep/er/blob.txt')).toBe('hi');
    expect((await rest.git.getRef({ ...place, ref: 'weirkeeper/audit' })).data.object.sha).toBe(commit.sha);
    expect((await rest.git.getCommit({ ...place, commit_sha: commit.sha })).data).toMatchObject({
      tree: { sha: tree.sha },
      author: { name: 'weirkeeper[bot]' },
      parents: [],
    });
    expect(github.forbidden).toEqual([]);
  });

  it('refuses what GitHub refuses', async () => {
    const { rest } = client();
    const sha = await show('rev-parse', 'main');
    const { data: tree } = await rest.git.createTree({ ...place, tree: [] });
    const { data: other } = await rest.git.createCommit({ ...place, message: 'm', tree: tree.sha, parents: [] });
    await rest.git.createRef({ ...place, ref: 'refs/own/x', sha });
    const refusal = (message: string | RegExp) => ({ status: 422, message: expect.stringMatching(message) });
    await expect(rest.git.createRef({ ...place, ref: 'refs/own/x', sha })).rejects.toMatchObject(
      refusal(/already exists/),
    );
    await expect(rest.git.createRef({ ...place, ref: 'refs/x', sha })).rejects.toMatchObject(refusal(/two slashes/));
    await expect(rest.git.createRef({ ...place, ref: 'refs/own/y', sha: 'a'.repeat(40) })).rejects.toMatchObject(
      refusal(/Object does not exist/),
    );
    await expect(rest.git.updateRef({ ...place, ref: 'own/x', sha: other.sha })).rejects.toMatchObject(
      refusal(/not a fast forward/),
    );
    await expect(rest.git.updateRef({ ...place, ref: 'own/y', sha })).rejects.toMatchObject(refusal(/does not exist/));
    const reader = client({ contents: 'read' }).rest;
    await expect(reader.git.createTree({ ...place, tree: [] })).rejects.toMatchObject({
      status: 403,
      response: { headers: { 'x-accepted-github-permissions': 'contents=write' } },
    });
  });

  it('remembers an App that moves a branch, or forces a ref', async () => {
    const { rest } = client();
    const sha = await show('rev-parse', 'main');
    const known = github.forbidden.length;
    await rest.git.createRef({ ...place, ref: 'refs/heads/mine', sha });
    await rest.git.createRef({ ...place, ref: 'refs/own/x', sha });
    await rest.git.updateRef({ ...place, ref: 'own/x', sha, force: true });
    expect(github.forbidden.slice(known).map(({ what }) => what)).toEqual(['push', 'push']);
  });
});

it('a branch says which check runs it needs, by ruleset or by protection', async () => {
  repository.requireChecks('main', ['weirkeeper']);
  repository.requireChecks('main', ['ci'], 'protection');
  const { rest } = client({ contents: 'read' });
  const rules = await rest.repos.getBranchRules({ ...place, branch: 'main' });
  expect(rules.data).toMatchObject([
    { type: 'required_status_checks', parameters: { required_status_checks: [{ context: 'weirkeeper' }] } },
  ]);
  expect((await rest.repos.getBranch({ ...place, branch: 'main' })).data).toMatchObject({
    protection: { required_status_checks: { contexts: ['ci'] } },
  });
});
