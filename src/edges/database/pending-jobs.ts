import { type Kysely, sql } from 'kysely';
import { jobKey, mergeJobs, type ReviewJob } from '#review';
import { lockName } from './lock-name.ts';
import { type Tables, tableSchema } from './schema.ts';

/** A job taken for work. It stays in the table until it is done, so that a crash loses nothing. */
export interface ClaimedJob {
  readonly key: string;
  readonly ticket: string;
  readonly job: ReviewJob;
  /** This attempt's number, from 1. */
  readonly attempt: number;
}

/** Puts a job in its key's place, merged with one that waits there, and gives what now waits. Must run in a transaction. */
export async function placeJob(trx: Kysely<Tables>, newer: ReviewJob): Promise<ReviewJob> {
  const key = jobKey(newer);
  await lockName(`job ${key}`).execute(trx);
  const db = trx.withSchema(tableSchema);
  const waiting = await db
    .selectFrom('pending_jobs')
    .select(['job', 'failed_code'])
    .where('key', '=', key)
    .executeTakeFirst();
  const job = waiting === undefined || waiting.failed_code !== null ? newer : mergeJobs(waiting.job, newer);
  const row = { job: JSON.stringify(job), ticket: crypto.randomUUID(), attempts: 0, failed_code: null };
  await db
    .insertInto('pending_jobs')
    .values({ key, ...row })
    .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
    .execute();
  return job;
}

/** Who takes a job: the process, null where no other could see that it is dead, and the tick that sent it there. */
export interface Claimant {
  readonly worker: number | null;
  readonly tick: string;
}

/** Takes the job that waits under a key and counts the attempt; null when there is none, or it has failed for good. */
export async function claimJob(db: Kysely<Tables>, key: string, by: Claimant): Promise<ClaimedJob | null> {
  const row = await db
    .withSchema(tableSchema)
    .updateTable('pending_jobs')
    .set((column) => ({ attempts: column('attempts', '+', 1), worker: by.worker, tick: by.tick }))
    .where('key', '=', key)
    .where('failed_code', 'is', null)
    .returning(['ticket', 'job', 'attempts'])
    .executeTakeFirst();
  return row === undefined ? null : { key, ticket: row.ticket, job: row.job, attempt: row.attempts };
}

/** What waits under the claimed job's key now: itself, a newer job, or nothing. */
export async function readWaiting(
  db: Kysely<Tables>,
  { key, ticket }: ClaimedJob,
): Promise<ReviewJob | 'itself' | null> {
  const row = await selectByKey(db, key).select(['ticket', 'job']).executeTakeFirst();
  if (row === undefined) return null;
  return row.ticket === ticket ? 'itself' : row.job;
}

/** Whether a job of this key is still to be done, or is being done. */
export async function isWaiting(db: Kysely<Tables>, key: string): Promise<boolean> {
  const row = await selectByKey(db, key).select('key').where('failed_code', 'is', null).executeTakeFirst();
  return row !== undefined;
}

/** Keys of all jobs that are still to be done. */
export async function readWaitingKeys(db: Kysely<Tables>): Promise<readonly string[]> {
  const rows = await db
    .withSchema(tableSchema)
    .selectFrom('pending_jobs')
    .select('key')
    .where('failed_code', 'is', null)
    .orderBy('accepted_at')
    .execute();
  return rows.map((row) => row.key);
}

/** Ends a claimed job. A newer job that has taken its place meanwhile is left alone. */
export async function endJob(db: Kysely<Tables>, claimed: ClaimedJob, failedCode: string | null): Promise<void> {
  const own = db.withSchema(tableSchema);
  if (failedCode === null) {
    await own.deleteFrom('pending_jobs').where('key', '=', claimed.key).where('ticket', '=', claimed.ticket).execute();
    return;
  }
  await own
    .updateTable('pending_jobs')
    .set({ failed_code: failedCode, worker: null, tick: null })
    .where('key', '=', claimed.key)
    .where('ticket', '=', claimed.ticket)
    .execute();
}

/** Processes that have jobs in work, by their numbers. */
export async function readWorkers(db: Kysely<Tables>): Promise<readonly number[]> {
  const rows = await db
    .withSchema(tableSchema)
    .selectFrom('pending_jobs')
    .select('worker')
    .distinct()
    .where('worker', 'is not', null)
    .where('failed_code', 'is', null)
    .execute();
  return rows.flatMap(({ worker }) => worker ?? []);
}

/** Takes all jobs from a process that is dead: of several that ask, one is given them. Must run in a transaction. */
export async function takeFrom(
  trx: Kysely<Tables>,
  worker: number,
): Promise<readonly { readonly key: string; readonly tick: string | null }[]> {
  const jobs = await trx
    .withSchema(tableSchema)
    .selectFrom('pending_jobs')
    .select(['key', 'tick'])
    .where('worker', '=', worker)
    // As jobs are placed, by code units: two that lock several rows must do so in one order.
    .orderBy(sql`key COLLATE "C"`)
    .forUpdate()
    .execute();
  await letGo(trx).where('worker', '=', worker).execute();
  return jobs;
}

/** Says that nobody has a claimed job in work any more. */
export async function leaveJob(db: Kysely<Tables>, { key, ticket }: ClaimedJob): Promise<void> {
  await letGo(db).where('key', '=', key).where('ticket', '=', ticket).execute();
}

function letGo(db: Kysely<Tables>) {
  return db.withSchema(tableSchema).updateTable('pending_jobs').set({ worker: null, tick: null });
}

/** Gives a claimed job back untried: the attempt does not count. */
export async function uncountAttempt(db: Kysely<Tables>, { key, ticket }: ClaimedJob): Promise<void> {
  await db
    .withSchema(tableSchema)
    .updateTable('pending_jobs')
    .set((column) => ({ attempts: column('attempts', '-', 1) }))
    .where('key', '=', key)
    .where('ticket', '=', ticket)
    .execute();
}

function selectByKey(db: Kysely<Tables>, key: string) {
  return db.withSchema(tableSchema).selectFrom('pending_jobs').where('key', '=', key);
}
