import { RepositoryError, reason, type Sha } from '#core/base';
import type { Side } from '#core/evidence';
import type { ArtifactSettings } from '#core/policy';
import type { ArtifactAnswer, PullRequests, ReviewRequest } from '#review';
import type { ArtifactSource } from './artifact-source.ts';
import { type ReadLimits, standardLimits } from './limits.ts';
import { commitOf } from './side-commit.ts';
import { artifactNames, toArtifactSet } from './to-artifact-set.ts';

/**
 * Artifacts that the repository keeps under version control, in one folder, uncompressed: the head's as the head commit
 * has them, the base's as the merge base has them.
 */
export function committedArtifacts(
  pullRequests: Pick<PullRequests, 'readFile'>,
  settings: Pick<ArtifactSettings, 'path'>,
  limits: ReadLimits = standardLimits,
): ArtifactSource {
  return {
    fetch: async (side, request, pullRequest) => {
      const sha = commitOf(side, request, pullRequest);
      if (sha === null) return noCommit(side);
      return readCommitted((path) => pullRequests.readFile(request, path, sha), {
        folder: settings.path,
        sha,
        limits,
        request,
      });
    },
  };
}

interface Place {
  readonly folder: string;
  readonly sha: Sha;
  readonly limits: ReadLimits;
  readonly request: ReviewRequest;
}

async function readCommitted(
  read: (path: string) => Promise<string | null>,
  { folder, sha, limits }: Place,
): Promise<ArtifactAnswer> {
  const origin = `${folder === '' ? 'the root' : folder} at commit ${sha.slice(0, 7)}`;
  const files = new Map<string, Uint8Array>();
  for (const name of artifactNames) {
    const path = folder === '' ? name : `${folder.replace(/\/+$/, '')}/${name}`;
    try {
      const text = await read(path);
      if (text !== null) files.set(name, Buffer.from(text));
    } catch (error) {
      // A file that is too large or not text is the repository's to mend; anything else stops the review.
      if (!(error instanceof RepositoryError)) throw error;
      return { ok: false, reason: reason(error.code, `${path}: ${error.message}`, 'commit it smaller, as UTF-8') };
    }
  }
  const remedy = `commit manifest.json there, or set artifacts.path in .github/weirkeeper.yml`;
  return toArtifactSet(files, { origin, stale: null, limits, remedy });
}

function noCommit(side: Side): ArtifactAnswer {
  const text = `the commit of the ${side} side is not known`;
  return { ok: false, reason: reason('no-artifact', text, 'rebase the branch onto its base') };
}
