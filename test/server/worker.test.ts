import { describe, expect, it } from '@jest/globals';
import { DeploymentError, InvariantError, RepositoryError, UpstreamError } from '#core/base';
import type { JobContext } from '#review';
import { createLog } from '../../src/server/index.ts';
import { createMetrics } from '../../src/server/metrics.ts';
import { createWorker } from '../../src/server/worker.ts';
import { aReviewJob, headOf } from '../support/jobs.ts';

function aContext(changes: Partial<JobContext> = {}): JobContext {
  return {
    attempt: 2,
    isLastAttempt: false,
    signal: new AbortController().signal,
    isStale: () => Promise.resolve(false),
    enqueue: () => Promise.resolve(),
    ...changes,
  };
}

function aLog() {
  const entries: Record<string, unknown>[] = [];
  const write = (line: string) => void entries.push(JSON.parse(line) as Record<string, unknown>);
  return { log: createLog({ level: 'debug', destination: { write } }), entries };
}

describe('worker', () => {
  it('ends a job that was done, and logs it with the fields of its pull request', async () => {
    const { log, entries } = aLog();
    const work = createWorker(
      async (_, context) => context.log.info({ stage: 'collect' }, 'stage done'),
      log,
      createMetrics(),
    );
    expect(await work(aReviewJob(), aContext())).toEqual({ kind: 'done' });
    const fields = {
      delivery_id: 'delivery-1',
      installation_id: 1,
      repository: 'shop/warehouse',
      pull_number: 7,
      head_sha: headOf('a'),
    };
    expect(entries).toMatchObject([
      { ...fields, level: 'info', msg: 'stage done', stage: 'collect' },
      { ...fields, level: 'info', msg: 'job done', attempt: 2, duration_ms: expect.any(Number) },
    ]);
  });

  it.each([
    [new UpstreamError('github-down', 'm'), { kind: 'retry', code: 'github-down' }, 'warn'],
    [
      new UpstreamError('github-rate-limit', 'm', { retry_after_s: 90 }),
      { kind: 'retry', code: 'github-rate-limit', afterSeconds: 90 },
      'warn',
    ],
    [new RepositoryError('policy-invalid', 'm'), { kind: 'failed', code: 'policy-invalid' }, 'info'],
    [new DeploymentError('no-permission', 'm'), { kind: 'failed', code: 'no-permission' }, 'error'],
    [new InvariantError('impossible', 'm'), { kind: 'failed', code: 'impossible' }, 'error'],
    [new TypeError('m'), { kind: 'failed', code: 'unexpected-error' }, 'error'],
  ])('makes an end and a log entry of %p', async (error, end, level) => {
    const { log, entries } = aLog();
    const work = createWorker(() => Promise.reject(error), log, createMetrics());
    expect(await work(aReviewJob(), aContext())).toEqual(end);
    expect(entries).toMatchObject([{ level, last_attempt: false, err: { type: error.name } }]);
  });

  it('of a job that was told to stop makes no failure', async () => {
    const { log, entries } = aLog();
    const work = createWorker(() => Promise.reject(new InvariantError('aborted', 'm')), log, createMetrics());
    expect(await work(aReviewJob(), aContext({ signal: AbortSignal.abort('stale') }))).toMatchObject({ kind: 'retry' });
    expect(entries).toMatchObject([{ level: 'info', msg: 'job stopped', reason: 'stale' }]);
  });
});
