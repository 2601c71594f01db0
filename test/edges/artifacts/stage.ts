import { createHash } from 'node:crypto';
import { toSha } from '#core/base';
import type { PullRequest } from '#core/change';
import { type ReadLimits, standardLimits } from '#edges/artifacts';
import type { ReviewRequest, WorkflowArtifact, WorkflowArtifacts } from '#review';

export const headSha = toSha('a'.repeat(40));
export const mergeBaseSha = toSha('b'.repeat(40));
const repositoryId = 1_001;
const forkId = 2_002;

/** Limits small enough to be met by small files. */
export const smallLimits: ReadLimits = {
  ...standardLimits,
  zipBytes: 20_000,
  entries: 20,
  fileBytes: 100_000,
  totalBytes: 150_000,
  ratioFloorBytes: 50_000,
};

export const request: ReviewRequest = {
  reviewId: 'review-1',
  repository: 'acme/analytics',
  installationId: 1,
  pullNumber: 7,
  headSha,
  depth: 'standard',
  trigger: 'pull_request.opened',
  deliveryId: null,
};

export const pullRequest: PullRequest = {
  repository: 'acme/analytics',
  number: 7,
  title: '',
  body: '',
  author: { login: 'ada', id: 11, type: 'User' },
  draft: false,
  baseRef: 'main',
  headRef: 'x',
  baseSha: toSha('c'.repeat(40)),
  headSha,
  mergeBaseSha,
  fromFork: false,
  labels: [],
  commits: [],
  commitsComplete: true,
  changedFiles: [],
  filesComplete: true,
};

export interface Upload {
  readonly name: string;
  readonly zip: Buffer;
  readonly sha: string;
  readonly branch?: string;
  readonly fork?: boolean;
  readonly expired?: boolean;
  readonly digest?: string | null;
  readonly run?: null;
  readonly repositoryId?: number;
  readonly size?: number;
}

/** Workflow artifacts in memory: ids and runs are numbered from 1 in the order given, which is that of uploading. */
export function workflowOf(
  uploads: readonly Upload[],
  more: { readonly complete?: boolean; readonly distance?: (from: string, to: string) => number | null } = {},
): WorkflowArtifacts {
  return {
    listArtifacts: async (_request, name) => ({
      artifacts: uploads.map(toArtifact).filter((artifact) => artifact.name === name),
      complete: more.complete ?? true,
    }),
    downloadArtifact: async (_request, id, maxBytes) => {
      const zip = uploads[id - 1]?.zip ?? Buffer.alloc(0);
      return zip.length > maxBytes ? 'too-large' : zip;
    },
    readRepository: async () => ({ id: repositoryId, defaultBranch: 'main' }),
    countCommits: async (_request, from, to) => more.distance?.(from, to) ?? null,
  };
}

function toArtifact(upload: Upload, index: number): WorkflowArtifact {
  const digest = `sha256:${createHash('sha256').update(upload.zip).digest('hex')}`;
  return {
    id: index + 1,
    name: upload.name,
    size: upload.size ?? upload.zip.length,
    expired: upload.expired ?? false,
    digest: upload.digest === undefined ? digest : upload.digest,
    createdAt: '2026-11-01T00:00:00Z',
    run:
      upload.run === null
        ? null
        : {
            id: 100 + index,
            repositoryId: upload.repositoryId ?? repositoryId,
            headRepositoryId: upload.fork === true ? forkId : repositoryId,
            headBranch: upload.branch ?? 'x',
            headSha: upload.sha,
          },
  };
}
