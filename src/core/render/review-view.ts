import type { Reason, UniqueId } from '#core/base';
import type { Change } from '#core/change';
import type { ArtifactSettings, Verdict } from '#core/policy';
import type { Assistance } from '#core/provenance';

/** All that a rendering may know of a review. Plain facts: nothing here is decided again. */
export interface ReviewView {
  readonly request: RequestFacts;
  /** Null when there was nothing to compare; `missing` says why. */
  readonly change: Change | null;
  readonly missing: Reason | null;
  readonly assistance: Assistance;
  readonly verdict: Verdict;
  /** Rows of each relation that somebody counted. */
  readonly rows: ReadonlyMap<UniqueId, RowCounts>;
  readonly policy: PolicyFacts;
  /** Number and digest of the audit record; null when none was made. */
  readonly record: { readonly seq: number; readonly digest: string } | null;
  /** Fingerprints of the findings of the last review of this pull request; null when this is the first. */
  readonly previousFingerprints: readonly string[] | null;
  /** How far column lineage of the head goes; null when it was not traced. */
  readonly coverage: LineageCoverage | null;
  /** Null when nobody asked for a deep review. */
  readonly deepReview: DeepReviewStatus | null;
  /** What GitHub did not list, so that the review did not see it. */
  readonly cuts: readonly Reason[];
  /** Comments that a person may write to the app, as they are typed. */
  readonly commands: readonly string[];
}

export interface RequestFacts {
  /** `https://github.com` or the address of an own server, without a slash at the end. */
  readonly serverUrl: string;
  /** `owner/name`; null on the command line. */
  readonly repository: string | null;
  readonly pullNumber: number | null;
  /** Branch that the pull request is to be merged into; null where there is none. */
  readonly baseBranch: string | null;
  readonly headSha: string | null;
  readonly baseSha: string | null;
  readonly mergeBaseSha: string | null;
}

export interface RowCounts {
  readonly base: RowCount | null;
  readonly head: RowCount | null;
}

export interface RowCount {
  readonly rows: number;
  /** Where they were counted, for the reader. */
  readonly source: string;
  /** When, RFC 3339. */
  readonly at: string;
}

interface PolicyFacts {
  readonly mode: 'enforcing' | 'advisory';
  readonly maxFindings: number;
  readonly artifacts: ArtifactSettings;
  /** Null when the repository has no policy file. */
  readonly file: { readonly path: string; readonly sha: string; readonly digest: string } | null;
}

interface LineageCoverage {
  readonly models: number;
  readonly columns: number;
  readonly resolved: number;
  readonly unresolved: readonly { readonly uniqueId: UniqueId; readonly reason: Reason }[];
}

export interface DeepReviewStatus {
  /** Whether an LLM was asked and its answer could be checked. */
  readonly ran: boolean;
  readonly claims: { readonly total: number; readonly grounded: number; readonly dropped: number };
  /** Why it did not run; null when it ran. */
  readonly reason: Reason | null;
}
