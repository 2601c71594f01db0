import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Deliveries, waiting jobs, reviews, and the audit log that only grows. */
export const firstTables: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      CREATE TABLE weirkeeper.deliveries (
        id text PRIMARY KEY,
        event text NOT NULL,
        action text,
        jobs jsonb NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now()
      )`.execute(db);
    await sql`
      CREATE TABLE weirkeeper.pending_jobs (
        key text PRIMARY KEY,
        ticket uuid NOT NULL DEFAULT gen_random_uuid(),
        job jsonb NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        accepted_at timestamptz NOT NULL DEFAULT now(),
        failed_code text
      )`.execute(db);
    await sql`
      CREATE TABLE weirkeeper.reviews (
        review_id text PRIMARY KEY,
        repository text NOT NULL,
        pull_number integer NOT NULL,
        head_sha text NOT NULL,
        stage text NOT NULL,
        started_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        outcome text,
        fingerprints jsonb NOT NULL DEFAULT '[]'
      )`.execute(db);
    await sql`
      CREATE INDEX reviews_of_pull_request
        ON weirkeeper.reviews (repository, pull_number, finished_at)`.execute(db);
    await createAuditLog(db);
  },
};

async function createAuditLog(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE weirkeeper.audit_log (
      repository text NOT NULL,
      seq integer NOT NULL CHECK (seq > 0),
      digest text NOT NULL,
      record text NOT NULL,
      appended_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (repository, seq)
    )`.execute(db);
  await sql`
    CREATE FUNCTION weirkeeper.refuse_change_of_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'the audit log only grows: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END $$`.execute(db);
  await sql`
    CREATE TRIGGER audit_log_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON weirkeeper.audit_log
      FOR EACH STATEMENT EXECUTE FUNCTION weirkeeper.refuse_change_of_audit_log()`.execute(db);
}
