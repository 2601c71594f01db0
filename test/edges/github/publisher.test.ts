import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toSha } from '#core/base';
import type { ChangedFile } from '#core/change';
import type { GitHub } from '#edges/github';
import type { Publication, ReviewRequest } from '#review';
import { type GitHubDouble, type PullRequest, startGitHubDouble } from '../../support/github-double/index.ts';
import { checkRun, connectTo, publication, requestFor, writes } from './stage.ts';

const before = Array.from({ length: 40 }, (_, index) => `line ${index + 1}\n`).join('');
const after = before.replace('line 10\n', 'line ten\n');

let double: GitHubDouble;
let github: GitHub;
let pull: PullRequest;
let request: ReviewRequest;
let changedFiles: readonly ChangedFile[];

beforeEach(async () => {
  double = await startGitHubDouble({ files: { 'models/a.sql': before } });
  github = connectTo(double);
  pull = await double.repository.openPullRequest({
    title: 't',
    user: 'ada',
    headRef: 'x',
    files: { 'models/a.sql': after },
  });
  request = requestFor(double, pull);
  changedFiles = (await github.pullRequests.readPullRequest(request)).changedFiles;
});

afterEach(async () => {
  await double.close();
});

const annotation = (line: number) =>
  ({
    path: 'models/a.sql',
    startLine: line,
    endLine: line,
    level: 'warning',
    title: `t${line}`,
    message: `m${line}`,
  }) as const;

function whole(): Publication {
  return publication({
    checkRuns: [
      checkRun('weirkeeper', { conclusion: 'failure', title: 'Blocked' }),
      checkRun('weirkeeper / state', { annotations: [annotation(1), annotation(2)] }),
      checkRun('weirkeeper / pii', { conclusion: 'failure', text: 'long' }),
    ],
    comment: '<!-- weirkeeper:review -->\n### Blocked',
    inlineComments: [
      { path: 'models/a.sql', line: 10, side: 'RIGHT', body: 'ten?', fingerprint: 'pii:leak:model.shop.a' },
      { path: 'models/a.sql', line: 33, side: 'RIGHT', body: 'not in the diff', fingerprint: 'far' },
      { path: 'models/b.sql', line: 1, side: 'RIGHT', body: 'not in the change', fingerprint: 'other' },
    ],
    labels: { add: ['assisted-by:llm'], remove: ['needs-senior-review'] },
  });
}

const names = ['weirkeeper', 'weirkeeper / state', 'weirkeeper / pii'];

async function review(edge: GitHub = github): Promise<void> {
  await edge.publisher.announce(request, names);
  await edge.publisher.publish(request, whole(), changedFiles);
}

describe('announcing', () => {
  it('puts check runs in progress on the head, once', async () => {
    await github.publisher.announce(request, names);
    await github.publisher.announce(request, names);
    const { checkRuns } = double.repository.publishedState(1);
    expect(Object.keys(checkRuns)).toEqual([...names].sort());
    expect(checkRuns['weirkeeper / pii']).toMatchObject({ status: 'in_progress', conclusion: null });
    expect(double.repository.state.checkRuns).toHaveLength(3);
  });

  it('goes on with the runs of a review that was lost, and gives a later review of the same commit runs of its own', async () => {
    await github.publisher.announce(request, names);
    const second = requestFor(double, pull, 'review-2');
    await github.publisher.announce(second, names);
    expect(double.repository.state.checkRuns.map((run) => run.externalId)).toEqual(Array(3).fill('review-2'));
    await github.publisher.publish(second, whole(), changedFiles);
    await github.publisher.announce(requestFor(double, pull, 'review-3'), names);
    expect(double.repository.state.checkRuns).toHaveLength(6);
    expect(double.repository.publishedState(1).checkRuns['weirkeeper']).toMatchObject({ status: 'in_progress' });
  });

  it('leaves another App’s run of the same name alone', async () => {
    double.repository.addForeignCheckRun({ name: 'weirkeeper', headSha: pull.head.sha });
    await review();
    const runs = double.repository.state.checkRuns.filter((run) => run.name === 'weirkeeper');
    expect(runs.map((run) => [run.appId === double.appId, run.conclusion])).toEqual([
      [false, 'success'],
      [true, 'failure'],
    ]);
  });
});

