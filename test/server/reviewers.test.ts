import { afterAll, describe, expect, it } from '@jest/globals';
import { RepositoryError, UpstreamError } from '#core/base';
import { reviewPullRequest, summaryOf } from '#review';
import { childProcesses, type ReviewersOptions, trustOf } from '../../src/server/reviewer/index.ts';
import { workflowOf } from '../edges/artifacts/stage.ts';
import { aRequest, aWorld, BASE, editedOrders, HEAD, type World } from '../support/review-ports.ts';
import { makeZip } from '../support/zip.ts';

const long = 120_000;
const how = { signal: new AbortController().signal, trust: trustOf(aRequest(), false) };
const open: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(open.map((reviewers) => reviewers.close())));

type Files = Readonly<Record<'base' | 'head', readonly { readonly name: string; readonly content: string | Buffer }[]>>;

/** The artifacts of `orders` edited, as files. */
function edited(): Files {
  const { base, head } = editedOrders();
  if (!base.ok || !head.ok) throw new TypeError('not a pair');
  const filesOf = ({ manifest, runResults }: typeof base.set) => [
    { name: 'manifest.json', content: Buffer.from(manifest) },
    { name: 'run_results.json', content: Buffer.from(runResults ?? '') },
  ];
  return { base: filesOf(base.set), head: filesOf(head.set) };
}

function reviewersOf({ base, head }: Files, options: Partial<ReviewersOptions> = {}) {
  const workflowArtifacts = workflowOf([
    { name: 'dbt-base', zip: makeZip(base), sha: BASE, branch: 'main' },
    { name: 'dbt-head', zip: makeZip(head), sha: HEAD },
  ]);
  const reviewers = childProcesses({ workflowArtifacts, memoryMb: 1_024, ...options });
  open.push(reviewers);
  return reviewers;
}

/** What was done on GitHub and in the store; who fetches artifacts differs. */
function doneIn({ effects }: World): readonly string[] {
  return effects.filter((effect) => !/^(?:fetch|read \d+ statements)/.test(effect));
}

describe('a review in a process of its own', () => {
  it(
    'does and says what it would have in this one, and tells its stages',
    async () => {
      const [there, here] = [aWorld(), aWorld()];
      const summary = await reviewersOf(edited()).review(aRequest(), there.ports, how);
      const review = await reviewPullRequest(aRequest(), here.ports);
      expect(doneIn(there)).toEqual(doneIn(here));
      expect(summary?.outcome).toBe(review === null ? null : summaryOf(review).outcome);
      expect(there.stages.map(([name]) => name)).toEqual(here.stages.map(([name]) => name));
      expect(there.published[0]?.publication.comment).toContain('`orders`');
    },
    long,
  );

  it(
    'is thrown what a port throws, and is as good as new afterwards',
    async () => {
      const reviewers = reviewersOf(edited());
      const down = new UpstreamError('github-down', 'GitHub is down', { status: 502 });
      const wrong = new RepositoryError('policy-wrong', 'line 3 of the policy is wrong');
      for (const error of [down, wrong]) {
        const failing = { 'read pull request': error };
        const ended = reviewers.review(aRequest(), aWorld({ failing }).ports, how);
        await expect(ended).rejects.toMatchObject({ name: error.name, code: error.code, message: error.message });
      }
      expect(await reviewers.review(aRequest(), aWorld().ports, how)).not.toBeNull();
    },
    long,
  );
});

describe('artifacts that a process cannot take', () => {
  it(
    'make every gate unknown, with the file and the remedy, and end nothing',
    async () => {
      const world = aWorld();
      const { base } = edited();
      const nested = { name: 'manifest.json', content: `{"nodes": ${'['.repeat(5_000)}` };
      const large = Buffer.from(`{"metadata": {}, "nodes": {"model.a.b": [${'{},'.repeat(2_000_000)}{}]}}`);
      const reviewers = reviewersOf({ base, head: [nested] });
      expect(await reviewers.review(aRequest(), world.ports, how)).toMatchObject({ outcome: 'unknown' });
      expect(world.published[0]?.publication.comment).toContain('nests deeper');
      const small = reviewersOf({ base, head: [{ name: 'manifest.json', content: large }] }, { memoryMb: 256 });
      expect(await small.review(aRequest(), world.ports, how)).toMatchObject({ outcome: 'unknown' });
      const state = world.published[1]?.publication.checkRuns.find(({ name }) => name === 'weirkeeper / state');
      expect(state?.conclusion).not.toBe('success');
      expect(JSON.stringify(state)).toMatch(/needs more than the 64 MB .*WEIRKEEPER_REVIEW_MEMORY_MB/);
    },
    long,
  );
});

describe('a process', () => {
  it(
    'is used again for what has the same trust, and for nothing else',
    async () => {
      const started: unknown[] = [];
      const reviewers = reviewersOf(edited(), { onStart: (pid) => started.push(pid) });
      const fork = { ...how, trust: trustOf(aRequest(), true) };
      const review = (as: typeof how) => reviewers.review(aRequest(), aWorld().ports, as);
      for (const [as, processes] of [
        [how, 1],
        [how, 1],
        [fork, 2],
        [how, 2],
        [fork, 2],
      ] as const) {
        expect(await review(as)).not.toBeNull();
        expect(started).toHaveLength(processes);
      }
    },
    long,
  );
});

describe('a review that must be ended', () => {
  it(
    'because it was killed, as it is for lack of memory, says what to do; the next one gets another process',
    async () => {
      let started = 0;
      const reviewers = reviewersOf(edited(), { onStart: (pid) => (started = pid ?? 0) });
      const { ports } = aWorld();
      const readPullRequest = async () => {
        process.kill(started, 'SIGKILL');
        return null;
      };
      const killed = { ...ports, pullRequests: { ...ports.pullRequests, readPullRequest } };
      await expect(reviewers.review(aRequest(), killed, how)).rejects.toMatchObject({
        name: 'RepositoryError',
        code: 'review-out-of-memory',
        message: expect.stringMatching(/1024 MB that it may take; .*WEIRKEEPER_REVIEW_MEMORY_MB/) as unknown,
      });
      expect(await reviewers.review(aRequest(), aWorld().ports, how)).not.toBeNull();
    },
    long,
  );

  it(
    'because V8 has no more memory says what to do: a real death, not a counted one',
    async () => {
      const reviewers = reviewersOf(edited(), { memoryMb: 12 });
      await expect(reviewers.review(aRequest(), aWorld().ports, how)).rejects.toMatchObject({
        name: 'RepositoryError',
        code: 'review-out-of-memory',
        message: expect.stringContaining('WEIRKEEPER_REVIEW_MEMORY_MB') as unknown,
      });
    },
    long,
  );

  it(
    'after its time says so',
    async () => {
      const world = aWorld();
      const pullRequests = { ...world.ports.pullRequests, readPullRequest: () => new Promise<never>(() => undefined) };
      const reviewers = reviewersOf(edited(), { deadlineMs: 1 });
      await expect(reviewers.review(aRequest(), { ...world.ports, pullRequests }, how)).rejects.toMatchObject({
        code: 'review-too-slow',
      });
    },
    long,
  );

  it(
    'because the server stops is given back',
    async () => {
      const stopping = new AbortController();
      const ended = reviewersOf(edited()).review(aRequest(), aWorld().ports, { ...how, signal: stopping.signal });
      stopping.abort('stopping');
      await expect(ended).rejects.toMatchObject({ name: 'UpstreamError', code: 'stopped' });
    },
    long,
  );
});
