import { type Kysely, sql } from 'kysely';
import { type Tables, tableSchema } from './schema.ts';

/** For how many days rows are kept that no longer decide anything. */
export interface Retention {
  /** Deliveries, and jobs that failed for good. No less than GitHub may send a delivery again: it remembers three days. */
  readonly deliveryDays: number;
  /** Reviews that a newer one has followed, and all of a pull request that was closed. */
  readonly reviewDays: number;
}

/** How many rows were removed. */
export interface Pruned {
  readonly deliveries: number;
  readonly jobs: number;
  readonly reviews: number;
}

/**
 * Removes what is older than the retention. The last review of an open pull request stays, however old: without it the head
 * would be reviewed again. The audit log, its keys and its checkpoints are never touched; triggers would refuse it.
 */
export async function prune(whole: Kysely<Tables>, { deliveryDays, reviewDays }: Retention): Promise<Pruned> {
  const db = whole.withSchema(tableSchema);
  const deliveries = await db
    .deleteFrom('deliveries')
    .where('received_at', '<', daysAgo(deliveryDays))
    .executeTakeFirst();
  const jobs = await db
    .deleteFrom('pending_jobs')
    .where('failed_code', 'is not', null)
    .where('accepted_at', '<', daysAgo(deliveryDays))
    .executeTakeFirst();
  const reviews = await db
    .deleteFrom('reviews as old')
    .where(sql<Date>`coalesce(old.finished_at, old.started_at)`, '<', daysAgo(reviewDays))
    .where((row) =>
      row.or([
        row('old.closed_at', 'is not', null),
        row.exists(
          row
            .selectFrom('reviews as newer')
            .select('newer.review_id')
            .whereRef('newer.repository', '=', 'old.repository')
            .whereRef('newer.pull_number', '=', 'old.pull_number')
            .whereRef('newer.finished_at', '>', sql`coalesce(old.finished_at, old.started_at)`),
        ),
      ]),
    )
    .executeTakeFirst();
  return {
    deliveries: Number(deliveries.numDeletedRows),
    jobs: Number(jobs.numDeletedRows),
    reviews: Number(reviews.numDeletedRows),
  };
}

function daysAgo(days: number) {
  return sql<Date>`now() - make_interval(days => ${days}::integer)`;
}
