import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Octokit } from '@octokit/rest';
import { toSha } from '#core/base';
import type { GitHub } from '#edges/github';
import { type GitHubDouble, startGitHubDouble } from '../../support/github-double/index.ts';
import { connectTo, publication, requestFor } from './stage.ts';

let double: GitHubDouble;
let github: GitHub;

beforeEach(async () => {
  double = await startGitHubDouble({ files: { 'models/a.sql': 'select 1\n', 'models/old.sql': 'select 2\n' } });
  github = connectTo(double);
});

afterEach(async () => {
  await double.close();
});

describe('reading a pull request', () => {
  it('gives commits, files with their hunks, and the commit it branched off', async () => {
    const base = await double.repository.openPullRequest({
      title: 'unused',
      user: 'ada',
      headRef: 'u',
      files: { x: 'y' },
    });
    const pull = await double.repository.openPullRequest({
      title: 'Orders <img src=x>',
      body: 'why',
      user: 'ada',
      headRef: 'orders',
      draft: true,
      labels: ['finance'],
      commits: [
        { message: 'one\n\nCo-Authored-By: X <x@example.com>', files: { 'models/a.sql': 'select 3\n' } },
        { message: 'two', files: { 'models/old.sql': null } },
      ],
    });
    await double.repository.commitTo('main', { message: 'later', files: { 'README.md': 'moved on' } });
    const read = await github.pullRequests.readPullRequest(requestFor(double, pull));
    expect(read).toMatchObject({
      repository: 'acme/analytics',
      number: 2,
      title: 'Orders <img src=x>',
      body: 'why',
      author: { login: 'ada', type: 'User' },
      draft: true,
      baseRef: 'main',
      headRef: 'orders',
      headSha: pull.head.sha,
      mergeBaseSha: base.base.sha,
      fromFork: false,
      labels: ['finance'],
      commitsComplete: true,
      filesComplete: true,
      changedFiles: [
        { path: 'models/a.sql', status: 'modified', patch: expect.stringContaining('+select 3') },
        { path: 'models/old.sql', status: 'removed' },
      ],
    });
    expect(read.commits.map((commit) => [commit.message.split('\n')[0], commit.authorLogin])).toEqual([
      ['one', 'ada'],
      ['two', 'ada'],
    ]);
  });

  it('says when GitHub listed only a part', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 3_010 }, (_, index) => [`seeds/s${index}.csv`, `${index}\n`]),
    );
    const pull = await double.repository.openPullRequest({ title: 'many', user: 'ada', headRef: 'many', files });
    const read = await github.pullRequests.readPullRequest(requestFor(double, pull));
    expect(read.changedFiles).toHaveLength(3_000);
    expect(read.filesComplete).toBe(false);
  });

  it('makes do with what GitHub does not know: accounts that are gone, authors it could not match, history that is apart', async () => {
    const pull = await double.repository.openPullRequest({ title: 't', user: 'ada', headRef: 'x', files: { b: 'c' } });
    const { data } = await new Octokit({ auth: double.issueToken(), baseUrl: double.url }).rest.pulls.get({
      owner: 'acme',
      repo: 'analytics',
      pull_number: 1,
    });
    const person = { name: 'Ann', email: 'ann@example.com' };
    const commits = [
      { sha: pull.head.sha, commit: { message: 'm', author: person, committer: person }, author: null, committer: {} },
      { sha: 'e'.repeat(40), commit: { message: 'n', author: null, committer: null }, author: null, committer: null },
    ];
    const body = { ...data, user: null, body: null, draft: undefined, commits: 3 };
    double.faults.next({ path: /pulls\/1$/, status: 200, body: JSON.parse(JSON.stringify(body)) });
    double.faults.next({ path: /pulls\/1\/commits$/, status: 200, body: JSON.parse(JSON.stringify(commits)) });
    double.faults.next({ path: /compare/, status: 404 });
    const read = await github.pullRequests.readPullRequest(requestFor(double, pull));
    expect(read).toMatchObject({
      author: { login: 'ghost', id: null, type: 'unknown' },
      body: '',
      draft: false,
      mergeBaseSha: null,
      commitsComplete: false,
      commits: [
        { authorName: 'Ann', authorLogin: null, committerEmail: 'ann@example.com', committerLogin: null },
        { authorName: '', authorEmail: '', committerName: '', committerLogin: null },
      ],
    });
  });

  it('knows a fork, also one that was deleted', async () => {
    const pull = await double.repository.openPullRequest({
      title: 'f',
      user: 'eve',
      headRef: 'f',
      fork: 'eve',
      files: { z: '1' },
    });
    expect((await github.pullRequests.readPullRequest(requestFor(double, pull))).fromFork).toBe(true);
    double.repository.deleteFork(pull.number);
    expect((await github.pullRequests.readPullRequest(requestFor(double, pull))).fromFork).toBe(true);
  });
});

