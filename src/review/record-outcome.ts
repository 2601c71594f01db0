import {
  broughtBack,
  type Found,
  type MergedEvent,
  type MergeFacts,
  mergeFacts,
  newFindings,
  nothingObserved,
  type OutcomeEvent,
  outcomeByContent,
  outcomeByPull,
  outcomeEvent,
  outcomesByCommits,
  watchedUntil,
} from '#core/audit';
import type { Sha } from '#core/base';
import { gates } from '#core/gates';
import { defaultPolicy, POLICY_PATH, type Policy, parsePolicy } from '#core/policy';
import { appendEvents, type RecordingPorts } from './append-events.ts';
import { findOverrides, type OverridePorts } from './find-overrides.ts';
import { localRequest } from './local-request.ts';
import type {
  ClosedPullRequest,
  Comparison,
  OutcomeMemory,
  PullRequests,
  RepositoryHistory,
  StreamPlace,
} from './ports.ts';
import { type CheckpointPorts, publishCheckpoint } from './publish-checkpoint.ts';

/** What looking for outcomes needs of the world. */
export interface OutcomePorts extends RecordingPorts, CheckpointPorts, OverridePorts {
  readonly history: RepositoryHistory;
  readonly outcomes: OutcomeMemory;
  readonly pullRequests: Pick<PullRequests, 'readFile'>;
}

/**
 * A pull request was closed. A merge is recorded and watched from then on; what it did to merges under watch is recorded as
 * theirs. Without a merge the outcome is there at once: abandoned.
 */
export async function recordClosed(place: StreamPlace, pullNumber: number, ports: OutcomePorts): Promise<void> {
  const closed = await ports.history.readClosed(place, pullNumber);
  if (closed.closedAt === null) return; // opened again meanwhile
  if (closed.merged === null) {
    await appendEvents(place, [abandoned(closed, closed.closedAt)], ports);
    return;
  }
  const policy = await readPolicyAt(place, closed.pull.baseSha, ports);
  const merge = mergeFacts({ pull: closed.pull, ...closed.merged.facts }, policy.audit.outcomeDays);
  const watched = await ports.outcomes.watched(place.repository);
  const known = watched.find((earlier) => earlier.pullNumber === pullNumber);
  const merged = mergedEvent(closed, closed.merged);
  const overridden = await findOverrides(place, merged, { policy, baseRef: closed.pull.baseRef }, ports);
  await appendEvents(place, overridden === null ? [merged] : [merged, overridden], ports);
  if (watchedUntil(merge) > ports.clock.now())
    await ports.outcomes.watch(place.repository, { ...merge, current: known?.current ?? null });
  for (const earlier of watched) await record(place, earlier, foundBy(earlier, merge, watched), ports);
  await publishCheckpoint(place, policy, ports);
}

/** Commits came to a branch: what they say of merges under watch there, and whether they bring back old content. */
export async function recordPush(
  place: StreamPlace,
  { branch, before, after }: { readonly branch: string; readonly before: string; readonly after: string },
  ports: OutcomePorts,
): Promise<void> {
  const watched = (await ports.outcomes.watched(place.repository)).filter(({ baseRef }) => baseRef === branch);
  const compared = watched.length === 0 ? null : await ports.history.compare(place, before, after);
  if (compared === null) return; // a new branch, or rewritten history: the daily look compares with what is there
  for (const merge of watched) {
    await record(place, merge, foundIn(compared, { merge, tip: after, watched }), ports);
  }
}

/**
 * Once a day: every merge under watch is compared with its branch as it is now and with the merges after it, so that no lost
 * or late event hides an outcome. When its time is over and nothing was found, that is recorded.
 */
export async function settleStream(place: StreamPlace, ports: OutcomePorts): Promise<void> {
  const watched = await ports.outcomes.watched(place.repository);
  for (const merge of watched) {
    const found = [
      ...(await foundOnBranch(place, { merge, watched }, ports)),
      ...watched.flatMap((later) => foundBy(merge, later, watched)),
    ];
    const settled = await record(place, merge, found, ports);
    if (watchedUntil(merge) > ports.clock.now()) continue;
    if (settled.current === null) await appendEvents(place, [outcomeEvent(settled, nothingObserved(settled))], ports);
    await ports.outcomes.unwatch(place.repository, merge.pullNumber);
  }
  const policy = await currentPolicy(place, ports);
  await publishCheckpoint(place, policy, ports);
}

