import { existsSync, readFileSync } from 'node:fs';
import { RepositoryError } from '#core/base';

/** Text of the file that a flag names. Throws RepositoryError that names both. */
export function readText(path: string, flag: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    throw new RepositoryError('no-such-file', `${path}: cannot be read; ${flag} takes a file`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new RepositoryError('not-text', `${path}: is not UTF-8 text; write it again as UTF-8`);
  }
}

/** Text of a file that the policy names, below the current folder; null when it is not there. */
export function readIfThere(path: string): string | null {
  return existsSync(path) ? readText(path, 'gates.pii.contracts') : null;
}
