import { isAnyArrayBuffer } from 'node:util/types';
import { RepositoryError, type Sha } from '#core/base';
import type { Octokit } from './connect.ts';
import { ownerAndRepo } from './target.ts';
import { isStatus } from './to-failure.ts';

/**
 * Text of a file at a commit, up to the 100 MB that GitHub gives raw; null when there is no such file, or a directory
 * or submodule is there. Throws RepositoryError when it is larger or not UTF-8.
 */
export async function readFile(
  octokit: Octokit,
  repository: string,
  { path, sha }: { readonly path: string; readonly sha: Sha },
): Promise<string | null> {
  const segments = path.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) return null;
  try {
    const response = await octokit.rest.repos.getContent({
      ...ownerAndRepo(repository),
      path,
      ref: sha,
      mediaType: { format: 'raw' },
    });
    return toText(response.data, path);
  } catch (error) {
    if (isStatus(error, 404)) return null;
    throw error;
  }
}

/** With the raw media type the body is the file itself, whatever Octokit's types say; a directory comes as JSON. */
function toText(body: unknown, path: string): string | null {
  if (typeof body === 'string') return body;
  if (!isAnyArrayBuffer(body)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(body));
  } catch (error) {
    throw new RepositoryError('file-not-text', `${path} is not UTF-8 text`, { path }, error);
  }
}