describe('publishing', () => {
  it('says everything once, each thing where it belongs', async () => {
    await review();
    const state = double.repository.publishedState(1);
    expect(state.checkRuns['weirkeeper']).toMatchObject({
      status: 'completed',
      conclusion: 'failure',
      title: 'Blocked',
    });
    expect(state.checkRuns['weirkeeper / state']?.annotations).toHaveLength(2);
    expect(state.comments).toMatchObject([
      { author: 'weirkeeper[bot]', body: '<!-- weirkeeper:review -->\n### Blocked' },
    ]);
    expect(state.labels).toEqual(['assisted-by:llm']);
    expect(state.reviews).toMatchObject([
      {
        state: 'COMMENTED',
        comments: [{ path: 'models/a.sql', line: 10, body: 'ten?\n<!-- weirkeeper:finding pii:leak:model.shop.a -->' }],
      },
    ]);
    expect(double.repository.state.labels.find((label) => label.name === 'assisted-by:llm')?.color).toBe('c5b4e3');
  });

  it('writes nothing the second time', async () => {
    await review();
    const count = writes(double).length;
    await review();
    expect(writes(double)).toHaveLength(count);
  });

  it('turns the summing check run last', async () => {
    await review();
    const last = double.repository.state.checkRuns.find((run) => run.name === 'weirkeeper');
    expect(writes(double).at(-1)).toBe(`PATCH /repos/acme/analytics/check-runs/${last?.id}`);
  });

  it('edits the comment in place, and takes no stranger’s for its own', async () => {
    await double.repository.comment('eve', 1, '<!-- weirkeeper:review -->\nforged');
    await review();
    await github.publisher.publish(
      request,
      { ...whole(), comment: '<!-- weirkeeper:review -->\n### Clear' },
      changedFiles,
    );
    expect(double.repository.publishedState(1).comments.map((comment) => comment.body)).toEqual([
      '<!-- weirkeeper:review -->\nforged',
      '<!-- weirkeeper:review -->\n### Clear',
    ]);
  });

  it('deletes its own second comment and leaves the comment when there is nothing new to say', async () => {
    await review();
    const { comments } = double.repository.pull(1);
    comments.push({ ...comments[0]!, id: 99_999 });
    await review();
    expect(double.repository.publishedState(1).comments).toHaveLength(1);
    await github.publisher.publish(request, { ...whole(), comment: null }, changedFiles);
    expect(double.repository.publishedState(1).comments).toHaveLength(1);
  });

  it('sends 120 annotations in batches and 70,000 characters of text cut to the limit', async () => {
    const annotations = Array.from({ length: 120 }, (_, index) => annotation(index + 1));
    const text = 'é'.repeat(70_000);
    const run = checkRun('weirkeeper / state', { annotations, text, summary: text, title: 'x'.repeat(400) });
    await github.publisher.publish(request, publication({ checkRuns: [run] }), changedFiles);
    const published = double.repository.publishedState(1).checkRuns['weirkeeper / state'];
    expect(published?.annotations).toHaveLength(120);
    expect(Buffer.byteLength(published?.text ?? '')).toBeLessThanOrEqual(65_535);
    expect(published?.text).toContain('cut here');
  });

  it('cuts a comment that GitHub would refuse', async () => {
    await github.publisher.publish(request, publication({ comment: 'x'.repeat(300_000) }), changedFiles);
    const body = double.repository.publishedState(1).comments[0]?.body ?? '';
    expect(body.startsWith('<!-- weirkeeper:review -->')).toBe(true);
    expect(body.length).toBeLessThan(65_536);
  });

  it('shows each annotation once when GitHub took an update and answered with 502', async () => {
    double.faults.next({ method: 'PATCH', path: /check-runs\/\d+$/, status: 502, takesEffect: true });
    const wanted = publication({
      checkRuns: [checkRun('weirkeeper / state', { annotations: [annotation(1), annotation(2)] })],
    });
    await expect(github.publisher.publish(request, wanted, changedFiles)).rejects.toMatchObject({
      name: 'UpstreamError',
    });
    await github.publisher.publish(request, wanted, changedFiles);
    const { checkRuns } = double.repository.publishedState(pull.number);
    expect(checkRuns['weirkeeper / state']?.annotations).toHaveLength(2);
    expect(double.repository.state.checkRuns).toHaveLength(1);
  });

  it('makes a new check run when one shows annotations that no longer hold', async () => {
    await review();
    await github.publisher.publish(
      request,
      publication({ checkRuns: [checkRun('weirkeeper / state', { annotations: [annotation(7)] })] }),
      changedFiles,
    );
    const shown = double.repository.publishedState(1).checkRuns['weirkeeper / state'];
    expect(shown?.annotations.map((item) => item.start_line)).toEqual([7]);
  });

  it('posts no inline comment when GitHub refuses the lines, and says the rest', async () => {
    double.faults.next({ method: 'POST', path: /\/reviews$/, status: 422, body: { message: 'Validation Failed' } });
    await review();
    const state = double.repository.publishedState(1);
    expect(state.reviews).toEqual([]);
    expect(state.checkRuns['weirkeeper']).toMatchObject({ conclusion: 'failure' });
  });

  it('ignores a finding marker in a stranger’s text', async () => {
    await review();
    const posted = double.repository.pull(1).reviews[0]!;
    Object.assign(posted.comments[0]!, { user: { ...posted.user, login: 'eve' } });
    await review();
    expect(double.repository.publishedState(1).reviews).toHaveLength(2);
  });

  it('hides a fingerprint that would end its HTML comment', async () => {
    const inlineComments = [
      { path: 'models/a.sql', line: 10, side: 'RIGHT', body: 'b', fingerprint: '--> @everyone <img>' },
    ] as const;
    await github.publisher.publish(request, publication({ inlineComments }), changedFiles);
    await github.publisher.publish(request, publication({ inlineComments }), changedFiles);
    const { reviews } = double.repository.publishedState(1);
    expect(reviews).toHaveLength(1);
    expect(reviews[0]?.comments[0]?.body).toBe('b\n<!-- weirkeeper:finding -%2D%3E%20%40everyone%20%3Cimg%3E -->');
  });

  it('sets labels without regard to case and forgives one that is gone', async () => {
    await double.repository.addLabelAs('ada', 1, 'Assisted-By:LLM');
    await github.publisher.publish(
      request,
      publication({ labels: { add: ['assisted-by:llm'], remove: ['hallucination-budget'] } }),
      changedFiles,
    );
    expect(double.repository.publishedState(1).labels).toEqual(['Assisted-By:LLM']);
    await github.publisher.publish(
      request,
      publication({ labels: { add: [], remove: ['assisted-by:llm'] } }),
      changedFiles,
    );
    expect(double.repository.publishedState(1).labels).toEqual([]);
  });

  it('says nothing but check runs of a merge group', async () => {
    const sha = await double.repository.enqueue(1);
    const edge = connectTo(double, { newerHead: async () => null });
    const group = { ...request, pullNumber: 0, headSha: toSha(sha) };
    await edge.publisher.announce(group, names);
    await edge.publisher.publish(group, publication({ checkRuns: whole().checkRuns }), []);
    expect(double.repository.publishedState(1, sha).checkRuns['weirkeeper']).toMatchObject({ conclusion: 'failure' });
    expect(writes(double).every((write) => write.includes('/check-runs'))).toBe(true);
  });

  it('never approves, merges or dismisses', async () => {
    await review();
    expect(double.forbidden).toEqual([]);
  });
});

