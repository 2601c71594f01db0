import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Which process has a job in work, so that others see when it is dead; and when an installation may write next. */
export const processes: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`ALTER TABLE weirkeeper.pending_jobs ADD COLUMN worker integer, ADD COLUMN tick uuid`.execute(db);
    await sql`
      CREATE TABLE weirkeeper.write_turns (
        installation_id bigint PRIMARY KEY,
        next_write timestamptz NOT NULL,
        next_notification timestamptz NOT NULL
      )`.execute(db);
  },
};