describe('reading a file', () => {
  it.each([
    ['models/a.sql', 'select 1\n'],
    ['models/none.sql', null],
    ['models', null],
    ['../secret', null],
    ['models//a.sql', null],
  ])('%s', async (path, text) => {
    const pull = await double.repository.openPullRequest({ title: 't', user: 'ada', headRef: 'x', files: { b: 'c' } });
    const request = requestFor(double, pull);
    expect(await github.pullRequests.readFile(request, path, toSha(pull.base.sha))).toBe(text);
  });

  it('reads 3 MB, and refuses what is not text', async () => {
    const large = 'x'.repeat(3 * 1024 * 1024);
    const files = { 'large.json': large, 'binary.bin': Buffer.from([0xff, 0xfe, 0x00, 0x80]) };
    const pull = await double.repository.openPullRequest({ title: 't', user: 'ada', headRef: 'x', files });
    const request = requestFor(double, pull);
    expect(await github.pullRequests.readFile(request, 'large.json', request.headSha)).toBe(large);
    const raw = { path: /contents\/b$/, status: 200, headers: { 'content-type': 'application/octet-stream' } };
    double.faults.next({ ...raw, body: JSON.parse('"text"') });
    expect(await github.pullRequests.readFile(request, 'b', request.headSha)).toContain('text');
    double.faults.next({
      path: /contents\/b$/,
      status: 403,
      body: { message: 'This API returns blobs up to 100 MB in size. The requested blob is too large' },
    });
    await expect(github.pullRequests.readFile(request, 'b', request.headSha)).rejects.toMatchObject({
      code: 'file-too-large',
    });
  });
});

describe('label history', () => {
  it('tells by whom each label was last set or removed', async () => {
    const pull = await double.repository.openPullRequest({ title: 't', user: 'ada', headRef: 'x', files: { b: 'c' } });
    const request = requestFor(double, pull);
    await github.publisher.publish(
      request,
      publication({ labels: { add: ['assisted-by:llm', 'needs-senior-review'], remove: [] } }),
      [],
    );
    await double.repository.removeLabelAs('bob', 1, 'needs-senior-review');
    await double.repository.addLabelAs('bob', 1, 'mine');
    expect(await github.pullRequests.readLabelHistory(request)).toEqual([
      { label: 'assisted-by:llm', action: 'added', by: 'app' },
      { label: 'needs-senior-review', action: 'removed', by: 'person' },
      { label: 'mine', action: 'added', by: 'person' },
    ]);
  });
});

describe('comparing two commits', () => {
  it('knows the blobs also of files beyond the 300 that GitHub lists', async () => {
    const files = Object.fromEntries(Array.from({ length: 310 }, (_, index) => [`seeds/s${1_000 + index}.csv`, 'x\n']));
    const pull = await double.repository.openPullRequest({ title: 'many', user: 'ada', headRef: 'many', files });
    const place = { repository: double.repository.fullName, installationId: double.installationId };
    const compared = await github.history.compare(place, pull.base.sha, pull.head.sha);
    const seeds = Object.keys(files).map((path) => compared?.blobs.get(path));
    expect(seeds).toHaveLength(310);
    expect(seeds.every((blob) => blob === seeds[0] && /^[0-9a-f]{40}$/.test(blob ?? ''))).toBe(true);
  });
});

describe('finding the pull requests of a commit', () => {
  it('finds open ones, in the repository and in forks, and no others', async () => {
    const { repository, installationId } = double;
    const find = (sha: string) => github.findOpenPullRequests(installationId, repository.fullName, toSha(sha));
    const own = await repository.openPullRequest({ title: 'a', user: 'ada', headRef: 'a', files: { a: '1' } });
    const fork = await repository.openPullRequest({
      title: 'b',
      user: 'eve',
      headRef: 'b',
      fork: 'eve',
      files: { b: '1' },
    });
    expect(await find(own.head.sha)).toEqual([own.number]);
    expect(await find(fork.head.sha)).toEqual([fork.number]);
    const old = own.head.sha;
    await repository.pushCommit(own.number, { message: 'm', files: { a: '2' } });
    expect(await find(old)).toEqual([]);
    await repository.closePullRequest(fork.number);
    expect(await find(fork.head.sha)).toEqual([]);
    expect(await find('0'.repeat(40))).toEqual([]);
  });
});