async function foundOnBranch(
  place: StreamPlace,
  { merge, watched }: { readonly merge: MergeFacts; readonly watched: readonly MergeFacts[] },
  { history }: OutcomePorts,
): Promise<readonly (Found | null)[]> {
  const tip = merge.mergeCommit === null ? null : await history.readTip(place, merge.baseRef);
  if (merge.mergeCommit === null || tip === null || tip === merge.mergeCommit) return [];
  const compared = await history.compare(place, merge.mergeCommit, tip);
  return compared === null ? [] : foundIn(compared, { merge, tip, watched });
}

interface Looked {
  readonly merge: MergeFacts;
  /** The branch's last commit. */
  readonly tip: string;
  readonly watched: readonly MergeFacts[];
}

function foundIn({ commits, blobs }: Comparison, { merge, tip, watched }: Looked): readonly (Found | null)[] {
  return [
    ...outcomesByCommits(merge, commits),
    ...broughtBack(merge, watched, commits),
    outcomeByContent(merge, tip, blobs),
  ];
}

/** What `later` did to `earlier`: itself, or by taking back a pull request that had taken it back. */
function foundBy(earlier: MergeFacts, later: MergeFacts, watched: readonly MergeFacts[]): readonly (Found | null)[] {
  const revert = watched.find(
    (between) =>
      outcomeByPull(earlier, between)?.state === 'reverted' && outcomeByPull(between, later)?.state === 'reverted',
  );
  if (revert === undefined) return [outcomeByPull(earlier, later)];
  const what = `reverts the revert #${revert.pullNumber}`;
  const where = `pull request #${later.pullNumber}`;
  return [{ state: 'merged', confidence: 'explicit', evidence: [{ rule: 'R2', where, what }] }];
}

/** Records what is new of the findings, and remembers it. Gives the merge as it is known then. */
async function record(
  place: StreamPlace,
  merge: MergeFacts,
  findings: readonly (Found | null)[],
  ports: OutcomePorts,
): Promise<MergeFacts> {
  const known = newFindings(merge, findings);
  if (known.found.length === 0) return merge;
  await appendEvents(
    place,
    known.found.map((found) => outcomeEvent(merge, found)),
    ports,
  );
  await ports.outcomes.watch(place.repository, known.merge);
  return known.merge;
}

function abandoned({ pull }: ClosedPullRequest, closedAt: string): OutcomeEvent {
  const { number: pullNumber, headSha: head } = pull;
  const evidence = [{ rule: 'closed', where: closedAt, what: 'closed without a merge' }] as const;
  return {
    event: 'outcome',
    pullNumber,
    head,
    mergeCommit: null,
    state: 'abandoned',
    confidence: 'explicit',
    window: 'P0D',
    evidence,
  };
}

function mergedEvent(
  { pull, reviewers }: ClosedPullRequest,
  { by, facts }: NonNullable<ClosedPullRequest['merged']>,
): MergedEvent {
  const { number: pullNumber, baseSha: base, headSha: head, author } = pull;
  const { mergeCommit, mergedAt: at } = facts;
  return { event: 'merged', pullNumber, base, head, mergeCommit, mergedBy: by, at, author, reviewers };
}

async function currentPolicy(place: StreamPlace, ports: OutcomePorts): Promise<Policy> {
  const tip = await ports.history.readTip(place, null);
  return tip === null ? defaultPolicy : readPolicyAt(place, tip, ports);
}

/** A policy that cannot be read stops no record: the defaults hold, and the review says what is wrong with the file. */
async function readPolicyAt(place: StreamPlace, sha: Sha, { pullRequests }: OutcomePorts): Promise<Policy> {
  const text = await pullRequests.readFile({ ...localRequest(null, 'standard'), ...place }, POLICY_PATH, sha);
  const parsed = text === null ? null : parsePolicy(text, POLICY_PATH, gates);
  return parsed?.ok === true ? parsed.value : defaultPolicy;
}
