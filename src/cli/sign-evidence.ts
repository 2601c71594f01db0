import { readFileSync } from 'node:fs';
import { DeploymentError, type JsonObject, RepositoryError } from '#core/base';
import { toPrivateKey } from '#edges/signing';
import { type EvidenceFile, signEvidence } from '#edges/warehouse';

const variable = 'WEIRKEEPER_EVIDENCE_KEY';

/**
 * What signs by the key that the environment holds, in PEM or as the path of a file, and says the public key on standard error, for the
 * policy; what leaves the file unsigned where it holds none. Throws RepositoryError for a key that is none.
 */
export function evidenceSigner(): (file: EvidenceFile) => EvidenceFile {
  const pem = keyText(process.env);
  if (pem === null) return (file) => file;
  const key = readKey(pem);
  return (file) => {
    const { signature, publicKey } = signEvidence(file as JsonObject, key);
    console.error(`weirkeeper: signed; the policy's key for it is ${publicKey}`);
    return { ...file, signature };
  };
}

function keyText(environment: NodeJS.ProcessEnv): string | null {
  // Secrets of CI often hold their line ends as \n.
  const text = environment[variable]?.replaceAll('\\n', '\n').trim() ?? '';
  if (text !== '') return text;
  const path = environment[`${variable}_PATH`] ?? '';
  if (path === '') return null;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new RepositoryError('evidence-key', `${variable}_PATH names ${path}, which cannot be read`);
  }
}

function readKey(pem: string): ReturnType<typeof toPrivateKey> {
  try {
    return toPrivateKey(pem, variable);
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    throw new RepositoryError('evidence-key', error.message);
  }
}
