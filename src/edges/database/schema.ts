import type { ColumnType, Generated } from 'kysely';
import type { Signature } from '#core/audit';
import type { MergeFacts, ReviewJob } from '#review';

/** Our tables live in a schema of their own, so that a database may be shared. */
export const tableSchema = 'weirkeeper';
/** Where pg-boss keeps its tables. */
export const queueSchema = 'weirkeeper_queue';

/** JSON goes in as text and comes out decoded. */
type Json<Value> = ColumnType<Value, string, string>;
/** The database's clock sets it. */
type Stamp = ColumnType<Date, string | undefined, string>;

export interface Tables {
  readonly deliveries: {
    /** `X-GitHub-Delivery`: the same again when GitHub redelivers. */
    readonly id: string;
    readonly event: string;
    readonly action: string | null;
    readonly jobs: Json<readonly ReviewJob[]>;
    readonly received_at: Stamp;
  };
  readonly pending_jobs: {
    readonly key: string;
    /** New with every job that takes this place: whoever holds an older one holds an older job. */
    readonly ticket: Generated<string>;
    readonly job: Json<ReviewJob>;
    readonly attempts: Generated<number>;
    readonly accepted_at: Stamp;
    /** Set when nothing more is tried. */
    readonly failed_code: string | null;
    /** The process that has taken it, as `Presence` numbers it, and the tick it did so by; null while nobody has. */
    readonly worker: ColumnType<number | null, undefined, number | null>;
    readonly tick: ColumnType<string | null, undefined, string | null>;
  };
  readonly audit_log: {
    readonly repository: string;
    readonly seq: number;
    readonly digest: string;
    readonly record: string;
    /** Null of a record of before records were signed; so are the three that follow. */
    readonly signatures: Json<readonly Signature[] | null>;
    readonly key_id: string | null;
    readonly event_key: string | null;
    readonly content_digest: string | null;
    readonly appended_at: Stamp;
  };
  readonly audit_streams: {
    readonly repository: string;
    readonly installation_id: string;
  };
  readonly signing_keys: {
    readonly seq: number;
    readonly keyid: string;
    readonly public_key: string;
    readonly replaces: string | null;
    readonly endorsement: string | null;
    readonly added_at: Stamp;
  };
  readonly audit_checkpoints: {
    readonly repository: string;
    readonly size: number;
    readonly line: string;
    readonly added_at: Stamp;
  };
  readonly watched_merges: {
    readonly repository: string;
    readonly pull_number: number;
    readonly base_ref: string;
    readonly merged_at: ColumnType<Date, string, string>;
    readonly watched_until: ColumnType<Date, string, string>;
    readonly facts: Json<MergeFacts>;
  };
  readonly lineage_cache: {
    readonly key: string;
    readonly content: Uint8Array;
    readonly bytes: number;
    readonly used_at: Stamp;
  };
  readonly artifact_cache: {
    readonly digest: string;
    readonly bytes: number;
    readonly used_at: Stamp;
  };
  readonly artifact_cache_parts: {
    readonly digest: string;
    readonly part: number;
    readonly content: Uint8Array;
  };
  readonly write_turns: {
    readonly installation_id: string;
    readonly next_write: Stamp;
    readonly next_notification: Stamp;
  };
  readonly reviews: {
    readonly review_id: string;
    readonly repository: string;
    readonly pull_number: number;
    readonly head_sha: string;
    readonly stage: string;
    readonly started_at: Stamp;
    readonly finished_at: ColumnType<Date | null, string | undefined, string>;
    readonly outcome: string | null;
    readonly fingerprints: Json<readonly string[]>;
    /** When its pull request was closed, if that came after it. */
    readonly closed_at: ColumnType<Date | null, undefined, string | null>;
  };
}
