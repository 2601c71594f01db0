import { describe, expect, it } from '@jest/globals';
import {
  broughtBack,
  type MergeFacts,
  mergeFacts,
  newFindings,
  nothingObserved,
  outcomeByContent,
  outcomeByPull,
  outcomesByCommits,
} from '#core/audit';
import { toSha } from '#core/base';
import type { PullRequest } from '#core/change';
import { aPullRequest } from '../../support/changes.ts';

const sha = (digit: string) => toSha(digit.repeat(40));
const patch = "@@ -1 +1,2 @@\n-select id from raw_orders\n+select id, amount from raw_orders\n+where status = 'paid'";

/** Pull request `number`, merged on day `number` of March as commit 1111…, 2222…, …; it changes `models/orders.sql`. */
function aMerge(number: number, words: Partial<PullRequest> = {}, body = patch): MergeFacts {
  const digit = String(number);
  const pull: PullRequest = {
    ...aPullRequest('models/orders.sql'),
    repository: 'shop/dbt',
    number,
    title: `Change ${digit}`,
    body: '',
    headRef: `branch-${digit}`,
    baseRef: 'main',
    labels: [],
    commits: [],
    changedFiles: [{ path: 'models/orders.sql', previousPath: null, status: 'modified', patch: body }],
    ...words,
  };
  const merged = {
    pull,
    mergeCommit: sha(digit),
    mergedAt: `2026-03-0${digit}T12:00:00Z`,
    landed: [],
    before: new Map([['models/orders.sql', 'old']]),
    after: new Map([['models/orders.sql', `new ${digit}`]]),
  };
  return mergeFacts(merged, 14);
}

function aCommit(message: string, digit = 'c'): PullRequest['commits'][number] {
  const person = { authorName: 'ada', authorEmail: '', committerName: 'ada', committerEmail: '' };
  return { sha: sha(digit), message, ...person, authorLogin: 'ada', committerLogin: 'ada' };
}

const fixPatch = "@@ -2 +2 @@\n-where status = 'paid'\n+where status in ('paid', 'refunded')";

describe('a revert', () => {
  it.each<[string, Partial<PullRequest>, string]>([
    ['names the merge commit', { commits: [aCommit(`Revert "x"\n\nThis reverts commit ${sha('1')}.`)] }, 'R1'],
    ['names it shortened', { commits: [aCommit('Undo\n\nThis reverts commit 1111111.')] }, 'R1'],
    ['names the pull request', { body: 'Reverts shop/dbt#1\n\nwrong numbers' }, 'R2'],
    ['has the branch of GitHub’s button', { headRef: 'revert-1-branch-1' }, 'R2'],
    ['has the title of GitHub’s button', { title: 'Revert "Change 1"' }, 'R2'],
  ])('by a pull request that %s is explicit', (_case, words, rule) => {
    expect(outcomeByPull(aMerge(1), aMerge(2, words))).toMatchObject({
      state: 'reverted',
      confidence: 'explicit',
      evidence: [{ rule, where: 'pull request #2' }],
    });
  });

  it.each<[string, Partial<PullRequest>]>([
    ['of another repository’s pull request', { body: 'Reverts other/dbt#1' }],
    ['of another pull request', { headRef: 'revert-11-x', body: 'Reverts shop/dbt#11' }],
    ['of a revert of it', { title: 'Revert "Revert "Change 1""' }],
    ['that is only quoted', { body: 'see > Reverts shop/dbt#1 in the text' }],
    ['on another branch', { body: 'Reverts shop/dbt#1', baseRef: 'release' }],
  ])('%s is none', (_case, words) => {
    expect(outcomeByPull(aMerge(1), aMerge(2, words))).toBeNull();
  });

  it('that came before the merge is none', () => {
    expect(outcomeByPull(aMerge(2), aMerge(1, { body: 'Reverts shop/dbt#2' }))).toBeNull();
  });

  it('by a pull request is taken back by a commit that reverts that pull request', () => {
    const revert = aMerge(2, { body: 'Reverts #1' });
    const back = { sha: sha('e'), message: `Undo\n\nThis reverts commit ${sha('2')}.` };
    expect(broughtBack(aMerge(1), [aMerge(1), revert], [back])).toEqual([
      {
        state: 'merged',
        confidence: 'explicit',
        evidence: [{ rule: 'R1', where: `commit ${sha('e')}`, what: 'reverts the revert #2' }],
      },
    ]);
    expect(broughtBack(aMerge(1), [aMerge(2)], [back])).toEqual([]);
    expect(broughtBack(aMerge(1), [revert], [{ sha: sha('e'), message: 'Go on' }])).toEqual([]);
  });

  it('by a commit is explicit, and its own revert brings the merge back', () => {
    const revert = { sha: sha('d'), message: `Revert "x"\n\nThis reverts commit ${sha('1')}.` };
    const back = { sha: sha('e'), message: `Reapply "x"\n\nThis reverts commit ${sha('d')}.` };
    const own = { sha: sha('1'), message: `This reverts commit ${sha('1')}.` };
    const found = outcomesByCommits(aMerge(1), [own, revert, back]);
    expect(found.map(({ state }) => state)).toEqual(['reverted', 'merged']);
    const known = newFindings(aMerge(1), found);
    expect(known.found).toHaveLength(2);
    expect(known.merge.current).toBeNull();
  });

  it('by content is probable: nine of ten changed model files as before, not one less', () => {
    const paths = Array.from({ length: 10 }, (_, i) => `models/m${String(i)}.sql`);
    const changedFiles = paths.map((path) => ({ path, previousPath: null, status: 'modified' as const, patch: '' }));
    const pull = { ...aPullRequest(), number: 1, changedFiles };
    const blobs = (value: string) => new Map(paths.map((path) => [path, `${value} ${path}`]));
    const merged = { pull, mergeCommit: sha('1'), mergedAt: '2026-03-01T12:00:00Z', landed: [] };
    const merge = mergeFacts({ ...merged, before: blobs('old'), after: blobs('new') }, 14);
    const nine = new Map([...blobs('old')].slice(0, 9));
    expect(outcomeByContent(merge, 'tip', nine)).toMatchObject({ state: 'reverted', confidence: 'probable' });
    expect(outcomeByContent(merge, 'tip', new Map([...nine].slice(0, 8)))).toBeNull();
    const unread = mergeFacts({ ...merged, before: new Map(), after: blobs('new') }, 14);
    expect(outcomeByContent(unread, 'tip', new Map(paths.map((path) => [path, null])))).toBeNull();
  });
});

