import { webcrypto } from 'node:crypto';
import type { ArtifactCache, ReviewRequest, WorkflowArtifact, WorkflowArtifacts } from '#review';

/** Artifacts whose digest is remembered between their listing and their download. */
const mostListed = 10_000;

/**
 * Workflow artifacts of which those of other commits than the request's own are kept: the base is asked for at every push. They
 * are found by the digest that GitHub lists, so that what is found is what GitHub would send. A cache that fails is none.
 */
export function keepArtifacts(workflow: WorkflowArtifacts, cache: ArtifactCache): WorkflowArtifacts {
  const listed = new Map<string, WorkflowArtifact>();
  return {
    ...workflow,
    async listArtifacts(request, name) {
      const list = await workflow.listArtifacts(request, name);
      if (listed.size > mostListed) listed.clear();
      for (const artifact of list.artifacts) listed.set(keyOf(request, artifact.id), artifact);
      return list;
    },
    async downloadArtifact(request, id, maxBytes) {
      const digest = digestOf(listed.get(keyOf(request, id)), request);
      const kept = digest === null ? null : await cache.get(digest).catch(() => null);
      if (kept !== null && kept.length <= maxBytes) return kept;
      const zip = await workflow.downloadArtifact(request, id, maxBytes);
      if (digest !== null && zip instanceof Uint8Array && (await sha256(zip)) === digest)
        await cache.put(digest, zip).catch(() => undefined);
      return zip;
    },
  };
}

function keyOf({ installationId, repository }: ReviewRequest, id: number): string {
  return `${installationId}/${repository}/${id}`;
}

/** The digest by which it is kept; null for what is not: heads, and what GitHub tells no digest of. */
function digestOf(artifact: WorkflowArtifact | undefined, { headSha }: ReviewRequest): string | null {
  if (artifact === undefined || artifact.run?.headSha === headSha) return null;
  return /^sha256:([0-9a-f]{64})$/.exec(artifact.digest ?? '')?.[1] ?? null;
}

/** In another thread: a large zip must not hold up whoever downloads it. */
async function sha256(zip: Uint8Array): Promise<string> {
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', zip as Uint8Array<ArrayBuffer>)).toString('hex');
}
