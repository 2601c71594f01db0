import type {
  AuditEvent,
  ChainEnd,
  ChainState,
  DatedLabelEvent,
  LaterCommit,
  MergedPullRequest,
  MergeFacts,
  RecordedReview,
  Reviewer,
  SealedRecord,
} from '#core/audit';
import type { Fingerprint, Reason, Sha } from '#core/base';
import type { ArtifactDigest, ChangedFile, PullRequest } from '#core/change';
import type { MemoryLimit } from '#core/dbt';
import type { Answer, EvidenceTrust, Question, Side } from '#core/evidence';
import type { ArtifactSettings, LabelEvent } from '#core/policy';
import type { CheckRunOutput, InlineComment } from '#core/render';
import type { SqlAnswer, SqlStatement } from '#core/sql';

/** What is to be reviewed: one head commit of one pull request. */
export interface ReviewRequest {
  readonly reviewId: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly installationId: number;
  /** 0 for a merge group, which belongs to no pull request alone. */
  readonly pullNumber: number;
  readonly headSha: Sha;
  readonly depth: 'standard' | 'deep';
  /** The event that asked for it: `pull_request.opened`, `check_run.rerequested`, `cli`, … */
  readonly trigger: string;
  readonly deliveryId: string | null;
}

/** Reads a pull request and the files of its repository. */
export interface PullRequests {
  /** Everything known of the pull request, commits and files included; null when there is none, as on the command line. */
  readPullRequest(request: ReviewRequest): Promise<PullRequest | null>;
  /** Head commit as it is now, for "a newer push came". */
  readHeadSha(request: ReviewRequest): Promise<Sha>;
  /** The same, whether the pull request is open, and whether it comes from a fork. */
  readHead(
    request: ReviewRequest,
  ): Promise<{ readonly sha: Sha; readonly isOpen: boolean; readonly fromFork: boolean }>;
  /** A file's text at a commit; null when it is not there. */
  readFile(request: ReviewRequest, path: string, sha: Sha): Promise<string | null>;
  /** Labels of the pull request with who last set or removed each. */
  readLabelHistory(request: ReviewRequest): Promise<readonly LabelEvent[]>;
}

/** One side's artifacts, JSON in UTF-8, with where they came from. A missing optional artifact is null. */
export interface ArtifactSet {
  readonly manifest: Uint8Array;
  readonly catalog: Uint8Array | null;
  readonly runResults: Uint8Array | null;
  /** The text of `weirkeeper-evidence.json`, where the repository's own CI answers questions. */
  readonly evidence: string | null;
  readonly digests: readonly ArtifactDigest[];
  readonly origin: string;
  readonly stale: Reason | null;
  /** Name of the manifest as an error message should give it. */
  readonly manifestName: string;
}

export type ArtifactAnswer =
  | { readonly ok: true; readonly set: ArtifactSet }
  | { readonly ok: false; readonly reason: Reason };

/** Where dbt artifacts come from. */
export interface Artifacts {
  fetch(
    side: Side,
    request: ReviewRequest,
    pullRequest: PullRequest | null,
    settings: ArtifactSettings,
  ): Promise<ArtifactAnswer>;
}

/** Parses SQL with outside engines. One answer per statement, by its key; never throws for bad SQL. */
export interface SqlReader {
  read(statements: readonly SqlStatement[]): Promise<ReadonlyMap<string, SqlAnswer>>;
}

/**
 * Keeps what came of SQL, by keys that are digests of it: what is under a key depends on nothing else. Entries may be lost at
 * any time; whoever reads them checks that they are whole.
 */
