import type { Sha } from '#core/base';
import type { ChangedFile, PullRequest } from '#core/change';
import { sha256 } from '../digest.ts';
import type { OutcomeEvent } from '../events.ts';
import { changedLines } from './changed-lines.ts';
import { fixIntent } from './fix-intent.ts';
import { type Marks, pullRequestMarks } from './marks.ts';

/** A merged pull request as GitHub has it. */
export interface MergedPullRequest {
  readonly pull: PullRequest;
  readonly mergeCommit: Sha | null;
  /** ISO 8601. */
  readonly mergedAt: string;
  /** Commits that the merge put on the base branch: with a squash or a rebase they are others than the pull request's. */
  readonly landed: readonly string[];
  /** Blob ids on the base branch right before the merge and right after it, by path; null where there is no such file. */
  readonly before: ReadonlyMap<string, string | null>;
  readonly after: ReadonlyMap<string, string | null>;
}

/** What is remembered of a merge while its outcome is looked for: ids, paths and digests, no text. */
export interface MergeFacts extends Marks {
  readonly pullNumber: number;
  readonly head: Sha;
  readonly mergeCommit: Sha | null;
  readonly baseRef: string;
  readonly mergedAt: string;
  /** Days. */
  readonly window: number;
  readonly titleDigest: string;
  readonly commits: readonly string[];
  readonly files: readonly MergedFile[];
  /** Where it says that it mends something: `title`, `label bug`, `commit 1a2b3c4`. */
  readonly fixIntent: readonly string[];
  /** What was found last; null while nothing was. */
  readonly current: Pick<OutcomeEvent, 'state' | 'confidence'> | null;
}

export interface MergedFile {
  readonly path: string;
  readonly previousPath: string | null;
  /** Whether dbt builds or describes something from it. */
  readonly model: boolean;
  readonly before: string | null;
  readonly after: string | null;
  /** Digests of the lines that it adds, and of those that it takes away; lines that only moved are in neither. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** More files of one pull request are not watched. */
const fileLimit = 300;

/** What is to be remembered of a merge. */
export function mergeFacts(merged: MergedPullRequest, windowDays: number): MergeFacts {
  const { pull, mergeCommit, mergedAt, landed } = merged;
  const models = pull.changedFiles.filter(({ path }) => /\.(sql|py)$/.test(path));
  // A pull request without code may still be taken back: then its properties and seeds are looked at.
  const watched = models.length > 0 ? /\.(sql|py)$/ : /\.(ya?ml|csv)$/;
  return {
    pullNumber: pull.number,
    head: pull.headSha,
    mergeCommit,
    baseRef: pull.baseRef,
    mergedAt,
    window: windowDays,
    titleDigest: sha256(pull.title.trim()),
    commits: [
      ...new Set([...pull.commits.map(({ sha }) => sha), ...landed, ...(mergeCommit === null ? [] : [mergeCommit])]),
    ],
    files: pull.changedFiles.slice(0, fileLimit).map((file) => toFile(file, merged, watched)),
    fixIntent: fixIntent(pull),
    current: null,
    ...pullRequestMarks(pull),
  };
}

function toFile(file: ChangedFile, { before, after }: MergedPullRequest, watched: RegExp): MergedFile {
  const { path, previousPath } = file;
  return {
    path,
    previousPath,
    model: watched.test(path),
    // What could not be read counts as unchanged, so that nothing is concluded from it.
    before: before.get(path) ?? null,
    after: before.has(path) ? (after.get(path) ?? null) : null,
    ...changedLines(file.patch),
  };
}
