import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Octokit } from '@octokit/rest';
import { type GitHubDouble, limits, type PullRequest, startGitHubDouble } from './github-double/index.ts';

/** What an App can publish, and what GitHub refuses. */

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const place = { owner: 'acme', repo: 'analytics' };
const before = Array.from({ length: 40 }, (_, index) => `line ${String(index + 1)}\n`).join('');
const after = before.replace('line 10\n', 'line ten\n').replace('line 30\n', 'line thirty\n');

let github: GitHubDouble;
let client: Octokit;
let pull: PullRequest;

beforeEach(async () => {
  github = await startGitHubDouble({ files: { 'models/a.sql': before } });
  client = new Octokit({ auth: github.issueToken(), baseUrl: github.url, log: quiet });
  pull = await github.repository.openPullRequest({
    title: 't',
    user: 'ada',
    headRef: 'x',
    files: { 'models/a.sql': after },
  });
});

afterEach(async () => {
  await github.close();
});

describe('check runs', () => {
  const annotation = {
    path: 'models/a.sql',
    start_line: 1,
    end_line: 1,
    annotation_level: 'warning' as const,
    message: 'm',
  };
  const output = { title: 't', summary: 's' };

  it('go from queued to completed, gathering annotations 50 at a time', async () => {
    const { data: run } = await client.rest.checks.create({ ...place, name: 'weirkeeper', head_sha: pull.head.sha });
    expect(run).toMatchObject({ status: 'queued', conclusion: null, pull_requests: [{ number: 1 }] });
    const fifty = Array.from({ length: 50 }, () => annotation);
    const update = { ...place, check_run_id: run.id, output: { ...output, annotations: fifty } };
    await client.rest.checks.update({ ...update, status: 'in_progress' });
    const { data: done } = await client.rest.checks.update({ ...update, conclusion: 'failure' });
    expect(done).toMatchObject({ status: 'completed', conclusion: 'failure', output: { annotations_count: 100 } });
    const all = await client.paginate(client.rest.checks.listAnnotations, { ...place, check_run_id: run.id });
    expect(all).toHaveLength(100);
    const { data: reopened } = await client.rest.checks.update({
      ...place,
      check_run_id: run.id,
      status: 'in_progress',
    });
    expect(reopened).toMatchObject({ conclusion: null, completed_at: null });
  });

  it('are listed by name and App, the latest of each name unless all are asked for', async () => {
    const one = { ...place, name: 'weirkeeper', head_sha: pull.head.sha, conclusion: 'success' as const };
    await client.rest.checks.create({ ...one, conclusion: 'failure' });
    await client.rest.checks.create(one);
    github.repository.addForeignCheckRun({ name: 'weirkeeper', headSha: pull.head.sha });
    const count = async (query: object): Promise<number> =>
      (await client.rest.checks.listForRef({ ...place, ref: pull.head.sha, ...query })).data.total_count;
    expect(await count({})).toBe(2);
    expect(await count({ filter: 'all' })).toBe(3);
    expect(await count({ app_id: github.appId, check_name: 'weirkeeper' })).toBe(1);
    expect(await count({ check_name: 'else' })).toBe(0);
    expect(github.repository.publishedState(1).checkRuns['weirkeeper']?.conclusion).toBe('success');
  });

  it('belong to the App that made them', async () => {
    const foreign = github.repository.addForeignCheckRun({ name: 'ci', headSha: pull.head.sha });
    await expect(
      client.rest.checks.update({ ...place, check_run_id: foreign.id, conclusion: 'success' }),
    ).rejects.toMatchObject({ status: 403 });
  });

  const button = { label: 'Review again', description: 'd', identifier: 'again' };
  it.each([
    [
      'a summary too long',
      { output: { ...output, summary: 's'.repeat(65_536) } },
      /Only 65535 characters are allowed; 65536 were supplied/,
    ],
    ['a text too long', { output: { ...output, text: 's'.repeat(65_536) } }, /Only 65535 characters/],
    ['a summary too many bytes', { output: { ...output, summary: 'é'.repeat(40_000) } }, /maximum bytesize of 65535/],
    [
      '51 annotations',
      { output: { ...output, annotations: Array.from({ length: 51 }, () => annotation) } },
      /No more than 50 items are allowed; 51/,
    ],
    [
      'columns over several lines',
      { output: { ...output, annotations: [{ ...annotation, end_line: 2, start_column: 1, end_column: 2 }] } },
      /same line/,
    ],
    [
      'a line before the first',
      { output: { ...output, annotations: [{ ...annotation, start_line: 0 }] } },
      /lines start at 1/,
    ],
    ['four buttons', { actions: [button, button, button, button] }, /No more than 3 items/],
    ['a long label', { actions: [{ ...button, label: 'l'.repeat(21) }] }, /Only 20 characters/],
    ['a long description', { actions: [{ ...button, description: 'd'.repeat(41) }] }, /Only 40 characters/],
    ['a long identifier', { actions: [{ ...button, identifier: 'i'.repeat(21) }] }, /Only 20 characters/],
    ['completed without a conclusion', { status: 'completed' as const }, /"conclusion" wasn't supplied/],
    ["GitHub's own conclusion", { conclusion: 'stale' as const }, /not a member/],
    ['a commit that is not there', { head_sha: 'f'.repeat(40) }, /No commit found for SHA/],
  ])('are refused with %s', async (_what, wrong, message) => {
    const request = { ...place, name: 'weirkeeper', head_sha: pull.head.sha, ...wrong };
    await expect(client.rest.checks.create(request)).rejects.toMatchObject({
      status: 422,
      message: expect.stringMatching(message),
    });
    expect(github.repository.state.checkRuns).toEqual([]);
  });
});

describe('comments', () => {
  it('are written, changed, reacted to, listed and deleted, and say which App wrote them', async () => {
    await github.repository.comment('ada', 1, 'please look');
    const issue = { ...place, issue_number: 1 };
    const { data: own } = await client.rest.issues.createComment({ ...issue, body: 'first' });
    expect(own.performed_via_github_app?.id).toBe(github.appId);
    expect(own.user).toMatchObject({ login: 'weirkeeper[bot]', type: 'Bot' });
    await client.rest.issues.updateComment({ ...place, comment_id: own.id, body: 'second' });
    await client.rest.reactions.createForIssueComment({ ...place, comment_id: own.id, content: 'eyes' });
    const { data: all } = await client.rest.issues.listComments(issue);
    expect(all.map((comment) => [comment.body, comment.performed_via_github_app === null])).toEqual([
      ['please look', true],
      ['second', false],
    ]);
    expect(github.repository.publishedState(1).comments[1]).toMatchObject({ body: 'second', reactions: ['eyes'] });
    await client.rest.issues.deleteComment({ ...place, comment_id: own.id });
    expect(github.repository.publishedState(1).comments).toHaveLength(1);
  });

  it('may have 262,144 bytes and not one more, counted in UTF-8', async () => {
    const issue = { ...place, issue_number: 1 };
    const most = 'é'.repeat(limits.commentBytes.value / 2);
    const { data } = await client.rest.issues.createComment({ ...issue, body: most });
    await expect(
      client.rest.issues.updateComment({ ...place, comment_id: data.id, body: `${most}x` }),
    ).rejects.toMatchObject({ status: 422, message: expect.stringContaining('body is too long') });
    await expect(client.rest.issues.createComment({ ...issue, body: ' ' })).rejects.toMatchObject({ status: 422 });
    expect(github.repository.publishedState(1).comments[0]?.body).toBe(most);
  });

  it('can be hidden by GraphQL, by alias or by variable', async () => {
    const { data } = await client.rest.issues.createComment({ ...place, issue_number: 1, body: 'old' });
    const answer = await client.graphql(
      'mutation($id: ID!) { hide: minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) { minimizedComment { isMinimized } } }',
      { id: data.node_id },
    );
    expect(answer).toMatchObject({ hide: { minimizedComment: { isMinimized: true, minimizedReason: 'outdated' } } });
    expect(github.repository.publishedState(1).comments[0]?.hidden).toBe('outdated');
    await expect(client.graphql('{ viewer { login } }')).rejects.toThrow(/no GraphQL but the mutation minimizeComment/);
  });
});

describe('labels', () => {
  it('are put on, made when new, taken off, and remember by whom', async () => {
    const issue = { ...place, issue_number: 1 };
    await client.rest.issues.createLabel({ ...place, name: 'assisted-by:llm', color: 'aabbcc', description: 'd' });
    await expect(client.rest.issues.createLabel({ ...place, name: 'Assisted-by:LLM' })).rejects.toMatchObject({
      status: 422,
    });
    await client.rest.issues.addLabels({ ...issue, labels: ['assisted-by:llm', 'new one'] });
    await github.repository.removeLabelAs('ada', 1, 'assisted-by:llm');
    await github.repository.addLabelAs('grace', 1, 'weirkeeper:deep-review');
    expect(github.repository.publishedState(1).labels).toEqual(['new one', 'weirkeeper:deep-review']);
    const { data: events } = await client.rest.issues.listEvents(issue);
    const told = events.map((event) => [event.event, event.actor.login, event.performed_via_github_app !== null]);
    expect(told).toEqual([
      ['labeled', 'weirkeeper[bot]', true],
      ['labeled', 'weirkeeper[bot]', true],
      ['unlabeled', 'ada', false],
      ['labeled', 'grace', false],
    ]);
    await client.rest.issues.removeLabel({ ...issue, name: 'new one' });
    await expect(client.rest.issues.removeLabel({ ...issue, name: 'new one' })).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining('Label does not exist'),
    });
  });
});

