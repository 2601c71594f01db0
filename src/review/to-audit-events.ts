import { type AnalysedEvent, type AuditEvent, type ClaimCounts, sha256 } from '#core/audit';
import { sortedBy, toSha, type UniqueId } from '#core/base';
import { verifyClaims } from '#core/claims';
import { POLICY_PATH } from '#core/policy';
import type { Reviewed } from './review.ts';

/** What the log keeps of a review: that the pull request was noticed (which is added once), and what was found. */
export function toAuditEvents(reviewed: Reviewed): readonly AuditEvent[] {
  const { request, snapshot, assistance } = reviewed;
  const { pullRequest } = snapshot;
  const analysed = toAnalysed(reviewed);
  if (pullRequest === null || request.trigger === 'cli') return [analysed];
  const { baseSha: base, headSha: head, author } = pullRequest;
  return [{ event: 'opened', pullNumber: request.pullNumber, base, head, author, assistance }, analysed];
}

function toAnalysed(reviewed: Reviewed): AnalysedEvent {
  const { request, snapshot, change, assistance, answers, questions, verdict } = reviewed;
  const { pullRequest } = snapshot;
  return {
    event: request.depth === 'deep' ? 'deep-reviewed' : 'analysed',
    reviewId: request.reviewId,
    pullNumber: request.pullNumber,
    change: {
      base: pullRequest?.baseSha ?? toSha(''),
      head: request.headSha,
      mergeBase: pullRequest?.mergeBaseSha ?? null,
    },
    author: pullRequest?.author ?? null,
    assistance,
    artifacts: artifactsOf(change),
    nodes: nodesOf(change),
    policy: policyOf(snapshot),
    verdict,
    answers,
    ...(questions === undefined ? {} : { questions }),
    claims: countClaims({ change, answers }),
  };
}

function artifactsOf(change: Reviewed['change']): AnalysedEvent['artifacts'] {
  if (change === null) return [];
  return (['base', 'head'] as const).flatMap((side) =>
    change[side].artifacts.map((artifact) => ({ ...artifact, side })),
  );
}

function nodesOf(change: Reviewed['change']): AnalysedEvent['nodes'] {
  if (change === null) return [];
  const ids = [...change.modified.map(({ uniqueId }) => uniqueId), ...change.removed];
  return sortedBy(ids, (id) => id).map((id) => ({
    id,
    before: codeDigest(change.base, id),
    after: codeDigest(change.head, id),
  }));
}

function codeDigest({ project }: NonNullable<Reviewed['change']>['base'], id: UniqueId): string | null {
  const node = project.nodes.get(id);
  return node === undefined ? null : sha256(node.rawCode);
}

function policyOf({ policyFile, policy: { mode } }: Reviewed['snapshot']): AnalysedEvent['policy'] {
  if (policyFile === null) return { path: POLICY_PATH, sha: null, digest: null, mode };
  return { path: policyFile.path, sha: toSha(policyFile.sha), digest: policyFile.digest, mode };
}

/** What became of the LLM's claims; null when there was no reply to check. */
export function countClaims({ change, answers }: Pick<Reviewed, 'change' | 'answers'>): ClaimCounts | null {
  const answer = answers.get('claims');
  if (change === null || answer === undefined || !answer.known || answer.kind !== 'claims') return null;
  const { total, grounded, dropped } = verifyClaims(answer.text, change);
  return { total, grounded: grounded.length, dropped: dropped.length };
}
