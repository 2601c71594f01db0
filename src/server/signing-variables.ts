import { readFileSync } from 'node:fs';
import { DeploymentError } from '#core/base';

/** What the environment says of the key that signs the audit log; texts as they are, to be checked when they are used. */
export interface SigningVariables {
  readonly key: string | null;
  readonly previousKey: string | null;
  readonly previousKeyLost: boolean;
  readonly hmacKey: string | null;
}

/**
 * Reads `WEIRKEEPER_SIGNING_KEY`, `WEIRKEEPER_PREVIOUS_SIGNING_KEY` and `WEIRKEEPER_HMAC_KEY`, each of which may be given as
 * a file with `_PATH` behind its name, and `WEIRKEEPER_SIGNING_KEY_LOST=yes`. Throws DeploymentError `environment-invalid`.
 */
export function readSigningVariables(given: Readonly<Record<string, string | undefined>>): SigningVariables {
  const lost = given['WEIRKEEPER_SIGNING_KEY_LOST'] ?? 'no';
  if (lost !== 'yes' && lost !== 'no') throw invalid('WEIRKEEPER_SIGNING_KEY_LOST is neither yes nor no.');
  return {
    key: readSecret(given, 'WEIRKEEPER_SIGNING_KEY')?.replaceAll('\\n', '\n') ?? null,
    previousKey: readSecret(given, 'WEIRKEEPER_PREVIOUS_SIGNING_KEY')?.replaceAll('\\n', '\n') ?? null,
    previousKeyLost: lost === 'yes',
    hmacKey: readSecret(given, 'WEIRKEEPER_HMAC_KEY'),
  };
}

function readSecret(given: Readonly<Record<string, string | undefined>>, name: string): string | null {
  const path = given[`${name}_PATH`];
  if (given[name] !== undefined) return given[name];
  if (path === undefined) return null;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw invalid(`${name}_PATH names ${path}, which cannot be read.`);
  }
}

function invalid(problem: string): DeploymentError {
  return new DeploymentError('environment-invalid', `Weirkeeper cannot start:\n- ${problem}`);
}
