import { auditRecord } from '#core/audit';
import type { Reason } from '#core/base';
import type { Change } from '#core/change';
import { analyzeChange, statementsFor } from '#core/change';
import type { Answers } from '#core/evidence';
import { gates, judgeAll, planGates } from '#core/gates';
import type { Verdict } from '#core/policy';
import { decide, gateOptions, undecided } from '#core/policy';
import type { Assistance } from '#core/provenance';
import { detectAssistance } from '#core/provenance';
import type { Snapshot } from './collect-snapshot.ts';
import { collectSnapshot } from './collect-snapshot.ts';
import { gatherEvidence } from './gather-evidence.ts';
import { isSuperseded } from './is-superseded.ts';
import type { AuditEntry, ReviewPorts, ReviewRequest } from './ports.ts';
import { renderReview } from './render-review.ts';

/** The result of a review: what was found, what it means, and the record of it. */
export interface Review {
  readonly request: ReviewRequest;
  readonly snapshot: Snapshot;
  readonly assistance: Assistance;
  /** Null when there was nothing to compare: the verdict says why. */
  readonly change: Change | null;
  readonly answers: Answers;
  readonly verdict: Verdict;
  readonly record: AuditEntry;
}

/** The one path from a pull request to a published review. Null when a newer push made this head stale on the way. */
export async function reviewPullRequest(request: ReviewRequest, ports: ReviewPorts): Promise<Review | null> {
  await ports.publisher.announce(request);
  const snapshot = await collectSnapshot(request, ports); // everything analysis will read
  if (await isSuperseded(request, ports)) return null;

  const assistance = detectAssistance(snapshot.pullRequest);
  const judged = await judgeSnapshot(request, snapshot, assistance, ports);
  if (await isSuperseded(request, ports)) return null;

  const reviewed = { request, snapshot, assistance, ...judged };
  const record = await ports.auditLog.append(request.repository, (last) =>
    auditRecord(reviewed, last, ports.clock.now()),
  );
  const review: Review = { ...reviewed, record }; // recorded before anyone is told
  await ports.publisher.publish(request, await renderReview(review, ports));
  return review;
}

interface Judged {
  readonly change: Change | null;
  readonly answers: Answers;
  readonly verdict: Verdict;
}

async function judgeSnapshot(
  request: ReviewRequest,
  snapshot: Snapshot,
  assistance: Assistance,
  ports: ReviewPorts,
): Promise<Judged> {
  const { sides, policy } = snapshot;
  if (isReason(sides)) return { change: null, answers: new Map(), verdict: undecided(gates, policy, sides) };
  const trees = await ports.sqlReader.read(statementsFor(sides)); // engines in workers: trees or reasons

  const change = analyzeChange(sides, trees);
  const plan = planGates(gates, { change, assistance, depth: request.depth, options: gateOptions(policy) });
  const fromFile = snapshot.evidenceText === null ? [] : [ports.evidenceFile(snapshot.evidenceText)];
  const answers = await gatherEvidence(plan.questions, [...fromFile, ...ports.evidence]); // the only questions ever asked

  const verdict = decide({ results: judgeAll(plan, answers), change, assistance, policy });
  return { change, answers, verdict };
}

function isReason(sides: Snapshot['sides']): sides is Reason {
  return 'code' in sides;
}
