import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** When a review's pull request was closed, so that its reviews may be removed; and a quick way to old deliveries. */
export const closedPullRequests: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`ALTER TABLE weirkeeper.reviews ADD COLUMN closed_at timestamptz`.execute(db);
    await sql`CREATE INDEX deliveries_by_age ON weirkeeper.deliveries (received_at)`.execute(db);
  },
};