describe('a fix', () => {
  it('that takes away added lines and says it is one is probable', () => {
    const later = aMerge(2, { title: 'fix: refunded orders were lost' }, fixPatch);
    expect(outcomeByPull(aMerge(1), later)).toMatchObject({
      state: 'fixed_forward',
      confidence: 'probable',
      evidence: [{ rule: 'F1', what: expect.stringContaining('models/orders.sql') }],
    });
  });

  it.each<[string, Partial<PullRequest>, string]>([
    ['does not say that it is one', { title: 'Count refunds', body: '- [ ] Bug fix' }, fixPatch],
    [
      'says so of other lines',
      { title: 'fix: sources' },
      '@@ -1 +1 @@\n-select id from raw_items\n+select item_id from raw_items',
    ],
    ['only formats', { title: 'fix formatting' }, "@@ -2 +2 @@\n-where status = 'paid'\n+  WHERE status='paid'"],
  ])('that %s is none', (_case, words, body) => {
    expect(outcomeByPull(aMerge(1), aMerge(2, words, body))).toBeNull();
  });

  it('that names the commit or the pull request is explicit', () => {
    const trailer = aMerge(2, { commits: [aCommit(`Keep refunds\n\nFixes: ${sha('1').slice(0, 12)}`)] });
    for (const later of [trailer, aMerge(2, { body: 'Fixes #1' })]) {
      expect(outcomeByPull(aMerge(1), later)).toMatchObject({ state: 'fixed_forward', confidence: 'explicit' });
    }
  });
});

describe('what was found', () => {
  it('is told once, a revert over a fix, a word over a likeness', () => {
    const reverted = outcomeByPull(aMerge(1), aMerge(2, { body: 'Reverts #1' }));
    const fixed = outcomeByPull(aMerge(1), aMerge(2, { title: 'fix it' }, fixPatch));
    expect(newFindings(aMerge(1), [fixed, null, reverted, fixed, reverted]).found).toEqual([fixed, reverted]);
  });

  it('is never called a success when it is nothing', () => {
    expect(nothingObserved(aMerge(1))).toMatchObject({ state: 'none_observed', confidence: 'none' });
  });

  it('is remembered without any text of the pull request', () => {
    const facts = JSON.stringify(
      aMerge(1, { title: 'CANARY title', body: 'CANARY body', commits: [aCommit('CANARY')] }),
    );
    for (const text of ['CANARY', 'paid', 'ada']) expect(facts).not.toContain(text);
  });
});
