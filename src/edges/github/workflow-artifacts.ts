import { InvariantError, UpstreamError } from '#core/base';
import type { WorkflowArtifact, WorkflowArtifacts } from '#review';
import type { Octokit } from './connect.ts';
import { takeItems } from './pages.ts';
import type { Connections } from './pull-requests.ts';
import { ownerAndRepo } from './target.ts';
import { isStatus } from './to-failure.ts';

const artifactLimit = 500;
/** A zip of 200 MB at 5 MB/s. */
const downloadTimeoutMs = 60_000;

type ArtifactItem = Awaited<
  ReturnType<Octokit['rest']['actions']['listArtifactsForRepo']>
>['data']['artifacts'][number];

/** Workflow artifacts by GitHub's REST API. Needs the permission `actions: read`. */
export function createWorkflowArtifacts(connections: Connections): WorkflowArtifacts {
  return {
    async listArtifacts(request, name) {
      const octokit = connections.octokit(request.installationId);
      const place = { ...ownerAndRepo(request.repository), name, per_page: 100 };
      const pages = octokit.paginate.iterator(octokit.rest.actions.listArtifactsForRepo, place);
      const { items, complete } = await takeItems(pages, artifactLimit);
      const named = items.filter((item) => item.name === name).map(toArtifact);
      return { artifacts: named.sort((a, b) => b.id - a.id), complete };
    },
    async downloadArtifact(request, id, maxBytes) {
      const octokit = connections.octokit(request.installationId);
      const location = await locate(octokit, { ...ownerAndRepo(request.repository), artifact_id: id });
      return location === null ? 'gone' : download(location, maxBytes);
    },
    async readRepository(request) {
      const octokit = connections.octokit(request.installationId);
      const { data } = await octokit.rest.repos.get(ownerAndRepo(request.repository));
      return { id: data.id, defaultBranch: data.default_branch };
    },
    async countCommits(request, from, to) {
      const octokit = connections.octokit(request.installationId);
      const place = { ...ownerAndRepo(request.repository), basehead: `${from}...${to}`, per_page: 1 };
      try {
        return (await octokit.rest.repos.compareCommitsWithBasehead(place)).data.ahead_by;
      } catch (error) {
        if (isStatus(error, 404)) return null;
        throw error;
      }
    },
  };
}

/** GitHub's types say that a run has all its ids; they are optional in its description, and a run may be deleted. */
function toArtifact(item: ArtifactItem): WorkflowArtifact {
  const { workflow_run: run } = item;
  const isKnown = run?.id !== undefined && run.repository_id !== undefined && run.head_repository_id !== undefined;
  return {
    id: item.id,
    name: item.name,
    size: item.size_in_bytes,
    expired: item.expired,
    digest: item.digest ?? null,
    createdAt: item.created_at ?? '',
    run: isKnown
      ? {
          id: run.id ?? 0,
          repositoryId: run.repository_id ?? 0,
          headRepositoryId: run.head_repository_id ?? 0,
          headBranch: run.head_branch ?? '',
          headSha: run.head_sha ?? '',
        }
      : null,
  };
}

type ArtifactPlace = { readonly owner: string; readonly repo: string; readonly artifact_id: number };

/** Where the zip lies for the next minute; null when it has expired. */
async function locate(octokit: Octokit, place: ArtifactPlace): Promise<URL | null> {
  const answer = await askLocation(octokit, place);
  if (answer === null) return null;
  const location = URL.parse(answer);
  if (location === null) throw new InvariantError('artifact-location', 'GitHub named no place for an artifact');
  return location;
}

async function askLocation(octokit: Octokit, place: ArtifactPlace): Promise<string | null> {
  try {
    const request = { redirect: 'manual' } as const;
    const response = await octokit.rest.actions.downloadArtifact({ ...place, archive_format: 'zip', request });
    return response.headers.location ?? '';
  } catch (error) {
    if (isStatus(error, 410) || isStatus(error, 404)) return null;
    throw error;
  }
}

/** The storage host is not GitHub: it gets no Authorization header of ours. */
async function download(location: URL, maxBytes: number): Promise<Uint8Array | 'too-large'> {
  try {
    const response = await fetch(location, { redirect: 'error', signal: AbortSignal.timeout(downloadTimeoutMs) });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw storageFailed(location, response.status);
    }
    return await readUpTo(response.body, maxBytes);
  } catch (error) {
    if (error instanceof UpstreamError) throw error;
    throw storageFailed(location, 0, error);
  }
}

async function readUpTo(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array | 'too-large'> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the stream, so that the rest is never received.
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > maxBytes) return 'too-large';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The query of the place is a credential and is never told. */
function storageFailed(location: URL, status: number, cause?: unknown): UpstreamError {
  const text = `the storage of workflow artifacts (${location.host}) did not answer; the review is tried again`;
  return new UpstreamError('artifact-storage', text, { status, host: location.host }, cause);
}
