import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  type Handover,
  handoverPayload,
  handoverType,
  keyIdOf,
  type PublicKey,
  preAuthEncoding,
  type RecordSigner,
} from '#core/audit';
import { DeploymentError } from '#core/base';
import {
  createKeyFile,
  keyPath,
  readKeyFile,
  readOrCreateHmacKey,
  readPreviousKeyFile,
  toHmacKey,
  toPrivateKey,
} from './key-file.ts';

/** Where the keys come from: the environment where it gives them, else files of the data folder. */
export interface SignerSettings {
  readonly dataDir: string;
  /** PEM of an Ed25519 private key. */
  readonly key: string | null;
  /** PEM of the key before, to sign the handover with. */
  readonly previousKey: string | null;
  /** Whether a key that cannot sign its handover any more may be replaced all the same. */
  readonly previousKeyLost: boolean;
  /** Hexadecimal. */
  readonly hmacKey: string | null;
}

/** A key as it was made known: `replaces` and `endorsement` are null of the first. */
export type PublishedKey = PublicKey & { readonly replaces: string | null; readonly endorsement: string | null };

export interface OpenedSigner {
  readonly signer: RecordSigner;
  /** What must be made known before anything is signed; null when it is known already. */
  readonly toPublish: PublishedKey | null;
}

/**
 * Opens the signing key, given the keys that were published before, the oldest first. The very first start makes one.
 * Throws DeploymentError when the key is not the one published last and nothing shows that it may take over.
 */
export function openSigner(settings: SignerSettings, published: readonly PublishedKey[]): OpenedSigner {
  const key = currentKey(settings, published);
  const hmacKey =
    settings.hmacKey === null
      ? readOrCreateHmacKey(settings.dataDir)
      : toHmacKey(settings.hmacKey, 'WEIRKEEPER_HMAC_KEY');
  const own = publicKeyOf(key);
  const toPublish = published.at(-1)?.keyid === own.keyid ? null : introduction(own, settings, published);
  const all = toPublish === null ? published : [...published, toPublish];
  return { signer: toSigner(key, { hmacKey, handovers: all.flatMap(toHandover) }), toPublish };
}

/** A signer for records that nobody keeps, as a review on the command line makes them. */
export function ephemeralSigner(): RecordSigner {
  return toSigner(generateKeyPairSync('ed25519').privateKey, { hmacKey: randomBytes(32), handovers: [] });
}

function currentKey(settings: SignerSettings, published: readonly PublishedKey[]): KeyObject {
  if (settings.key !== null) return toPrivateKey(settings.key, 'WEIRKEEPER_SIGNING_KEY');
  const found = readKeyFile(settings.dataDir);
  if (found !== null) return found;
  const last = published.at(-1);
  if (last === undefined || settings.previousKeyLost) return createKeyFile(settings.dataDir);
  throw new DeploymentError(
    'signing-key-missing',
    `The audit log is signed by key ${last.keyid.slice(0, 12)}, whose private key is not here. Put it to ${keyPath(settings.dataDir)} (mode 600) or into WEIRKEEPER_SIGNING_KEY; every process needs the same. When it is lost, start once with WEIRKEEPER_SIGNING_KEY_LOST=yes: the log then says that a new key took over without the old one's word.`,
    { keyid: last.keyid },
  );
}

function introduction(own: PublicKey, settings: SignerSettings, published: readonly PublishedKey[]): PublishedKey {
  const last = published.at(-1);
  if (last === undefined) return { ...own, replaces: null, endorsement: null };
  if (published.some(({ keyid }) => keyid === own.keyid)) {
    throw new DeploymentError(
      'signing-key-replaced',
      `The signing key ${own.keyid.slice(0, 12)} was replaced by key ${last.keyid.slice(0, 12)}. Give this process the newer one.`,
      { keyid: own.keyid, newest: last.keyid },
    );
  }
  const previous = previousKey(settings);
  if (previous !== null && publicKeyOf(previous).keyid === last.keyid) {
    const handover = { ...own, replaces: last.keyid };
    return {
      ...handover,
      endorsement: signWith(previous, preAuthEncoding(handoverType, Buffer.from(handoverPayload(handover), 'utf8'))),
    };
  }
  if (settings.previousKeyLost) return { ...own, replaces: last.keyid, endorsement: null };
  throw new DeploymentError(
    'signing-key-unknown',
    `The audit log is signed by key ${last.keyid.slice(0, 12)}, this process has key ${own.keyid.slice(0, 12)}. To rotate, give the old key as WEIRKEEPER_PREVIOUS_SIGNING_KEY too; when it is lost, start once with WEIRKEEPER_SIGNING_KEY_LOST=yes.`,
    { keyid: own.keyid, newest: last.keyid },
  );
}

function previousKey({ previousKey: pem, dataDir }: SignerSettings): KeyObject | null {
  return pem === null ? readPreviousKeyFile(dataDir) : toPrivateKey(pem, 'WEIRKEEPER_PREVIOUS_SIGNING_KEY');
}

function toHandover({ keyid, publicKey, replaces, endorsement }: PublishedKey): readonly Handover[] {
  return replaces === null ? [] : [{ keyid, publicKey, replaces, endorsement }];
}

interface SignerParts {
  readonly hmacKey: Buffer;
  readonly handovers: readonly Handover[];
}

function toSigner(key: KeyObject, { hmacKey, handovers }: SignerParts): RecordSigner {
  return {
    ...publicKeyOf(key),
    handovers,
    sign: (bytes) => signWith(key, bytes),
    hmac: (text) => createHmac('sha256', hmacKey).update(text, 'utf8').digest('hex'),
  };
}

function signWith(key: KeyObject, bytes: Uint8Array): string {
  return sign(null, bytes, key).toString('base64');
}

function publicKeyOf(key: KeyObject): PublicKey {
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
  return { keyid: keyIdOf(publicKey), publicKey };
}
