import type { OutcomeEvent, OutcomeEvidence, OutcomeState } from '../events.ts';
import { commitMarks } from './marks.ts';
import type { MergedFile, MergeFacts } from './merge-facts.ts';

/** What a merge came to, and why it is thought so. */
export type Found = Pick<OutcomeEvent, 'state' | 'confidence' | 'evidence'>;

/** A commit on the base branch after the merge. */
export interface LaterCommit {
  readonly sha: string;
  readonly message: string;
}

/** Share of the changed model files whose old content must be back for a revert without a word. */
const revertedShare = 0.9;

/** The event that records an outcome. */
export function outcomeEvent(merge: MergeFacts, found: Found): OutcomeEvent {
  const { pullNumber, head, mergeCommit, window } = merge;
  return { event: 'outcome', pullNumber, head, mergeCommit, window: `P${window}D`, ...found };
}

/**
 * Those of the findings, in their order, that say more than what was known, and the merge as it is known then. A revert says
 * more than a fix, a person's word more than a likeness; a merge that is brought in again starts anew.
 */
export function newFindings(
  merge: MergeFacts,
  findings: readonly (Found | null)[],
): { readonly merge: MergeFacts; readonly found: readonly Found[] } {
  let { current } = merge;
  const found: Found[] = [];
  for (const finding of findings) {
    if (finding === null) continue;
    const isBack = finding.state === 'merged' && current?.state === 'reverted';
    if (!isBack && (finding.state === 'merged' || weight(finding) <= weight(current))) continue;
    found.push(finding);
    current = isBack ? null : { state: finding.state, confidence: finding.confidence };
  }
  return { merge: { ...merge, current }, found };
}

function weight(found: MergeFacts['current']): number {
  if (found === null) return 0;
  return (found.state === 'reverted' ? 2 : 0) + (found.confidence === 'explicit' ? 2 : 1);
}

/**
 * What a later merged pull request did to an earlier one: R1 and R2, else F2, else F1 of the specification (audit.md, section
 * 3.4). That the same file was touched again is nothing.
 */
export function outcomeByPull(earlier: MergeFacts, later: MergeFacts): Found | null {
  if (
    later.pullNumber === earlier.pullNumber ||
    later.mergedAt <= earlier.mergedAt ||
    later.baseRef !== earlier.baseRef
  )
    return null;
  const where = `pull request #${later.pullNumber}`;
  const commit = named(earlier.commits, later.revertsCommits);
  if (commit !== null) return explicit('reverted', { rule: 'R1', where, what: `reverts commit ${commit}` });
  if (later.revertsPulls.includes(earlier.pullNumber)) {
    return explicit('reverted', { rule: 'R2', where, what: `reverts #${earlier.pullNumber}` });
  }
  // Titles repeat: the same title is a revert only where the same file is touched.
  if (later.revertsTitles.includes(earlier.titleDigest) && sharedFiles(earlier, later).length > 0) {
    return explicit('reverted', { rule: 'R2', where, what: 'reverts a pull request of this title' });
  }
  const fixed = named(earlier.commits, later.fixesCommits);
  if (fixed !== null) return explicit('fixed_forward', { rule: 'F2', where, what: `fixes commit ${fixed}` });
  if (later.fixesPulls.includes(earlier.pullNumber)) {
    return explicit('fixed_forward', { rule: 'F2', where, what: `fixes #${earlier.pullNumber}` });
  }
  return fixedForward(earlier, later);
}

/**
 * What later commits of the base branch say of a merge, in their order: a revert (R1), its own revert (then the merge holds
 * again), a fix that names a commit (F2). The merge's own commits say nothing of it.
 */