describe('pull request reviews', () => {
  const at = (line: number, rest: object = {}): { path: string; body: string; line: number } => ({
    path: 'models/a.sql',
    body: 'b',
    line,
    ...rest,
  });
  const review = (comments: ReturnType<typeof at>[]): Promise<unknown> =>
    client.rest.pulls.createReview({ ...place, pull_number: 1, event: 'COMMENT', body: 'see below', comments });

  it('take comments on lines that the diff shows, on either side', async () => {
    await review([at(10), at(12, { start_line: 8 }), at(10, { side: 'LEFT' })]);
    const { data } = await client.rest.pulls.listReviewComments({ ...place, pull_number: 1 });
    expect(data.map((comment) => [comment.start_line, comment.line, comment.side])).toEqual([
      [null, 10, 'RIGHT'],
      [8, 12, 'RIGHT'],
      [null, 10, 'LEFT'],
    ]);
    expect(github.repository.publishedState(1).reviews).toMatchObject([{ state: 'COMMENTED', body: 'see below' }]);
  });

  it.each([
    ['a line outside every hunk', at(20), /line must be part of the diff/],
    ['a file that is not changed', { ...at(1), path: 'README.md' }, /Path could not be resolved/],
    ['a range over two hunks', at(30, { start_line: 10 }), /same hunk/],
    ['a range that ends where it starts', at(10, { start_line: 10 }), /must precede the end line/],
  ])('are refused whole for %s', async (_what, wrong, message) => {
    await expect(review([at(10), wrong])).rejects.toMatchObject({
      status: 422,
      message: expect.stringMatching(message),
    });
    expect(github.repository.publishedState(1).reviews).toEqual([]);
  });

  it('may be a single comment on a line or on a whole file, refused in words of its own', async () => {
    const single = { ...place, pull_number: 1, commit_id: pull.head.sha, path: 'models/a.sql', body: 'b' };
    await client.rest.pulls.createReviewComment({ ...single, line: 30, side: 'RIGHT' });
    await client.rest.pulls.createReviewComment({ ...single, subject_type: 'file' });
    await expect(client.rest.pulls.createReviewComment({ ...single, line: 20 })).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('pull_request_review_thread.line must be part of the diff'),
    });
    expect(github.repository.publishedState(1).reviews.map((one) => one.comments[0]?.line)).toEqual([30, null]);
  });

  it('remember every attempt to approve, merge or dismiss, also a refused one', async () => {
    expect(github.forbidden).toEqual([]);
    await client.rest.pulls.createReview({ ...place, pull_number: 1, event: 'APPROVE' });
    await expect(client.rest.pulls.merge({ ...place, pull_number: 1 })).rejects.toMatchObject({ status: 403 });
    await expect(client.graphql('mutation { mergePullRequest(input: {}) { clientMutationId } }')).rejects.toThrow();
    expect(github.forbidden.map((attempt) => attempt.what)).toEqual(['approve', 'merge', 'merge']);
  });
});
