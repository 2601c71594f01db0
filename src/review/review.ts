import type { ChainEnd, QuestionPrice } from '#core/audit';
import type { Change } from '#core/change';
import type { Answers } from '#core/evidence';
import type { Verdict } from '#core/policy';
import type { Assistance } from '#core/provenance';
import type { Snapshot } from './collect-snapshot.ts';
import type { ReviewRequest } from './ports.ts';

/** What a review found, before it is recorded. */
export interface Reviewed {
  readonly request: ReviewRequest;
  readonly snapshot: Snapshot;
  readonly assistance: Assistance;
  /** Null when there was nothing to compare: the verdict says why. */
  readonly change: Change | null;
  readonly answers: Answers;
  /** What its questions on data were priced at; absent where none was. */
  readonly questions?: QuestionPrice;
  readonly verdict: Verdict;
}

/** A review and the record of it. */
export interface Review extends Reviewed {
  readonly record: ChainEnd;
}
