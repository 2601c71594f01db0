import type { ColumnType, Generated } from 'kysely';
import type { ReviewJob } from '#review';

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
  };
  readonly audit_log: {
    readonly repository: string;
    readonly seq: number;
    readonly digest: string;
    readonly record: string;
    readonly appended_at: Stamp;
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
  };
}
