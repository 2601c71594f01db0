import type { ReviewRequest } from './ports.ts';

/** A file that a GitHub Actions run has kept, always a zip. */
export interface WorkflowArtifact {
  readonly id: number;
  readonly name: string;
  /** Bytes of the zip. */
  readonly size: number;
  readonly expired: boolean;
  /** `sha256:…` of the zip; null for uploads by upload-artifact before v4. */
  readonly digest: string | null;
  /** ISO 8601. */
  readonly createdAt: string;
  /** The workflow run that made it; null when GitHub no longer knows. */
  readonly run: {
    readonly id: number;
    readonly repositoryId: number;
    /** Differs from `repositoryId` when the head commit is a fork's. */
    readonly headRepositoryId: number;
    readonly headBranch: string;
    readonly headSha: string;
  } | null;
}

/** Keeps zips by the SHA-256 of their bytes, in hexadecimal. Entries may be lost at any time. */
export interface ArtifactCache {
  /** The zip of this digest, whole; null when there is none. */
  get(digest: string): Promise<Uint8Array | null>;
  /** Keeps it, unless it is too large. Its digest must have been checked. */
  put(digest: string, zip: Uint8Array): Promise<void>;
}

/** Reads workflow artifacts. Every method throws UpstreamError, DeploymentError, RepositoryError. */
export interface WorkflowArtifacts {
  /** Those of one name, newest first, the newest 500 at most; `complete` says whether there were no more. */
  listArtifacts(
    request: ReviewRequest,
    name: string,
  ): Promise<{ readonly artifacts: readonly WorkflowArtifact[]; readonly complete: boolean }>;
  /** The zip's bytes; `too-large` as soon as more than `maxBytes` arrive; `gone` when it has expired. */
  downloadArtifact(request: ReviewRequest, id: number, maxBytes: number): Promise<Uint8Array | 'too-large' | 'gone'>;
  /** What tells the repository's own runs from a fork's. */
  readRepository(request: ReviewRequest): Promise<{ readonly id: number; readonly defaultBranch: string }>;
  /** How many commits `to` has that `from` lacks; null when the two have no common history. */
  countCommits(request: ReviewRequest, from: string, to: string): Promise<number | null>;
}
