import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DeploymentError } from '#core/base';

const keyName = 'signing-key.pem';
const previousName = 'signing-key.previous.pem';
const hmacName = 'audit-hmac.key';

/** Where the keys of a data folder are. */
export function keyPath(folder: string): string {
  return join(folder, keyName);
}

/** The folder's key; null when there is none. */
export function readKeyFile(folder: string): KeyObject | null {
  return readKey(keyPath(folder));
}

/** The key that a rotation left beside the folder's key; null when there is none. */
export function readPreviousKeyFile(folder: string): KeyObject | null {
  return readKey(join(folder, previousName));
}

/** Makes the folder's key, readable by its owner alone; one that another process made meanwhile is taken. */
export function createKeyFile(folder: string): KeyObject {
  writeSecret(keyPath(folder), newKeyText());
  const key = readKeyFile(folder);
  if (key === null) throw unusable(keyPath(folder), 'it is gone as soon as it was made');
  return key;
}

/**
 * Puts a new key in the place of the folder's key, which is kept beside it: the next start signs the handover with it.
 * Throws DeploymentError when there is no key to rotate, or an earlier rotation has not been taken up by a start.
 */
export function rotateKeyFile(folder: string): { readonly path: string; readonly previousPath: string } {
  const path = keyPath(folder);
  const previousPath = join(folder, previousName);
  if (readKeyFile(folder) === null) {
    throw new DeploymentError(
      'no-signing-key',
      `There is no signing key in ${folder} to rotate: it is made at the first start.`,
    );
  }
  if (exists(previousPath)) {
    throw new DeploymentError(
      'rotation-pending',
      `${previousPath} is there from an earlier rotation. Start the app once, so that the handover is signed; then destroy that file and rotate again.`,
    );
  }
  renameSync(path, previousPath);
  writeSecret(path, newKeyText());
  return { path, previousPath };
}

/** The key of the folder under which low-entropy texts are hashed; made when there is none. */
export function readOrCreateHmacKey(folder: string): Buffer {
  const path = join(folder, hmacName);
  if (!exists(path)) writeSecret(path, `${randomBytes(32).toString('hex')}\n`);
  return toHmacKey(readFileSync(path, 'utf8'), path);
}

/** An HMAC key from its text: at least 32 hexadecimal digits. */
export function toHmacKey(text: string, name: string): Buffer {
  const digits = text.trim();
  if (!/^([0-9a-f]{2}){16,}$/i.test(digits))
    throw unusable(name, 'it is not 32 or more hexadecimal digits (openssl rand -hex 32)');
  return Buffer.from(digits, 'hex');
}

/** A private key from PEM text. Throws DeploymentError when it is no Ed25519 key. */
export function toPrivateKey(pem: string, name: string): KeyObject {
  const key = parseKey(pem, name);
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw unusable(name, 'it is not an Ed25519 key (openssl genpkey -algorithm ed25519)');
}

function parseKey(pem: string, name: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // The cause may hold the text.
    throw unusable(name, 'it is not a private key in PEM form (openssl genpkey -algorithm ed25519)');
  }
}

function readKey(path: string): KeyObject | null {
  if (!exists(path)) return null;
  const { mode } = statSync(path);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw unusable(path, 'others than its owner may read it (chmod 600)');
  }
  return toPrivateKey(readFileSync(path, 'utf8'), path);
}

function newKeyText(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Written in full before it has its name, so that nobody reads half of it; a file that is there already is left alone. */
function writeSecret(path: string, text: string): void {
  const draft = `${path}.${randomUUID()}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(draft, text, { mode: 0o600, flush: true });
    linkSync(draft, path);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    const message = `${path} cannot be written. Make its folder writable, or name another in WEIRKEEPER_DATA_DIR.`;
    throw new DeploymentError('signing-key-unusable', message, { path }, error);
  } finally {
    rmSync(draft, { force: true });
  }
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function unusable(name: string, why: string): DeploymentError {
  return new DeploymentError('signing-key-unusable', `The signing key ${name} cannot be used: ${why}.`, { name });
}
