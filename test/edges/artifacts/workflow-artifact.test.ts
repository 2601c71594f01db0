import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { defaultPolicy } from '#core/policy';
import { workflowArtifacts } from '#edges/artifacts';
import { workflowLines } from '#review';
import { makeZip } from '../../support/zip.ts';
import { headSha, mergeBaseSha, pullRequest, request, smallLimits, type Upload, workflowOf } from './stage.ts';

const { artifacts: standardSettings } = defaultPolicy;

const zip = (label: string): Buffer => makeZip([{ name: 'manifest.json', content: label }]);
const base = (label: string, sha: string, more: Partial<Upload> = {}): Upload => ({
  name: 'dbt-base',
  zip: zip(label),
  sha,
  branch: 'main',
  ...more,
});
const head = (label: string, more: Partial<Upload> = {}): Upload => ({
  name: 'dbt-head',
  zip: zip(label),
  sha: headSha,
  ...more,
});
const older = 'd'.repeat(40);

function source(uploads: readonly Upload[], more: Parameters<typeof workflowOf>[1] = {}) {
  return workflowArtifacts(workflowOf(uploads, more), standardSettings, smallLimits);
}

async function fetched(side: 'base' | 'head', uploads: readonly Upload[], more: Parameters<typeof workflowOf>[1] = {}) {
  const answer = await source(uploads, more).fetch(side, request, pullRequest);
  return answer.ok
    ? { manifest: Buffer.from(answer.set.manifest).toString(), origin: answer.set.origin, stale: answer.set.stale }
    : answer.reason;
}

describe('the head', () => {
  it('is the newest artifact of the head commit', async () => {
    const uploads = [head('first'), head('second'), head('other commit', { sha: older }), base('base', headSha)];
    expect(await fetched('head', uploads)).toMatchObject({
      manifest: 'second',
      origin: 'workflow artifact dbt-head of run 101',
      stale: null,
    });
  });

  it('may be a fork’s', async () => {
    expect(await fetched('head', [head('fork', { fork: true })])).toMatchObject({ manifest: 'fork' });
  });

  it.each<readonly [string, readonly Upload[], string]>([
    ['none was uploaded', [], 'no-artifact'],
    ['only another commit’s', [head('x', { sha: older })], 'no-artifact'],
    ['only another repository’s', [head('x', { repositoryId: 5 })], 'no-artifact'],
    ['one of no known run', [head('x', { run: null })], 'no-artifact'],
    ['it has expired', [head('x', { expired: true })], 'artifact-expired'],
    ['its digest differs', [head('x', { digest: `sha256:${'0'.repeat(64)}` })], 'artifact-digest'],
    ['it says to be too large', [head('x', { size: 30_000 })], 'artifact-too-large'],
    ['it is too large and says not', [{ ...head('x'), zip: Buffer.alloc(30_000), size: 5 }], 'artifact-too-large'],
    ['it is no zip', [{ ...head('x'), zip: Buffer.from('x') }], 'artifact-broken'],
  ])('is not there when %s', async (_what, uploads, code) => {
    expect(await fetched('head', uploads)).toMatchObject({ code, remedy: expect.any(String) });
  });

  it('is taken without a digest, as uploads before v4 have none', async () => {
    expect(await fetched('head', [head('old', { digest: null })])).toMatchObject({ manifest: 'old' });
  });

  it('that is missing says which commit, which name, and how far was looked', async () => {
    const reason = await fetched('head', [], { complete: false });
    expect(reason).toMatchObject({
      text: 'there is no workflow artifact dbt-head of commit aaaaaaa among the newest 500 of that name',
      remedy: 'let the workflow upload target/manifest.json, catalog.json and run_results.json as dbt-head',
    });
  });
});

