import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toReviewJobs } from '#edges/github';
import type { ReviewJob } from '#review';

const folder = new URL('../../fixtures/webhooks/', import.meta.url);
const head = 'a'.repeat(40);
const origin = { repository: 'acme/analytics', installationId: 56_789, deliveryId: 'd-1' };

type Json = Record<string, unknown>;

function payload(name: string): Json {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Json;
}

/** The fixture with some of its parts changed, by path: `pull_request.state`. */
function changed(name: string, changes: Readonly<Record<string, unknown>>): Json {
  const copy = payload(name);
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    let place = copy;
    for (const key of keys) place = place[key] as Json;
    place[last] = value;
  }
  return copy;
}

function jobs(name: string, changes: Readonly<Record<string, unknown>> = {}): readonly ReviewJob[] {
  return toReviewJobs(name.split('.')[0] ?? '', 'd-1', changed(name, changes));
}

function review(trigger: string, more: Json = {}): Json {
  return { kind: 'review', ...origin, pullNumber: 7, headSha: head, depth: 'standard', trigger, ...more };
}

describe('pull requests', () => {
  it.each(['opened', 'synchronize', 'reopened', 'ready_for_review'])('are reviewed when %s', (action) => {
    expect(jobs('pull_request.opened', { action })).toEqual([review(`pull_request.${action}`)]);
  });

  it.each(['converted_to_draft', 'assigned', 'review_requested', 'auto_merge_enabled', ''])(
    'are left when %s',
    (action) => {
      expect(jobs('pull_request.opened', { action })).toEqual([]);
    },
  );

  it('are reviewed from a fork that is gone', () => {
    expect(jobs('pull_request.opened-from-deleted-fork')).toHaveLength(1);
  });

  it.each([
    [{ title: { from: 'x' } }, 1],
    [{ body: { from: 'x' } }, 1],
    [{ body: { from: null } }, 1],
    [{ base: { ref: { from: 'main' } } }, 1],
    [{}, 0],
    [null, 0],
    [{ milestone: {} }, 0],
  ])('are reviewed after an edit of %j: %i', (changes, count) => {
    expect(jobs('pull_request.edited', { changes })).toHaveLength(count);
  });

  it('that are closed are not reviewed, and their closing is told', () => {
    expect(jobs('pull_request.closed')).toEqual([{ kind: 'closed', ...origin, pullNumber: 7, merged: true }]);
    expect(jobs('pull_request.closed', { 'pull_request.merged': false })).toMatchObject([{ merged: false }]);
    expect(jobs('pull_request.edited', { 'pull_request.state': 'closed' })).toEqual([]);
    expect(jobs('pull_request.labeled', { 'pull_request.state': 'closed' })).toEqual([]);
  });
});

describe('labels', () => {
  const bot = { login: 'weirkeeper[bot]', id: 99, type: 'Bot' };
  it.each([
    ['deep review put on by a person', { action: 'labeled' }, 'deep'],
    ['deep review put on by another bot', { sender: { login: 'triage[bot]', type: 'Bot' } }, 'deep'],
    ['deep review in capitals', { 'label.name': 'Weirkeeper:Deep-Review' }, 'deep'],
    ['deep review taken off', { action: 'unlabeled' }, null],
    ['assistance set by a person', { 'label.name': 'assisted-by:llm' }, 'standard'],
    ['assistance taken off by a person', { action: 'unlabeled', 'label.name': 'assisted-by:llm' }, 'standard'],
    ['senior review taken off by a person', { action: 'unlabeled', 'label.name': 'needs-senior-review' }, 'standard'],
    ['assistance set by our own bot', { 'label.name': 'assisted-by:llm', sender: bot }, null],
    [
      'assistance taken off by our own bot',
      { action: 'unlabeled', 'label.name': 'hallucination-budget', sender: bot },
      null,
    ],
    ['another label', { 'label.name': 'documentation' }, null],
    ['no label at all', { label: null }, null],
  ])('%s', (_what, changes, depth) => {
    const found = jobs('pull_request.labeled', changes);
    expect(found.map((job) => job.kind === 'review' && job.depth)).toEqual(depth === null ? [] : [depth]);
  });
});

describe('check runs and suites', () => {
  it('are reviewed again when asked for', () => {
    expect(jobs('check_run.rerequested')).toEqual([review('check_run.rerequested')]);
    expect(
      jobs('check_run.rerequested', { action: 'requested_action', requested_action: { identifier: 'deep-review' } }),
    ).toEqual([review('check_run.requested_action', { depth: 'deep' })]);
  });

  it('of other names and other actions are left', () => {
    expect(jobs('check_run.rerequested', { 'check_run.name': 'lint' })).toEqual([]);
    expect(jobs('check_run.rerequested', { 'check_run.name': 'weirkeeperish' })).toEqual([]);
    expect(jobs('check_run.rerequested', { action: 'completed' })).toEqual([]);
    expect(jobs('check_suite.rerequested', { action: 'requested' })).toEqual([]);
  });

  it('count only pull requests of this repository', () => {
    expect(jobs('check_suite.rerequested')).toEqual([review('check_suite.rerequested')]);
  });

  it('of a fork, which name no pull request, have theirs looked for', () => {
    const find = { kind: 'find-pull-requests', ...origin, headSha: head };
    expect(jobs('check_run.rerequested', { 'check_run.pull_requests': [] })).toEqual([
      { ...find, trigger: 'check_run.rerequested' },
    ]);
    expect(jobs('check_suite.rerequested', { 'check_suite.pull_requests': [] })).toEqual([
      { ...find, trigger: 'check_suite.rerequested' },
    ]);
  });

  it('of the merge queue are those of a merge group', () => {
    const head_branch = 'gh-readonly-queue/main/pr-7-bbbb';
    expect(jobs('check_run.rerequested', { 'check_run.check_suite': { head_branch } })).toMatchObject([
      { kind: 'merge-group' },
    ]);
    expect(jobs('workflow_run.completed', { 'workflow_run.head_branch': head_branch })).toMatchObject([
      { kind: 'merge-group' },
    ]);
  });
});

