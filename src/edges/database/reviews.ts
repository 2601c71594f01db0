import type { Kysely } from 'kysely';
import { type Fingerprint, type Sha, toFingerprint, toSha } from '#core/base';
import { type Tables, tableSchema } from './schema.ts';

interface FinishedReview {
  readonly reviewId: string;
  readonly headSha: Sha;
  readonly outcome: string;
  /** Of every finding, for "since the last push". */
  readonly fingerprints: readonly Fingerprint[];
  readonly finishedAt: Date;
}

/** What is remembered of reviews, so that a later one can say what changed since. */
export interface Reviews {
  /** Begins a review, or begins it again after a failure: the same id may come more than once. */
  start(review: ReviewStart): Promise<void>;
  /** Notes the stage a review has reached, for whoever looks into the database. */
  reach(reviewId: string, stage: string): Promise<void>;
  finish(reviewId: string, end: Pick<FinishedReview, 'outcome' | 'fingerprints' | 'finishedAt'>): Promise<void>;
  /** The last finished review of an other head of the pull request; null when this is its first head. */
  readPrevious(repository: string, pullNumber: number, headSha: Sha): Promise<FinishedReview | null>;
  /** Reviews of the pull request that were begun and never ended: a crash, a newer push or the closing came between. */
  readUnfinished(repository: string, pullNumber: number): Promise<readonly UnfinishedReview[]>;
  /** Forgets a review that was begun and will not be finished. */
  drop(reviewId: string): Promise<void>;
  /** Notes that the pull request was closed: its reviews are no longer needed. */
  close(repository: string, pullNumber: number): Promise<void>;
  /** Whether the review published last is of this very head. A head that a forced push brings back is reviewed again. */
  isFinished(repository: string, pullNumber: number, headSha: Sha): Promise<boolean>;
}

type UnfinishedReview = Pick<ReviewStart, 'reviewId' | 'headSha'>;

interface ReviewStart {
  readonly reviewId: string;
  readonly repository: string;
  readonly pullNumber: number;
  readonly headSha: Sha;
}

/** Reviews as rows of the database. */
export function createReviews(whole: Kysely<Tables>): Reviews {
  const db = whole.withSchema(tableSchema);
  return {
    async start({ reviewId, repository, pullNumber, headSha }) {
      const row = { review_id: reviewId, repository, pull_number: pullNumber, head_sha: headSha, stage: 'started' };
      await db
        .insertInto('reviews')
        .values({ ...row, fingerprints: '[]' })
        .onConflict((conflict) => conflict.column('review_id').doUpdateSet({ stage: 'started', closed_at: null }))
        .execute();
    },
    async reach(reviewId, stage) {
      await db.updateTable('reviews').set({ stage }).where('review_id', '=', reviewId).execute();
    },
    async finish(reviewId, { outcome, fingerprints, finishedAt }) {
      const end = { stage: 'finished', outcome, finished_at: finishedAt.toISOString() };
      await db
        .updateTable('reviews')
        .set({ ...end, fingerprints: JSON.stringify(fingerprints) })
        .where('review_id', '=', reviewId)
        .execute();
    },
    readUnfinished: (repository, pullNumber) => readUnfinished(db, repository, pullNumber),
    async drop(reviewId) {
      await db.deleteFrom('reviews').where('review_id', '=', reviewId).where('finished_at', 'is', null).execute();
    },
    async close(repository, pullNumber) {
      const ofPull = db.updateTable('reviews').set({ closed_at: new Date().toISOString() });
      await ofPull.where('repository', '=', repository).where('pull_number', '=', pullNumber).execute();
    },
    isFinished: (repository, pullNumber, headSha) => isFinished(db, { repository, pullNumber, headSha }),
    readPrevious: (repository, pullNumber, headSha) => readPrevious(db, { repository, pullNumber, headSha }),
  };
}

async function isFinished(
  db: Kysely<Tables>,
  { repository, pullNumber, headSha }: Omit<ReviewStart, 'reviewId'>,
): Promise<boolean> {
  const last = await db
    .selectFrom('reviews')
    .select('head_sha')
    .where('repository', '=', repository)
    .where('pull_number', '=', pullNumber)
    .where('finished_at', 'is not', null)
    .orderBy('finished_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last?.head_sha === headSha;
}

async function readPrevious(
  db: Kysely<Tables>,
  { repository, pullNumber, headSha }: Omit<ReviewStart, 'reviewId'>,
): Promise<FinishedReview | null> {
  const row = await db
    .selectFrom('reviews')
    .select(['review_id', 'head_sha', 'outcome', 'fingerprints', 'finished_at'])
    .where('repository', '=', repository)
    .where('pull_number', '=', pullNumber)
    .where('head_sha', '!=', headSha)
    .where('finished_at', 'is not', null)
    .orderBy('finished_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row?.finished_at == null) return null;
  return {
    reviewId: row.review_id,
    headSha: toSha(row.head_sha),
    outcome: row.outcome ?? '',
    fingerprints: row.fingerprints.map((text) => toFingerprint(text)),
    finishedAt: row.finished_at,
  };
}

async function readUnfinished(
  db: Kysely<Tables>,
  repository: string,
  pullNumber: number,
): Promise<readonly UnfinishedReview[]> {
  const rows = await db
    .selectFrom('reviews')
    .select(['review_id', 'head_sha'])
    .where('repository', '=', repository)
    .where('pull_number', '=', pullNumber)
    .where('finished_at', 'is', null)
    .execute();
  return rows.map((row) => ({ reviewId: row.review_id, headSha: toSha(row.head_sha) }));
}
