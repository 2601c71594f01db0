import { type Kysely, sql } from 'kysely';
import { DeploymentError } from '#core/base';
import {
  type ArtifactCache,
  type AuditLog,
  type CheckpointMemory,
  jobKey,
  type LineageCache,
  type OutcomeMemory,
  type RecordedReviews,
  type ReviewJob,
  type StreamPlace,
} from '#review';
import { type ArtifactCacheSettings, createArtifactCache } from './artifact-cache.ts';
import { createAuditLog, createRecordedReviews, exportAuditLog } from './audit-log.ts';
import {
  createCheckpointMemory,
  createOutcomeMemory,
  createSigningKeys,
  readStreams,
  type SigningKeys,
} from './audit-memory.ts';
import { type Connection, connect, type StorePlace } from './connect.ts';
import { createLineageCache, type LineageCacheSettings } from './lineage-cache.ts';
import { migrate } from './migrate.ts';
import { isWaiting } from './pending-jobs.ts';
import { type DoJob, type OnQueueFault, Queue, type QueueSettings } from './queue.ts';
import { type Pruned, prune, type Retention } from './retention.ts';
import { createReviews, type Reviews } from './reviews.ts';
import { type Tables, tableSchema } from './schema.ts';
import { createWriteTurns, type TakeWriteTurn } from './write-turns.ts';

/** A webhook that was received and checked. `jobs` is empty when it asks for no work. */
export interface Delivery {
  readonly deliveryId: string;
  readonly event: string;
  readonly action: string | null;
  readonly jobs: readonly ReviewJob[];
}

/** What the app keeps: deliveries, waiting jobs, reviews, the audit log. */
export interface Store {
  readonly auditLog: AuditLog;
  readonly recordedReviews: RecordedReviews;
  readonly signingKeys: SigningKeys;
  readonly outcomes: OutcomeMemory;
  readonly checkpoints: CheckpointMemory;
  readonly reviews: Reviews;
  /** What came of SQL, for one version of the program that reads it. */
  lineageCache(settings: LineageCacheSettings): LineageCache;
  /** Zips of artifacts, by digest. */
  artifactCache(settings?: ArtifactCacheSettings): ArtifactCache;
  /** Stores a delivery and its jobs in one transaction. A redelivery, known by its id, changes nothing. */
  acceptDelivery(delivery: Delivery): Promise<'stored' | 'duplicate'>;
  /** Whether a delivery of this id was stored before. */
  isKnown(deliveryId: string): Promise<boolean>;
  /** Whether a job waits, or is in work, in the place that this one would take. */
  isWaiting(job: ReviewJob): Promise<boolean>;
  /** Starts to do jobs: in order per pull request, the newest in the place of older ones. Call it once. */
  work(doJob: DoJob): Promise<void>;
  /** Lines of the exported audit log, without line ends; of one repository when one is given. */
  exportAuditLog(repository?: string): AsyncGenerator<string>;
  /** Repositories that have a log. */
  readStreams(): Promise<readonly StreamPlace[]>;
  /** Places jobs that no delivery asked for. */
  enqueue(jobs: readonly ReviewJob[]): Promise<void>;
  /** Turns of writes to GitHub that all processes on this database share; null where there is but one. */
  readonly takeWriteTurn: TakeWriteTurn | null;
  /** Jobs still to be done, those in work among them, and jobs that failed for good. */
  countJobs(): Promise<{ readonly waiting: number; readonly failed: number }>;
  /** Seconds since the oldest job still to be done was accepted; 0 when there is none. */
  readOldestJobAge(): Promise<number>;
  /** Removes rows that are older than they need to be kept, and says how many. */
  prune(retention: Retention): Promise<Pruned>;
  /** Stops work (running jobs may finish within `drainMs`, 18 s unless told) and closes the database. Idempotent. */
  close(drainMs?: number): Promise<void>;
}

export interface StoreSettings extends Partial<QueueSettings> {
  readonly onFault?: OnQueueFault;
}

const defaultSettings: QueueSettings = {
  concurrency: 2,
  maxAttempts: 8,
  retryDelaySeconds: 10,
  heartbeatSeconds: 30,
};
const defaultDrainMs = 18_000;