describe('the base', () => {
  it('is that of the merge base, before any other', async () => {
    const uploads = [
      base('exact', mergeBaseSha),
      base('own workflow', headSha, { branch: 'x' }),
      base('newest', older),
    ];
    expect(await fetched('base', uploads)).toMatchObject({ manifest: 'exact', stale: null });
  });

  it('is what the pull request’s own workflow made, and says so', async () => {
    const uploads = [base('newest', older), base('own workflow', headSha, { branch: 'x' })];
    expect(await fetched('base', uploads)).toMatchObject({
      manifest: 'own workflow',
      origin: 'workflow artifact dbt-base of run 101, made by the pull request’s own workflow'.replace('’', "'"),
      stale: null,
    });
  });

  it.each([
    [3, 0, '3 commits before'],
    [1, 0, '1 commit before'],
    [0, 2, '2 commits after'],
    [null, 0, 'without common history with'],
  ])('that stands in is told as stale, with its distance (%j, %j)', async (behind, ahead, words) => {
    const distance = (from: string): number | null => (from === older ? behind : ahead);
    const answer = await fetched('base', [base('older', 'e'.repeat(40)), base('newest', older)], { distance });
    expect(answer).toMatchObject({
      manifest: 'newest',
      stale: {
        code: 'stale-base',
        text: `the base artifact is of commit ddddddd of main, ${words} the merge base bbbbbbb`,
        remedy: expect.stringContaining('main'),
      },
    });
  });

  it('stands in from the branch that the pull request goes to, before the default branch', async () => {
    const uploads = [base('release', older, { branch: 'release' }), base('main', older)];
    const onRelease = { ...pullRequest, baseRef: 'release' };
    const answer = await source(uploads).fetch('base', request, onRelease);
    expect(answer).toMatchObject({ ok: true, set: { manifest: Buffer.from('release') } });
  });

  it('is never a fork’s, neither by commit nor by a branch called main', async () => {
    const uploads = [
      base('forged', mergeBaseSha, { fork: true }),
      base('forged', headSha, { fork: true }),
      base('forged', older, { fork: true }),
    ];
    expect(await fetched('base', uploads)).toMatchObject({
      code: 'no-artifact',
      text: expect.stringContaining('of a fork'),
    });
    expect(await fetched('base', [base('true', older), ...uploads])).toMatchObject({ manifest: 'true' });
  });

  it('is not another repository’s, and not expired', async () => {
    expect(await fetched('base', [base('x', mergeBaseSha, { repositoryId: 5 })])).toMatchObject({
      code: 'no-artifact',
    });
    expect(await fetched('base', [base('x', mergeBaseSha, { expired: true })])).toMatchObject({
      code: 'artifact-expired',
    });
    const uploads = [base('gone', mergeBaseSha, { expired: true }), base('newest', older)];
    expect(await fetched('base', uploads)).toMatchObject({ manifest: 'newest', stale: { code: 'stale-base' } });
  });

  it('of a merge group, whose pull request is not known, is the default branch’s newest', async () => {
    const answer = await source([base('newest', older)]).fetch('base', request, null);
    expect(answer).toMatchObject({
      ok: true,
      set: { manifest: Buffer.from('newest'), stale: { text: expect.stringContaining('not known') } },
    });
  });

  it('of an artifact that went away meanwhile says so', async () => {
    const workflow = { ...workflowOf([head('x')]), downloadArtifact: async () => 'gone' as const };
    const answer = await workflowArtifacts(workflow, standardSettings).fetch('head', request, pullRequest);
    expect(answer).toMatchObject({ ok: false, reason: { code: 'artifact-expired' } });
  });
});

describe('the workflow lines to add', () => {
  it('are YAML that uploads under both names, whatever they hold', () => {
    const text = workflowLines({ headName: "it's-head", baseName: 'dbt-base', baseBranch: 'ma"in' });
    const workflow = parse(text) as {
      on: { push: { branches: string[] } };
      jobs: { dbt: { steps: { with?: { name?: string } }[] } };
    };
    expect(workflow.on.push.branches).toEqual(['ma"in']);
    expect(workflow.jobs.dbt.steps.at(-1)?.with?.name).toBe(
      "${{ github.event_name == 'pull_request' && 'it''s-head' || 'dbt-base' }}",
    );
  });
});