describe('a review that is cut off', () => {
  it('after any write, whether it took effect or not, ends as one that was not', async () => {
    await review();
    const expected = double.repository.publishedState(1);
    const total = writes(double).length;
    expect(total).toBeGreaterThan(8);
    for (let cut = 0; cut < total; cut += 1) {
      for (const takesEffect of [true, false]) await expectSameAfterCut(cut, { takesEffect, expected });
    }
  }, 120_000);

  async function expectSameAfterCut(
    cut: number,
    { takesEffect, expected }: { takesEffect: boolean; expected: unknown },
  ): Promise<void> {
    const other = await startGitHubDouble({ files: { 'models/a.sql': before } });
    try {
      await other.repository.openPullRequest({
        title: 't',
        user: 'ada',
        headRef: 'x',
        files: { 'models/a.sql': after },
      });
      const edge = connectTo(other, { attempts: 1 });
      const own = requestFor(other, other.repository.pull(1));
      const run = async (): Promise<void> => {
        await edge.publisher.announce(own, names);
        await edge.publisher.publish(own, whole(), changedFiles);
      };
      loseWrite(other, cut, takesEffect);
      await expect(run()).rejects.toMatchObject({ name: 'UpstreamError' });
      await run();
      expect(other.repository.publishedState(1)).toEqual(expected);
      const runs = other.repository.state.checkRuns.map((item) => item.name);
      expect(new Set(runs).size).toBe(runs.length);
    } finally {
      await other.close();
    }
  }

  /** Answers 502 to write number `cut`, counting from 0, which may have taken effect all the same. */
  function loseWrite(other: GitHubDouble, cut: number, takesEffect: boolean): void {
    let seen = -1;
    Object.assign(other.faults, {
      take: (method: string, path: string) => {
        if (method === 'GET' || path.endsWith('/access_tokens')) return null;
        seen += 1;
        return seen === cut ? { status: 502, takesEffect } : null;
      },
    });
  }
});