/**
 * Opens the store and applies what migrations are missing. In a folder (PGlite) or on PostgreSQL: the same SQL.
 * Throws DeploymentError when the folder is in use or broken, the server cannot be reached, or a migration fails.
 */
export async function openStore(place: StorePlace, settings: StoreSettings = {}): Promise<Store> {
  const { onFault = () => undefined, ...queueSettings } = settings;
  const connection = await connect(place);
  const queue = new Queue(connection, { ...defaultSettings, ...queueSettings }, onFault);
  try {
    await migrate(connection.db);
    await queue.start();
    return toStore(connection, queue);
  } catch (error) {
    await queue.stop(0).finally(() => connection.close());
    if (error instanceof DeploymentError) throw error;
    throw new DeploymentError(
      'store-not-opened',
      'The database could not be prepared. The database role needs CREATE on the database; see the cause in the log.',
      {},
      error,
    );
  }
}

function toStore(connection: Connection, queue: Queue): Store {
  const { db } = connection;
  let closed: Promise<void> | null = null;
  return {
    auditLog: createAuditLog(db),
    recordedReviews: createRecordedReviews(db),
    signingKeys: createSigningKeys(db),
    outcomes: createOutcomeMemory(db),
    checkpoints: createCheckpointMemory(db),
    reviews: createReviews(db),
    lineageCache: (settings) => createLineageCache(db, settings),
    artifactCache: (settings) => createArtifactCache(db, settings),
    async acceptDelivery(delivery) {
      const outcome = await db.transaction().execute(async (trx) => {
        if (!(await insertDelivery(trx, delivery))) return 'duplicate';
        await queue.place(trx, delivery.jobs);
        return 'stored';
      });
      if (outcome === 'stored') queue.announce(delivery.jobs);
      return outcome;
    },
    isKnown: (deliveryId) => isKnown(db, deliveryId),
    isWaiting: (job) => isWaiting(db, jobKey(job)),
    work: (doJob) => queue.work(doJob),
    exportAuditLog: (repository) => exportAuditLog(db, repository ?? null),
    readStreams: () => readStreams(db),
    async enqueue(jobs) {
      await db.transaction().execute((trx) => queue.place(trx, jobs));
      queue.announce(jobs);
    },
    takeWriteTurn: connection.embedded ? null : createWriteTurns(db),
    countJobs: () => countJobs(db),
    readOldestJobAge: () => readOldestJobAge(db),
    prune: (retention) => prune(db, retention),
    close(drainMs = defaultDrainMs) {
      closed ??= queue.stop(drainMs).finally(() => connection.close());
      return closed;
    },
  };
}

async function insertDelivery(trx: Kysely<Tables>, delivery: Delivery): Promise<boolean> {
  const { deliveryId, event, action, jobs } = delivery;
  const inserted = await trx
    .withSchema(tableSchema)
    .insertInto('deliveries')
    .values({ id: deliveryId, event, action, jobs: JSON.stringify(jobs) })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  return inserted !== undefined;
}

async function isKnown(db: Kysely<Tables>, deliveryId: string): Promise<boolean> {
  const row = await db
    .withSchema(tableSchema)
    .selectFrom('deliveries')
    .select('id')
    .where('id', '=', deliveryId)
    .executeTakeFirst();
  return row !== undefined;
}

async function countJobs(db: Kysely<Tables>) {
  const row = await db
    .withSchema(tableSchema)
    .selectFrom('pending_jobs')
    .select([
      sql<number>`(count(*) FILTER (WHERE failed_code IS NULL))::integer`.as('waiting'),
      sql<number>`(count(*) FILTER (WHERE failed_code IS NOT NULL))::integer`.as('failed'),
    ])
    .executeTakeFirstOrThrow();
  return row;
}

async function readOldestJobAge(db: Kysely<Tables>): Promise<number> {
  const { seconds } = await db
    .withSchema(tableSchema)
    .selectFrom('pending_jobs')
    .select(sql<number>`coalesce(extract(epoch FROM now() - min(accepted_at)), 0)::float8`.as('seconds'))
    .where('failed_code', 'is', null)
    .executeTakeFirstOrThrow();
  return seconds;
}
