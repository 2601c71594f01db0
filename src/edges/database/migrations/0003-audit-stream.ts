import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Signed records, the keys they are signed with, checkpoints, and what is remembered of merges under watch. Records of before
 * stay as they are: their new columns are empty, and the first signed record is linked to the last of them.
 */
export const auditStream: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      ALTER TABLE weirkeeper.audit_log
        ADD COLUMN signatures jsonb,
        ADD COLUMN key_id text,
        ADD COLUMN event_key text,
        ADD COLUMN content_digest text`.execute(db);
    await sql`CREATE INDEX audit_log_events ON weirkeeper.audit_log (repository, event_key, seq)`.execute(db);
    await createGrowing(db);
    await sql`
      CREATE TABLE weirkeeper.audit_streams (
        repository text PRIMARY KEY,
        installation_id text NOT NULL
      )`.execute(db);
    await sql`
      CREATE TABLE weirkeeper.watched_merges (
        repository text NOT NULL,
        pull_number integer NOT NULL,
        base_ref text NOT NULL,
        merged_at timestamptz NOT NULL,
        watched_until timestamptz NOT NULL,
        facts jsonb NOT NULL,
        PRIMARY KEY (repository, pull_number)
      )`.execute(db);
  },
};

/** Tables to which rows are only ever added, like the log itself. */
async function createGrowing(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE weirkeeper.signing_keys (
      seq integer PRIMARY KEY CHECK (seq > 0),
      keyid text NOT NULL UNIQUE,
      public_key text NOT NULL,
      replaces text,
      endorsement text,
      added_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db);
  await sql`
    CREATE TABLE weirkeeper.audit_checkpoints (
      repository text NOT NULL,
      size integer NOT NULL CHECK (size > 0),
      line text NOT NULL,
      added_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (repository, size)
    )`.execute(db);
  for (const table of ['signing_keys', 'audit_checkpoints']) {
    await sql`
      CREATE TRIGGER ${sql.ref(`${table}_only_grows`)} BEFORE UPDATE OR DELETE OR TRUNCATE
        ON ${sql.table(`weirkeeper.${table}`)}
        FOR EACH STATEMENT EXECUTE FUNCTION weirkeeper.refuse_change_of_audit_log()`.execute(db);
  }
}
