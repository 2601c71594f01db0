import { Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  type AuditEvent,
  checkpointLine,
  emptyFrontier,
  rootOf,
  type SealedRecord,
  sha256,
  withLeaf,
} from '#core/audit';
import { toSha } from '#core/base';
import { anAnalysed, aSigner, aStream, publicKeyOf } from '../support/audit.ts';
import { createBareRepository, writeCommit } from '../support/github-double/git.ts';
import { aFolder, runCli, type Told } from '../support/run-cli.ts';

/** A log held against a clone: which commits, which policies, which approvals, which checkpoints. */

const folder = aFolder();
const clone = folder.path('clone.git');
const policyPath = '.github/weirkeeper.yml';
const policyText = 'version: 1\n';
const stranger = toSha('e'.repeat(40));
const keys = folder.write('keys.json', { keys: [publicKeyOf('first')] });
let base = toSha('');
let head = toSha('');

beforeAll(async () => {
  await createBareRepository(clone);
  base = await commit('refs/heads/main', [], { [policyPath]: policyText });
  head = await commit('refs/pull/7/head', [base], { 'models/orders.sql': 'select 1\n' });
});
afterAll(() => {
  folder.remove();
});

async function commit(ref: string, parents: readonly string[], files: Readonly<Record<string, string>>) {
  const author = { name: 'ada', email: 'ada@example.com', date: '2026-03-02T09:00:00Z' };
  return toSha(await writeCommit(clone, { ref, parents, files, message: 'm', author, committer: author }));
}

interface Words {
  readonly head?: typeof head;
  readonly mergeCommit?: typeof head;
  readonly policy?: Partial<ReturnType<typeof anAnalysed>['policy']>;
  readonly approved?: typeof head;
}

/** A review of `head` and its merge, in a stream of `shop/warehouse`. */
function aStreamOf({ head: reviewed = head, mergeCommit = head, policy, approved = head }: Words = {}) {
  const stream = aStream();
  const ofBase = { path: policyPath, sha: base, digest: sha256(policyText), mode: 'enforcing' as const };
  const merged: AuditEvent = {
    event: 'merged',
    pullNumber: 7,
    base,
    head: reviewed,
    mergeCommit,
    mergedBy: 'cy',
    at: '2026-03-04T05:06:07Z',
    author: { login: 'ada', id: 12, type: 'User' },
    reviewers: [{ login: 'bo', state: 'APPROVED', commit: approved, isAuthor: false }],
  };
  const change = { base, head: reviewed, mergeBase: base };
  stream.add([anAnalysed({ change, policy: { ...ofBase, ...policy } }), merged]);
  return stream;
}

function verify(lines: readonly string[], ...more: readonly string[]): Promise<Told> {
  return runCli('audit', 'verify', folder.write('audit.jsonl', lines.join('\n')), '--key', keys, ...more);
}

describe('a log held against a clone', () => {
  it('agrees when its commits are there and its policy is the file at that commit; no network is used', async () => {
    const connect = jest.spyOn(Socket.prototype, 'connect');
    const { code, out, err } = await verify(aStreamOf().lines(), '--git', clone);
    expect(connect).not.toHaveBeenCalled();
    connect.mockRestore();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('git: 3 commits, 1 policy digest and 1 approval compared; all agree');
  });

  it.each<[string, () => Words, RegExp]>([
    [
      'a head that is not there',
      () => ({ head: stranger, mergeCommit: base }),
      /record 2 of .*: commit e{40} is not in the repository .*git fetch/,
    ],
    [
      'a merge commit that is not there',
      () => ({ mergeCommit: stranger }),
      /record 3 of .*: commit e{40} is not in the repository/,
    ],
    [
      'another policy than was recorded',
      () => ({ policy: { digest: sha256('version: 2\n') } }),
      /record 2 of .*: the policy .* is not the one that was in force/,
    ],
    [
      'no policy at that path',
      () => ({ policy: { path: 'elsewhere.yml' } }),
      /the policy elsewhere.yml is not in the repository at/,
    ],
    ['no policy at that commit', () => ({ policy: { sha: stranger } }), /is not in the repository at e{40}/],
    ['a path that is two lines', () => ({ policy: { path: `x\n${policyPath}` } }), /is not in the repository at/],
  ])('differs: %s', async (_what, words, fault) => {
    const { code, out, err } = await verify(aStreamOf(words()).lines(), '--git', clone);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(fault) });
    expect(out).toContain('do not agree');
  });

  it('shows an approval of an older commit as one that does not count', async () => {
    const log = folder.write('stale.jsonl', aStreamOf({ approved: base }).lines().join('\n'));
    const { out } = await runCli('audit', 'show', '7', log);
    expect(out).toContain(`bo: APPROVED of ${base} (does not count)`);
    expect(await runCli('audit', 'verify', log, '--git', clone)).toMatchObject({ code: 0 });
  });

  it('takes the checkpoints that were pushed there, and finds what they do not bear out', async () => {
    const { records } = aStreamOf();
    const first = await push(records.slice(0, 2), []);
    await push(records, [first]);
    const lines = aStreamOf().lines();
    expect((await verify(lines, '--git', clone)).out).toContain('agrees with 2 checkpoints, the last at record 3');
    expect(await verify(lines.slice(0, 2), '--git', clone)).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /:2: record 2 is broken: the checkpoint of .* counts 3 records .* ends after 2: its end was cut off/,
      ),
    });
    expect(await verify(aStreamOf({ approved: base }).lines(), '--git', clone)).toMatchObject({
      code: 1,
      err: expect.stringContaining('the log was rewritten after that'),
    });
  });

  it('refuses what is no repository', async () => {
    const { code, err } = await verify(aStreamOf().lines(), '--git', join(clone, 'nowhere'));
    expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining('is no git repository') });
  });
});

async function push(records: readonly SealedRecord[], parents: readonly string[]): Promise<string> {
  let frontier = emptyFrontier;
  for (const { digest } of records) frontier = withLeaf(frontier, Buffer.from(digest, 'hex'));
  const last = records.at(-1)?.digest ?? '';
  const place = { repository: 'shop/warehouse', size: records.length, time: '2026-03-05T00:00:00.000Z' };
  const line = checkpointLine({ ...place, root: rootOf(frontier), last }, aSigner());
  return commit('refs/weirkeeper/audit', parents, { 'checkpoint.jsonl': `${line}\n` });
}

describe('what no run can show', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    [
      'with nothing but the file',
      [],
      ['who signed', 'ends at record 3', 'commits and policies', 'approvals', 'left out', 'the clock', 'an LLM wrote'],
    ],
    ['with keys', ['--key', keys], ['ends at record 3', 'commits and policies', 'approvals', 'left out']],
  ])('is said each time: %s', async (_what, flags, said) => {
    const log = folder.write('limits.jsonl', aStreamOf().lines().join('\n'));
    const { out } = await runCli('audit', 'verify', log, ...flags);
    const limits = out.slice(out.indexOf('Not proven:'));
    for (const text of said) expect(limits).toContain(text);
    expect(limits.includes('who signed')).toBe(said.includes('who signed'));
  });
});
