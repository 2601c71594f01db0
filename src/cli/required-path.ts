import { existsSync } from 'node:fs';
import { RepositoryError } from '#core/base';

/** The path itself, when something is there. Throws RepositoryError that names path and flag. */
export function requiredPath(path: string, flag: string): string {
  if (existsSync(path)) return path;
  throw new RepositoryError(
    'no-such-path',
    `${path}: there is no such file or directory; check the path after ${flag}`,
  );
}