export function outcomesByCommits(merge: MergeFacts, commits: readonly LaterCommit[]): readonly Found[] {
  const found: Found[] = [];
  const reverts: string[] = [];
  for (const { sha, message } of commits) {
    if (merge.commits.includes(sha)) continue;
    const marks = commitMarks(message);
    const where = `commit ${sha}`;
    const commit = named(merge.commits, marks.revertsCommits);
    const revert = named(reverts, marks.revertsCommits);
    const fixed = named(merge.commits, marks.fixesCommits);
    if (commit !== null) {
      reverts.push(sha);
      found.push(explicit('reverted', { rule: 'R1', where, what: `reverts commit ${commit}` }));
    } else if (revert !== null) {
      found.push(explicit('merged', { rule: 'R1', where, what: `reverts the revert ${revert}` }));
    } else if (fixed !== null)
      found.push(explicit('fixed_forward', { rule: 'F2', where, what: `fixes commit ${fixed}` }));
  }
  return found;
}

/**
 * A pull request had taken the merge back, and one of these commits takes that pull request back: then the merge holds
 * again. `others` are the merges that may have been such a revert.
 */
export function broughtBack(
  merge: MergeFacts,
  others: readonly MergeFacts[],
  commits: readonly LaterCommit[],
): readonly Found[] {
  const reverts = others.filter((other) => outcomeByPull(merge, other)?.state === 'reverted');
  return reverts.flatMap((revert) =>
    outcomesByCommits(revert, commits).flatMap(({ state, evidence: [seen] }) =>
      state !== 'reverted' || seen === undefined
        ? []
        : [explicit('merged', { ...seen, what: `reverts the revert #${revert.pullNumber}` })],
    ),
  );
}

/** R3: the base branch has the old content of at least 90 % of the changed model files again, whatever anybody wrote. */
export function outcomeByContent(
  merge: MergeFacts,
  tip: string,
  blobs: ReadonlyMap<string, string | null>,
): Found | null {
  const models = merge.files.filter(({ model, before, after }) => model && before !== after);
  const back = models.filter(({ path, before }) => blobs.has(path) && blobs.get(path) === before);
  if (models.length === 0 || back.length / models.length < revertedShare) return null;
  const what = `${back.length} of ${models.length} changed model files are as before the merge`;
  return { state: 'reverted', confidence: 'probable', evidence: [{ rule: 'R3', where: `commit ${tip}`, what }] };
}

/** Nothing was seen within the window. It is never called a success. */
export function nothingObserved(merge: MergeFacts): Found {
  const what = `no revert and no fix within ${merge.window} days`;
  return { state: 'none_observed', confidence: 'none', evidence: [{ rule: 'window', where: merge.baseRef, what }] };
}

/** When the time to look for an outcome is over. */
export function watchedUntil({ mergedAt, window }: Pick<MergeFacts, 'mergedAt' | 'window'>): Date {
  return new Date(Date.parse(mergedAt) + window * 86_400_000);
}

function fixedForward(earlier: MergeFacts, later: MergeFacts): Found | null {
  if (later.fixIntent.length === 0 || new Date(later.mergedAt) > watchedUntil(earlier)) return null;
  const hits = sharedFiles(earlier, later).flatMap(([first, second]) => {
    const lines = second.removed.filter((line) => first.added.includes(line)).length;
    return first.model && lines > 0 ? [{ path: first.path, lines }] : [];
  });
  const [hit] = hits;
  if (hit === undefined) return null;
  const lines = hits.reduce((sum, { lines: count }) => sum + count, 0);
  const what = `takes away ${lines} added ${lines === 1 ? 'line' : 'lines'} (first in ${hit.path}) and says it is a fix (${later.fixIntent.join(', ')})`;
  const evidence = [{ rule: 'F1', where: `pull request #${later.pullNumber}`, what }] as const;
  return { state: 'fixed_forward', confidence: 'probable', evidence };
}

function sharedFiles(earlier: MergeFacts, later: MergeFacts): readonly (readonly [MergedFile, MergedFile])[] {
  return earlier.files.flatMap((first) => {
    const second = later.files.find(({ path, previousPath }) => path === first.path || previousPath === first.path);
    return second === undefined ? [] : [[first, second] as const];
  });
}

/** The commit of the first list that the second names, in full or shortened. */
function named(commits: readonly string[], names: readonly string[]): string | null {
  return commits.find((sha) => names.some((name) => sha.startsWith(name))) ?? null;
}

function explicit(state: OutcomeState, evidence: OutcomeEvidence): Found {
  return { state, confidence: 'explicit', evidence: [evidence] };
}
