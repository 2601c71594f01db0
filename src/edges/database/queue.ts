import type { Kysely } from 'kysely';
import { fromKysely, type Job, PgBoss, type SendOptions } from 'pg-boss';
import { sortedBy } from '#core/base';
import { type JobContext, jobKey, makesStale, type ReviewJob } from '#review';
import type { Connection } from './connect.ts';
import { forgetActiveKeys } from './forget-active-keys.ts';
import {
  type ClaimedJob,
  claimJob,
  endJob,
  placeJob,
  readWaiting,
  readWaitingKeys,
  uncountAttempt,
} from './pending-jobs.ts';
import { queueSchema, type Tables } from './schema.ts';

const queueName = 'review';
const nobody = '00000000-0000-0000-0000-000000000000';
/** GitHub's own longest: its hour of requests begins anew. */
const longestWaitSeconds = 3_600;
/** How long jobs that heed their signal may take to stop. */
const abortGraceMs = 1_000;

export interface QueueSettings {
  /** Jobs of different keys that are done at the same time. */
  readonly concurrency: number;
  /** After so many attempts a job has failed for good. */
  readonly maxAttempts: number;
  /** Wait before the second attempt; it doubles from one attempt to the next, up to a quarter of an hour. */
  readonly retryDelaySeconds: number;
  /** A process that gives no sign of life for so long is dead, and others do its jobs; at least 10. */
  readonly heartbeatSeconds: number;
}

/**
 * How a job ended. `retry` waits and tries again, `failed` does not; `code` says why. Where somebody said how long to wait,
 * that long is waited, and the attempt does not count.
 */
export type JobEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly code: string; readonly afterSeconds?: number }
  | { readonly kind: 'failed'; readonly code: string };

/** Does one job. What it throws counts as `failed`. */
export type DoJob = (job: ReviewJob, context: JobContext) => Promise<JobEnd>;

/** Hears of what goes wrong in the queue's own work. */
export type OnQueueFault = (error: unknown) => void;

interface RunningJob {
  readonly claimed: ClaimedJob;
  readonly controller: AbortController;
  readonly signal: AbortSignal;
}

/**
 * Work in order per key. What is to be done stands in `pending_jobs`, one row a key; pg-boss holds only a tick a key,
 * which says "look there" and carries waiting, retrying and the rule that a key has one worker at a time.
 * So a tick too many does nothing, and whichever tick comes first does the newest job.
 */
export class Queue {
  readonly #db: Kysely<Tables>;
  readonly #boss: PgBoss;
  readonly #embedded: boolean;
  readonly #settings: QueueSettings;
  readonly #running = new Map<string, RunningJob>();
  #stopping = false;