describe('a newer push', () => {
  it('found before any step stops the review, cancels what is under way, and leaves the comment alone', async () => {
    for (let step = 1; step <= 5; step += 1) {
      let asked = 0;
      const newer = toSha('f'.repeat(40));
      const edge = connectTo(double, { newerHead: async () => ((asked += 1) === step ? newer : null) });
      const own = requestFor(double, pull, `stopped-${step}`);
      await edge.publisher.announce(own, names);
      await edge.publisher.publish(own, { ...whole(), comment: `old head ${step}` }, changedFiles);
      const ours = double.repository.state.checkRuns.filter((run) => run.externalId === `stopped-${step}`);
      expect(ours).toHaveLength(3);
      expect(ours.every((run) => run.status === 'completed')).toBe(true);
      const summing = ours.find((run) => run.name === 'weirkeeper');
      expect(summing).toMatchObject({ conclusion: 'cancelled', output: { summary: expect.stringContaining(newer) } });
      const { comments } = double.repository.publishedState(1);
      expect(comments.some((comment) => comment.body.includes(`old head ${step}`))).toBe(step > 2);
    }
  });

  it('is asked of GitHub when nobody else tells', async () => {
    await github.publisher.announce(request, names);
    const sha = await double.repository.pushCommit(1, { message: 'more', files: { 'models/a.sql': before } });
    await github.publisher.publish(request, whole(), changedFiles);
    const runs = double.repository.state.checkRuns;
    expect(runs.map((run) => run.conclusion)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(runs[0]?.output.title).toBe(`superseded by ${sha.slice(0, 7)}`);
    expect(double.repository.publishedState(1).comments).toEqual([]);
  });

  it('lets a review withdraw that has published nothing', async () => {
    await github.publisher.announce(request, names);
    await github.publisher.withdraw(request, toSha('e'.repeat(40)));
    expect(double.repository.state.checkRuns.map((run) => run.conclusion)).toEqual(Array(3).fill('cancelled'));
  });
});
