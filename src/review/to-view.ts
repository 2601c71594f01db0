import type { UniqueId } from '#core/base';
import { toUniqueId } from '#core/base';
import type { Answers } from '#core/evidence';
import { coverage } from '#core/lineage';
import { DEEP_REVIEW } from '#core/policy';
import type { DeepReviewStatus, ReviewView, RowCounts } from '#core/render';
import { missingOf } from './collect-snapshot.ts';
import { cutsOf } from './cuts-of.ts';
import type { Review, Reviewed } from './review.ts';
import { countClaims } from './to-audit-events.ts';

/** What a person may write to the app in a comment. */
const COMMANDS: readonly string[] = ['/weirkeeper review', '/weirkeeper deep-review'];

/** What the renderer does not find in the review itself. */
export interface ViewContext {
  /** `https://github.com`, or the address of an own server. */
  readonly serverUrl: string;
  /** Fingerprints of the last review of the same pull request; null when this is the first. */
  readonly previousFingerprints: readonly string[] | null;
}

/** A review as the renderer wants it. */
export function toView(review: Review, context: ViewContext): ReviewView {
  const { request, snapshot, change, assistance, answers, verdict, record } = review;
  const { policy, policyFile } = snapshot;
  return {
    request: requestOf(review, context.serverUrl),
    change,
    missing: missingOf(snapshot),
    assistance,
    verdict,
    rows: rowsOf(answers),
    policy: {
      mode: policy.mode,
      maxFindings: policy.comment.maxFindings,
      artifacts: policy.artifacts,
      file: policyFile,
    },
    record: { seq: record.seq, digest: record.digest },
    previousFingerprints: context.previousFingerprints,
    coverage: change === null ? null : coverage(change.head.lineage, change.head.project),
    deepReview: deepReviewOf(review),
    cuts: cutsOf(snapshot.pullRequest, assistance),
    commands: request.trigger === 'cli' ? [] : COMMANDS,
  };
}

function requestOf({ request, snapshot }: Reviewed, serverUrl: string): ReviewView['request'] {
  const { pullRequest } = snapshot;
  const isLocal = request.trigger === 'cli';
  return {
    serverUrl,
    repository: isLocal ? null : request.repository,
    pullNumber: isLocal ? null : request.pullNumber,
    baseBranch: pullRequest?.baseRef ?? null,
    headSha: request.headSha || null,
    baseSha: pullRequest?.baseSha || null,
    mergeBaseSha: pullRequest?.mergeBaseSha || null,
  };
}

/** Counts by relation, from the answers to the row-count questions. */
function rowsOf(answers: Answers): ReadonlyMap<UniqueId, RowCounts> {
  const rows = new Map<UniqueId, RowCounts>();
  for (const [key, answer] of answers) {
    const [, side, id] = /^rows:(base|head):(.*)$/.exec(key) ?? [];
    if (id === undefined || !answer.known || answer.kind !== 'row-count') continue;
    const known = rows.get(toUniqueId(id)) ?? { base: null, head: null };
    const count = { rows: answer.rows, source: answer.source, at: answer.at };
    rows.set(toUniqueId(id), side === 'base' ? { ...known, base: count } : { ...known, head: count });
  }
  return rows;
}

function deepReviewOf(review: Reviewed): DeepReviewStatus | null {
  if (review.request.depth !== 'deep') return null;
  const claims = countClaims(review) ?? { total: 0, grounded: 0, dropped: 0 };
  const judged = review.verdict.gates.find(({ gateId }) => gateId === DEEP_REVIEW);
  return { ran: judged?.outcome !== 'unknown', claims, reason: judged?.reason ?? null };
}