  constructor(connection: Connection, settings: QueueSettings, onFault: OnQueueFault) {
    this.#db = connection.db;
    this.#embedded = connection.embedded;
    this.#settings = settings;
    this.#boss = new PgBoss({
      ...connection.queueOptions,
      schema: queueSchema,
      schedule: false,
      useListenNotify: true,
      monitorVacuum: false,
      reindex: !connection.embedded,
      superviseIntervalSeconds: Math.ceil(settings.heartbeatSeconds / 2),
      monitorIntervalSeconds: Math.ceil(settings.heartbeatSeconds / 2),
    });
    this.#boss.on('error', onFault);
  }

  async start(): Promise<void> {
    const options = {
      retryLimit: 1_000,
      retryDelay: this.#settings.retryDelaySeconds,
      ...(this.#settings.retryDelaySeconds > 0 ? { retryBackoff: true, retryDelayMax: 900 } : { retryBackoff: false }),
      expireInSeconds: 1_800,
      deleteAfterSeconds: 86_400,
      notify: true,
      // One process alone knows at its start that nothing is active; several find the dead by their heartbeat.
      ...(this.#embedded ? {} : { heartbeatSeconds: this.#settings.heartbeatSeconds }),
    };
    await this.#boss.start();
    await forgetActiveKeys(this.#db);
    await this.#boss.createQueue(queueName, { policy: 'stately', ...options });
    await this.#boss.updateQueue(queueName, options);
    // Makes pg-boss remember the queue: looking it up inside a PGlite transaction would wait for that transaction.
    await this.#boss.findJobs(queueName, { id: nobody });
  }

  /** Puts jobs in their places; `trx` must be a transaction, and they are visible once it commits. */
  async place(trx: Kysely<Tables>, jobs: readonly ReviewJob[]): Promise<void> {
    // In the order of their keys, so that two transactions never wait for each other.
    for (const job of sortedBy(jobs, jobKey)) {
      await placeJob(trx, job);
      await this.#tick(jobKey(job), { db: fromKysely(trx) });
    }
  }

  /** Tells running jobs of this process that newer ones have been placed. */
  announce(jobs: readonly ReviewJob[]): void {
    for (const job of jobs) {
      const running = this.#running.get(jobKey(job));
      if (running !== undefined && makesStale(running.claimed.job, job)) running.controller.abort('stale');
    }
  }

  /** Starts to do jobs, first those that a crash left behind. */
  async work(doJob: DoJob): Promise<void> {
    if (this.#embedded) await this.#boss.deleteAllJobs(queueName);
    for (const key of await readWaitingKeys(this.#db)) await this.#tick(key, {});
    const options = {
      // Skips the keys that are in work; without it a waiting tick of such a key holds up every other.
      groupConcurrency: 1,
      pollingIntervalSeconds: 1,
      notifyPollingIntervalSeconds: 1,
      perJobResults: true,
    } as const;
    for (let n = 0; n < this.#settings.concurrency; n += 1) {
      let id = '';
      id = await this.#boss.work<{ key: string }, unknown, typeof options>(queueName, options, async (ticks) => {
        const ends = await Promise.all(ticks.map((tick) => this.#settle(tick, doJob)));
        // Else the worker would look for the next tick only a second after this one began.
        this.#boss.notifyWorker(id);
        return ends;
      });
    }
  }

  /** Lets running jobs finish within the time given, then aborts them and gives them back. Idempotent. */
  async stop(timeoutMs: number): Promise<void> {
    const finished = this.#boss.offWork(queueName, { wait: true });
    await settledWithin(finished, Math.max(0, timeoutMs - abortGraceMs));
    this.#stopping = true;
    for (const { controller } of this.#running.values()) controller.abort('stopping');
    await settledWithin(finished, abortGraceMs);
    for (const { claimed } of this.#running.values()) await uncountAttempt(this.#db, claimed);
    await this.#boss.stop({ graceful: false });
  }

  async #tick(key: string, options: SendOptions): Promise<void> {
    await this.#boss.send(queueName, { key }, { ...options, singletonKey: key, group: { id: key } });
  }

  async #settle(tick: Job<{ key: string }>, doJob: DoJob) {
    const claimed = await claimJob(this.#db, tick.data.key);
    const again = claimed !== null && (await this.#doClaimed(claimed, tick.signal, doJob));
    return { id: tick.id, status: again ? 'failed' : 'completed' } as const;
  }

  /** Does a claimed job; true when its tick must come again. */
  async #doClaimed(claimed: ClaimedJob, tickSignal: AbortSignal, doJob: DoJob): Promise<boolean> {
    // More attempts than ends: each of them took the process down.
    if (claimed.attempt > this.#settings.maxAttempts) {
      await endJob(this.#db, claimed, 'too-many-attempts');
      return false;
    }
    const controller = new AbortController();
    const running = { claimed, controller, signal: AbortSignal.any([controller.signal, tickSignal]) };
    this.#running.set(claimed.key, running);
    const end = await doJob(claimed.job, this.#contextOf(running)).catch(toFailed);
    this.#running.delete(claimed.key);
    // What fails after it was told to stop has not failed by itself.
    if (end.kind === 'retry' && end.afterSeconds !== undefined && !running.signal.aborted)
      return this.#putOff(claimed, end.afterSeconds);
    if (end.kind === 'retry' || (end.kind === 'failed' && running.signal.aborted))
      return this.#giveBack(claimed, end.code);
    await endJob(this.#db, claimed, end.kind === 'done' ? null : end.code);
    return false;
  }

  /** Its own tick is over; one for later takes its place, unless a newer job has one already. */
  async #putOff(claimed: ClaimedJob, afterSeconds: number): Promise<boolean> {
    await uncountAttempt(this.#db, claimed);
    await this.#tick(claimed.key, { startAfter: Math.min(Math.ceil(afterSeconds), longestWaitSeconds) });
    return false;
  }

  async #giveBack(claimed: ClaimedJob, code: string): Promise<boolean> {
    if (this.#stopping) await uncountAttempt(this.#db, claimed);
    else if (claimed.attempt >= this.#settings.maxAttempts) {
      await endJob(this.#db, claimed, code);
      return false;
    }
    return (await readWaiting(this.#db, claimed)) === 'itself';
  }

  #contextOf({ claimed, signal }: RunningJob): JobContext {
    return {
      attempt: claimed.attempt,
      isLastAttempt: claimed.attempt >= this.#settings.maxAttempts,
      signal,
      isStale: async () => {
        const waiting = await readWaiting(this.#db, claimed);
        return waiting !== null && waiting !== 'itself' && makesStale(claimed.job, waiting);
      },
      enqueue: async (jobs) => {
        await this.#db.transaction().execute((trx) => this.place(trx, jobs));
        this.announce(jobs);
      },
    };
  }
}

function toFailed(error: unknown): JobEnd {
  return { kind: 'failed', code: error instanceof Error ? error.name : 'thrown' };
}

/** Waits for a promise, but no longer than the time given. */
async function settledWithin(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
