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
  const { pullRequest, policyFile } = snapshot;
  const sides = change === null ? [] : (['base', 'head'] as const);
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
    artifacts: sides.flatMap((side) => (change?.[side].artifacts ?? []).map((artifact) => ({ ...artifact, side }))),
    policy: {
      path: policyFile?.path ?? POLICY_PATH,
      sha: policyFile === null ? null : toSha(policyFile.sha),
      digest: policyFile?.digest ?? null,
    },
    verdict,
    answers,
    claims: countClaims({ change, answers }),
  };
}

/** What became of the LLM's claims; null when there was no reply to check. */
export function countClaims({ change, answers }: Pick<Reviewed, 'change' | 'answers'>): ClaimCounts | null {
  const answer = answers.get('claims');
  if (change === null || answer === undefined || !answer.known || answer.kind !== 'claims') return null;
  const { total, grounded, dropped } = verifyClaims(answer.text, change);
  return { total, grounded: grounded.length, dropped: dropped.length };
}
