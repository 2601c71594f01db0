import { RepositoryError } from '#core/base';
import type { CheckpointPublisher, StreamPlace } from '#review';
import type { Octokit } from './connect.ts';
import type { Connections } from './connections.ts';
import { ownerAndRepo } from './target.ts';
import { isStatus } from './to-failure.ts';

/** Where checkpoints are pushed. Not a branch: nothing builds, deploys or merges it. */
const checkpointRef = 'weirkeeper/audit';
/** The one file of each commit there. */
const checkpointFile = 'checkpoint.jsonl';
const attempts = 3;

/**
 * Pushes checkpoints to `refs/weirkeeper/audit` of the repository by the Git data API: one commit each, its parent the one
 * before, never forced. What was fetched of the ref once cannot be unsaid. The App needs the permission contents: write.
 */
export function createCheckpointPublisher(connections: Pick<Connections, 'octokit'>): CheckpointPublisher {
  return {
    push: (place, line) => push(connections.octokit(place, 'checkpoint'), place, line),
  };
}

/** Another process may push between our reading the ref and moving it: then its commit is the parent. */
async function push(octokit: Octokit, { repository }: StreamPlace, line: string): Promise<void> {
  const at = ownerAndRepo(repository);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await pushOnto(octokit, at, { parent: await readRef(octokit, at), line });
      return;
    } catch (error) {
      if (!isStatus(error, 422)) throw error;
      if (attempt === attempts) throw refused(repository, error);
    }
  }
}

type Place = ReturnType<typeof ownerAndRepo>;

async function pushOnto(
  octokit: Octokit,
  at: Place,
  { parent, line }: { readonly parent: string | null; readonly line: string },
): Promise<void> {
  const content = `${line}\n`;
  const entry = { path: checkpointFile, mode: '100644', type: 'blob', content } as const;
  const { data: tree } = await octokit.rest.git.createTree({ ...at, tree: [entry] });
  const message = 'Checkpoint of the Weirkeeper audit log';
  const parents = parent === null ? [] : [parent];
  const { data: commit } = await octokit.rest.git.createCommit({ ...at, message, tree: tree.sha, parents });
  if (parent === null) await octokit.rest.git.createRef({ ...at, ref: `refs/${checkpointRef}`, sha: commit.sha });
  else await octokit.rest.git.updateRef({ ...at, ref: checkpointRef, sha: commit.sha, force: false });
}

function refused(repository: string, error: unknown): RepositoryError {
  const message = error instanceof Error ? error.message : String(error);
  const text = `${repository}: GitHub does not let refs/${checkpointRef} be moved (${message}): let the rules of pushes except the App, or take \`audit: { checkpoints: ref }\` out of the policy`;
  return new RepositoryError('checkpoint-refused', text, { repository }, error);
}

async function readRef(octokit: Octokit, at: Place): Promise<string | null> {
  try {
    return (await octokit.rest.git.getRef({ ...at, ref: checkpointRef })).data.object.sha;
  } catch (error) {
    if (isStatus(error, 404)) return null;
    throw error;
  }
}
