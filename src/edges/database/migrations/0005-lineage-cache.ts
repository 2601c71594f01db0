import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What came of SQL that has been traced. Rows may be deleted at any time. */
export const lineageCache: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      CREATE TABLE weirkeeper.lineage_cache (
        key text PRIMARY KEY,
        content bytea NOT NULL,
        bytes integer NOT NULL,
        used_at timestamptz NOT NULL DEFAULT now()
      )`.execute(db);
    await sql`CREATE INDEX lineage_cache_used ON weirkeeper.lineage_cache (used_at)`.execute(db);
  },
};