describe('comments', () => {
  const own = { login: 'ada', id: 11, type: 'User' };
  it.each([
    ['a member asks for a deep review', {}, 'deep'],
    ['a member asks for a review', { 'comment.body': '/weirkeeper review' }, 'standard'],
    ['the first of two commands counts', { 'comment.body': '/weirkeeper review\n/weirkeeper deep-review' }, 'standard'],
    ['words after the command', { 'comment.body': '/weirkeeper review now' }, null],
    ['a command quoted', { 'comment.body': '> /weirkeeper review' }, null],
    ['a command in a sentence', { 'comment.body': 'say /weirkeeper review' }, null],
    ['an unknown command', { 'comment.body': '/weirkeeper merge' }, null],
    ['no body', { 'comment.body': null }, null],
    ['a stranger', { 'comment.author_association': 'NONE', 'comment.body': '/weirkeeper review' }, null],
    [
      'the author of the pull request',
      { 'comment.author_association': 'NONE', 'comment.user': own, 'comment.body': '/weirkeeper review' },
      'standard',
    ],
    ['the author asks for a deep review', { 'comment.author_association': 'CONTRIBUTOR', 'comment.user': own }, null],
    ['a bot', { 'comment.user': { login: 'weirkeeper[bot]', type: 'Bot' } }, null],
    ['an App in a person’s name', { 'comment.performed_via_github_app': { id: 5 } }, null],
    ['an account that is gone', { 'comment.user': null }, null],
    ['an issue', { 'issue.pull_request': undefined }, null],
    ['a closed pull request', { 'issue.state': 'closed' }, null],
    ['an edited comment', { action: 'edited' }, null],
  ])('%s', (_what, changes, depth) => {
    const found = jobs('issue_comment.created', changes);
    const expected = depth === null ? [] : [review('issue_comment.created', { headSha: null, depth })];
    expect(found).toEqual(expected);
  });
});

describe('workflow runs and merge groups', () => {
  it.each([
    ['success', 1],
    ['failure', 1],
    ['cancelled', 0],
    ['skipped', 0],
    [null, 0],
  ])('a run that ended with %s: %i', (conclusion, count) => {
    expect(jobs('workflow_run.completed', { 'workflow_run.conclusion': conclusion })).toHaveLength(count);
  });

  it('a run says whose artifacts came, a merge group which commit is to be checked', () => {
    expect(jobs('workflow_run.completed')).toEqual([
      { kind: 'find-pull-requests', ...origin, headSha: head, trigger: 'workflow_run.completed' },
    ]);
    expect(jobs('workflow_run.completed', { action: 'requested' })).toEqual([]);
    expect(jobs('merge_group.checks_requested')).toEqual([
      {
        kind: 'merge-group',
        ...origin,
        headSha: head,
        headBranch: `gh-readonly-queue/main/pr-7-${'b'.repeat(40)}`,
        trigger: 'merge_group.checks_requested',
      },
    ]);
    expect(jobs('merge_group.checks_requested', { action: 'destroyed' })).toEqual([]);
  });
});

describe('pushes', () => {
  const before = 'b'.repeat(40);
  const none = '0'.repeat(40);

  it('to a branch that was there are told, with both ends', () => {
    expect(jobs('push')).toEqual([{ kind: 'pushed', ...origin, branch: 'main', before, after: head }]);
    expect(jobs('push', { ref: 'refs/heads/release/2026' })).toMatchObject([{ branch: 'release/2026' }]);
    expect(jobs('push', { forced: true })).toHaveLength(1);
  });

  it.each<[string, Json]>([
    ['a new branch', { before: none, created: true }],
    ['a branch that is gone', { after: none, deleted: true }],
    ['a tag', { ref: 'refs/tags/v1' }],
    ['our own checkpoints', { ref: 'refs/weirkeeper/audit' }],
    ['the merge queue', { ref: 'refs/heads/gh-readonly-queue/main/pr-7-bbbb' }],
    ['what is no commit', { after: 'main' }],
  ])('of %s ask for nothing', (_what, changes) => {
    expect(jobs('push', changes)).toEqual([]);
  });

  it('say nothing of who pushed or what was written', () => {
    expect(JSON.stringify(jobs('push'))).not.toMatch(/ada|refunds|noreply/);
  });
});

describe('everything else', () => {
  it('is ignored', () => {
    expect(toReviewJobs('installation', 'd-1', payload('installation.created'))).toEqual([]);
    expect(toReviewJobs('star', 'd-1', payload('pull_request.opened'))).toEqual([]);
    expect(jobs('pull_request.opened', { installation: undefined })).toEqual([]);
    expect(jobs('pull_request.opened', { 'pull_request.head': { sha: 'main' } })).toEqual([]);
    expect(jobs('pull_request.opened', { 'repository.full_name': 'acme/a/b' })).toEqual([]);
  });

  it('never throws', () => {
    const names = [
      'pull_request',
      'check_run',
      'check_suite',
      'issue_comment',
      'workflow_run',
      'merge_group',
      'push',
      'ping',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.anything(), (name, body) => {
        expect(Array.isArray(toReviewJobs(name, 'd', body))).toBe(true);
      }),
    );
  });

  it('has every fixture used', () => {
    const text = readFileSync(new URL(import.meta.url), 'utf8');
    for (const file of readdirSync(folder))
      expect([file, text.includes(`'${file.replace('.json', '')}'`)]).toEqual([file, true]);
  });
});
