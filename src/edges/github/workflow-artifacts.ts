import { InvariantError } from '#core/base';
import type { WorkflowArtifact, WorkflowArtifacts } from '#review';
import { downloadFrom, type StorageRules } from './artifact-storage.ts';
import type { Octokit } from './connect.ts';
import type { Connections } from './connections.ts';
import { takeItems } from './pages.ts';
import { ownerAndRepo } from './target.ts';
import { isStatus } from './to-failure.ts';

const artifactLimit = 500;

type ArtifactItem = Awaited<
  ReturnType<Octokit['rest']['actions']['listArtifactsForRepo']>
>['data']['artifacts'][number];

/** Workflow artifacts by GitHub's REST API, from storage that `rules` allow. Needs the permission `actions: read`. */
export function createWorkflowArtifacts(connections: Connections, rules: StorageRules): WorkflowArtifacts {
  return {
    async listArtifacts(request, name) {
      const octokit = connections.octokit(request);
      const place = { ...ownerAndRepo(request.repository), name, per_page: 100 };
      const pages = octokit.paginate.iterator(octokit.rest.actions.listArtifactsForRepo, place);
      const { items, complete } = await takeItems(pages, artifactLimit);
      const named = items.filter((item) => item.name === name).map(toArtifact);
      return { artifacts: named.sort((a, b) => b.id - a.id), complete };
    },
    async downloadArtifact(request, id, maxBytes) {
      const octokit = connections.octokit(request);
      const location = await locate(octokit, { ...ownerAndRepo(request.repository), artifact_id: id });
      return location === null ? 'gone' : downloadFrom(location, maxBytes, rules);
    },
    async readRepository(request) {
      const octokit = connections.octokit(request);
      const { data } = await octokit.rest.repos.get(ownerAndRepo(request.repository));
      return { id: data.id, defaultBranch: data.default_branch };
    },
    async countCommits(request, from, to) {
      const octokit = connections.octokit(request);
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
