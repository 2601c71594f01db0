import type { AuditInput, ClaimCounts } from '#core/audit';
import { toSha } from '#core/base';
import { verifyClaims } from '#core/claims';
import { POLICY_PATH } from '#core/policy';
import type { Reviewed } from './review.ts';

/** What the record keeps of a review; the chain's end and the time are added when it is written. */
export function toAuditInput({
  request,
  snapshot,
  change,
  assistance,
  answers,
  verdict,
}: Reviewed): Omit<AuditInput, 'last' | 'time'> {
  const { pullRequest } = snapshot;
  return {
    reviewId: request.reviewId,
    repository: request.repository,
    pullNumber: request.pullNumber,
    change: {
      base: pullRequest?.baseSha ?? toSha(''),
      head: request.headSha,
      mergeBase: pullRequest?.mergeBaseSha ?? null,
    },
    author: pullRequest?.author ?? null,
    assistance,
    artifacts: artifactsOf(change),
    policy: policyOf(snapshot),
    verdict,
    answers,
    claims: countClaims({ change, answers }),
  };
}

function artifactsOf(change: Reviewed['change']): AuditInput['artifacts'] {
  if (change === null) return [];
  return (['base', 'head'] as const).flatMap((side) =>
    change[side].artifacts.map((artifact) => ({ ...artifact, side })),
  );
}

function policyOf({ policyFile }: Reviewed['snapshot']): AuditInput['policy'] {
  if (policyFile === null) return { path: POLICY_PATH, sha: null, digest: null };
  return { path: policyFile.path, sha: toSha(policyFile.sha), digest: policyFile.digest };
}

/** What became of the LLM's claims; null when there was no reply to check. */
export function countClaims({ change, answers }: Pick<Reviewed, 'change' | 'answers'>): ClaimCounts | null {
  const answer = answers.get('claims');
  if (change === null || answer === undefined || !answer.known || answer.kind !== 'claims') return null;
  const { total, grounded, dropped } = verifyClaims(answer.text, change);
  return { total, grounded: grounded.length, dropped: dropped.length };
}
