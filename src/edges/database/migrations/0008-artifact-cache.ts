import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Zips of artifacts, by their digest, in parts. Rows may be deleted at any time. */
export const artifactCache: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      CREATE TABLE weirkeeper.artifact_cache (
        digest text PRIMARY KEY,
        bytes integer NOT NULL,
        used_at timestamptz NOT NULL DEFAULT now()
      )`.execute(db);
    await sql`
      CREATE TABLE weirkeeper.artifact_cache_parts (
        digest text NOT NULL REFERENCES weirkeeper.artifact_cache ON DELETE CASCADE,
        part integer NOT NULL,
        content bytea NOT NULL,
        PRIMARY KEY (digest, part)
      )`.execute(db);
    // Zips are compressed already.
    await sql`ALTER TABLE weirkeeper.artifact_cache_parts ALTER COLUMN content SET STORAGE EXTERNAL`.execute(db);
  },
};