export interface LineageCache {
  /** Those of the entries that there are. */
  get(keys: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  put(entries: ReadonlyMap<string, Uint8Array>): Promise<void>;
}

/** How long an answer may take, where the review says it. */
export interface Within {
  readonly milliseconds: number;
}

/** Answers one question, within its own deadline; `known: false` with a reason when it cannot. Never throws for that. */
export interface EvidenceSource {
  readonly kinds: readonly Question['kind'][];
  /** Whether it only looks up what it has already, so that asking costs nothing. */
  readonly atHand?: boolean;
  /** `within` is given with questions for a counterexample. */
  answer(question: Question, within?: Within): Promise<Answer>;
}

export interface Clock {
  now(): Date;
}

/** Whose stream an event belongs to. */
export interface StreamPlace {
  /** `owner/name`. */
  readonly repository: string;
  readonly installationId: number;
}

/** What is remembered of merges while their outcome is looked for. */
export interface OutcomeMemory {
  /** Remembers a merge, or what has become known of it since. */
  watch(repository: string, merge: MergeFacts): Promise<void>;
  unwatch(repository: string, pullNumber: number): Promise<void>;
  /** Merges of the repository that are still watched, the oldest first. */
  watched(repository: string): Promise<readonly MergeFacts[]>;
}

/** Heads of streams, as they were signed and published. */
export interface CheckpointMemory {
  /** Digests of every record of the stream, in order. */
  readDigests(repository: string): Promise<readonly string[]>;
  /** The largest one; null before the first. */
  readLast(repository: string): Promise<{ readonly size: number; readonly line: string } | null>;
  add(repository: string, checkpoint: { readonly size: number; readonly line: string }): Promise<void>;
}

/** A pull request that was closed, as GitHub has it now. */
export interface ClosedPullRequest {
  readonly pull: PullRequest;
  /** ISO 8601; null when it is open again. */
  readonly closedAt: string | null;
  readonly merged: { readonly by: string | null; readonly facts: Omit<MergedPullRequest, 'pull'> } | null;
  readonly reviewers: readonly Reviewer[];
}

/** Commits between two commits, the oldest first, and the blobs of the files that differ; null of one that is gone. */
export interface Comparison {
  readonly commits: readonly LaterCommit[];
  readonly blobs: ReadonlyMap<string, string | null>;
}

/** Reads what became of pull requests. */
export interface RepositoryHistory {
  readClosed(place: StreamPlace, pullNumber: number): Promise<ClosedPullRequest>;
  /** Every label that was set or removed, in order. */
  readLabelEvents(place: StreamPlace, pullNumber: number): Promise<readonly DatedLabelEvent[]>;
  /** Names of the check runs that a merge to the branch needs now; null when GitHub does not tell. */
  readRequiredChecks(place: StreamPlace, branch: string): Promise<readonly string[] | null>;
  /** The last commit of the branch, or of the default branch where null is given; null when there is none. */
  readTip(place: StreamPlace, branch: string | null): Promise<Sha | null>;
  /** Null when the two have no common history, or one is gone. */
  compare(place: StreamPlace, from: string, to: string): Promise<Comparison | null>;
}

/** Puts checkpoints where the app's operator cannot rewrite them unseen: a ref of the repository itself. */
export interface CheckpointPublisher {
  /** Throws RepositoryError or DeploymentError when the repository does not take it, UpstreamError when it may later. */
  push(place: StreamPlace, line: string): Promise<void>;
}

/** Reviews that the log holds. */
export interface RecordedReviews {
  /** The newest review of this head of the pull request; null when there is none. */
  readNewest(repository: string, pullNumber: number, head: Sha): Promise<RecordedReview | null>;
}

/** Keeps the signed, hash-chained log: one stream a repository. */
export interface AuditLog {
  /**
   * Appends, in one transaction, the records that the given function makes of where the stream stands; `known` then holds
   * what the stream has of these event keys.
   */
  append(
    place: StreamPlace,
    eventKeys: readonly string[],
    make: (chain: ChainState) => readonly SealedRecord[],
  ): Promise<void>;
}

/** Signs events and keeps them. */
export interface Recorder {
  /** Appends what the stream does not have yet, and gives the record of each event. */
  record(place: StreamPlace, events: readonly AuditEvent[]): Promise<readonly ChainEnd[]>;
}

/** All that a review says to GitHub. */
export interface Publication {
  readonly checkRuns: readonly CheckRunOutput[];
  /** Markdown of the sticky comment, its hidden marker included. Null leaves the comment as it is. */
  readonly comment: string | null;
  readonly inlineComments: readonly InlineComment[];
  readonly labels: { readonly add: readonly string[]; readonly remove: readonly string[] };
}

/** Writes to GitHub. Each method may be called again with the same input and changes nothing then. */
export interface Publisher {
  /** Check runs "in progress" on the head, so that people see that a review is under way. */
  announce(request: ReviewRequest, names: readonly string[]): Promise<void>;
  publish(request: ReviewRequest, publication: Publication, changedFiles: readonly ChangedFile[]): Promise<void>;
  /** Ends a review that a newer push or the closing has overtaken: its check runs that are still under way are cancelled. */
  withdraw(request: ReviewRequest, because: Sha | 'closed'): Promise<void>;
  /** Our completed check runs on the request's head, the newest of each name, without annotations. */
  readCheckRuns(request: ReviewRequest): Promise<readonly CheckRunOutput[]>;
}

/** What is kept of earlier reviews of the same pull request. */
export interface ReviewMemory {
  /** Fingerprints of the last finished review of another head; null when there is none. */
  recall(request: ReviewRequest): Promise<readonly string[] | null>;
  remember(request: ReviewRequest, outcome: string, fingerprints: readonly Fingerprint[]): Promise<void>;
}

/** Says what a review is doing; one entry per stage. */
export interface Progress {
  stage(name: string, details?: Readonly<Record<string, string | number>>): void;
}

export interface ReviewPorts {
  readonly pullRequests: PullRequests;
  readonly artifacts: Artifacts;
  readonly sqlReader: SqlReader;
  readonly lineageCache: LineageCache;
  readonly evidence: readonly EvidenceSource[];
  /** Answers from the text of a `weirkeeper-evidence.json`, which the repository's own CI wrote, if the policy takes it. */
  readonly evidenceFile: (text: string, trust: EvidenceTrust) => EvidenceSource;
  readonly recorder: Recorder;
  readonly publisher: Publisher;
  readonly memory: ReviewMemory;
  /** `https://github.com`, or the address of an own server: where links lead. */
  readonly serverUrl: string;
  readonly clock: Clock;
  readonly progress: Progress;
  /** What one artifact may take in memory, where it is not the standard. */
  readonly memoryLimit?: MemoryLimit;
}

/** The ports that reach beyond the process in which a review runs: all but those that read what has been fetched. */
export type OutsidePorts = Omit<ReviewPorts, 'artifacts' | 'sqlReader' | 'evidenceFile' | 'memoryLimit'>;
