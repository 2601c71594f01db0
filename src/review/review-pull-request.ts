import { gates, judgeAll, planGates } from '#core/gates';
import type { Policy } from '#core/policy';
import { decide, defaultPolicy, gateOptions, gatePolicy, undecided } from '#core/policy';
import type { Assistance } from '#core/provenance';
import { detectAssistance } from '#core/provenance';
import { gateCheckName, SUMMARY_CHECK } from '#core/render';
import { analyzeSides } from './analyze-sides.ts';
import { appendReview } from './append-events.ts';
import { artifactRows } from './artifact-rows.ts';
import type { Snapshot } from './collect-snapshot.ts';
import { collectSnapshot, missingOf } from './collect-snapshot.ts';
import { explainFailure } from './explain-failure.ts';
import { gatherPriced, limitsOf } from './gather-evidence.ts';
import { isSuperseded } from './is-superseded.ts';
import type { OutsidePorts, ReviewPorts, ReviewRequest } from './ports.ts';
import type { Review, Reviewed } from './review.ts';
import type { Timed } from './stage-clock.ts';
import { withStageClock } from './stage-clock.ts';
import { toPublication } from './to-publication.ts';
import { toView } from './to-view.ts';

/** The one path from a pull request to a published review. Null when a newer push made this head stale on the way. */
export async function reviewPullRequest(request: ReviewRequest, untimed: ReviewPorts): Promise<Review | null> {
  const ports = withStageClock(untimed);
  await ports.publisher.announce(request, [SUMMARY_CHECK]);
  const snapshot = await collectSnapshot(request, ports); // everything the analysis will read
  ports.ended('collected', { comparable: missingOf(snapshot) === null ? 1 : 0 });
  if (await isSuperseded(request, ports)) return null;
  await ports.publisher.announce(request, checkRunNames(snapshot.policy));

  const assistance = detectAssistance(snapshot.pullRequest);
  const judged = await judge(request, snapshot, assistance, ports);
  if (await isSuperseded(request, ports)) return null;

  return conclude({ request, snapshot, assistance, ...judged }, ports);
}

/** Says on the pull request why it could not be reviewed, on every check run, and records that. */
export async function reportFailure(request: ReviewRequest, error: unknown, ports: OutsidePorts): Promise<Review> {
  const cause = explainFailure(error);
  const snapshot = { pullRequest: null, policy: defaultPolicy, policyFile: null, sides: cause, evidence: [] };
  const verdict = undecided(gates, defaultPolicy, cause);
  const assistance = detectAssistance(null);
  return conclude({ request, snapshot, assistance, change: null, answers: new Map(), verdict }, withStageClock(ports));
}

/** Recorded before anyone is told. */
async function conclude(reviewed: Reviewed, ports: OutsidePorts & Timed): Promise<Review> {
  const record = await appendReview(reviewed, ports.recorder);
  ports.ended('recorded', { seq: record.seq });
  const review: Review = { ...reviewed, record };
  await tell(review, ports);
  ports.ended('published', { outcome: reviewed.verdict.outcome });
  return review;
}

function checkRunNames(policy: Policy): readonly string[] {
  return gates.filter(({ id }) => gatePolicy(policy, id).mode !== 'off').map(({ id }) => gateCheckName(id));
}

type Judged = Pick<Reviewed, 'change' | 'answers' | 'questions' | 'verdict'>;

async function judge(
  request: ReviewRequest,
  snapshot: Snapshot,
  assistance: Assistance,
  ports: ReviewPorts & Timed,
): Promise<Judged> {
  const { sides, policy, evidence } = snapshot;
  if ('code' in sides) return { change: null, answers: new Map(), verdict: undecided(gates, policy, sides) };
  const { change, count } = await analyzeSides(sides, ports); // engines in workers read what has not been read before
  ports.ended('read', { ...count });

  const plan = planGates(gates, { change, assistance, depth: request.depth, options: gateOptions(policy) });
  const fromFiles = evidence.map((text) => ports.evidenceFile(text, policy.evidence));
  const sources = [...fromFiles, ...ports.evidence, artifactRows(sides)];
  const { answers, price } = await gatherPriced(plan.questions, sources, limitsOf(sides, policy, ports)); // all that is ever asked
  ports.ended('gathered', { questions: plan.questions.length });

  const verdict = decide({ results: judgeAll(plan, answers), change, assistance, policy });
  return { change, answers, ...(price === null ? {} : { questions: price }), verdict };
}

async function tell(review: Review, ports: OutsidePorts): Promise<void> {
  const { request, snapshot, verdict } = review;
  const history = await ports.pullRequests.readLabelHistory(request);
  const previousFingerprints = await ports.memory.recall(request);
  const view = toView(review, { serverUrl: ports.serverUrl, previousFingerprints });
  await ports.publisher.publish(
    request,
    toPublication(review, view, history),
    snapshot.pullRequest?.changedFiles ?? [],
  );
  const fingerprints = verdict.gates.flatMap((gate) => gate.findings.map(({ fingerprint }) => fingerprint));
  await ports.memory.remember(request, verdict.outcome, fingerprints);
}
