import { isUtf8 } from 'node:buffer';
import { createPublicKey, verify } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { promisify } from 'node:util';
import {
  type AuditCheck,
  auditVerifier,
  keyIdOf,
  type LogEntry,
  type PublicKey,
  preAuthEncoding,
  readCheckpoint,
  type SignedCheckpoint,
  type SignedRecord,
  signatureFault,
  type VerifyOptions,
} from '#core/audit';
import { RepositoryError } from '#core/base';
import { readText } from './read-text.ts';

const newline = 0x0a;

const verifySignature = promisify(verify);

/** Records whose signatures are under way at once: each takes some 0.2 ms of another thread. */
const mostUnderWay = 256;

/** A record that holds but for its signature, which is being checked. */
interface UnderWay {
  readonly entry: LogEntry;
  readonly line: number;
  readonly signed: SignedRecord | null;
  readonly fits: Promise<boolean>;
}

/**
 * Checks an exported log while it is read, whatever its length, and gives each entry that holds to `seen`. Bytes that are no
 * text are never replaced: what is digested is what stands in the file. Signatures are checked beside the rest, on all cores;
 * a log is still told its first broken record. Throws RepositoryError when it cannot be read.
 */
export async function checkLog(
  path: string,
  options: VerifyOptions,
  seen: (entry: LogEntry) => void,
): Promise<AuditCheck> {
  const asked: SignedRecord[] = [];
  const checkSignature = (signed: SignedRecord): boolean => asked.push(signed) > 0;
  const verifier = auditVerifier({ ...options, checkSignature });
  const underWay: UnderWay[] = [];
  let line = 0;
  for await (const bytes of linesOf(path)) {
    line += 1;
    const read = isUtf8(bytes) ? verifier.line(bytes.toString('utf8')) : { line, seq: null, reason: notText };
    if (read === null) continue;
    if ('reason' in read) return (await settle(underWay, 0, seen)) ?? { ok: false, ...read };
    const signed = asked.pop() ?? null;
    underWay.push({ entry: read, line, signed, fits: signed === null ? Promise.resolve(true) : fits(signed) });
    const broken = await settle(underWay, mostUnderWay, seen);
    if (broken !== null) return broken;
  }
  return (await settle(underWay, 0, seen)) ?? verifier.end();
}

const notText = 'the line is not UTF-8 text';

/** Waits, in the order of the log, until no more than `most` are under way; the first record that is not signed, or null. */
async function settle(
  underWay: UnderWay[],
  most: number,
  seen: (entry: LogEntry) => void,
): Promise<(AuditCheck & { readonly ok: false }) | null> {
  while (underWay.length > most) {
    const { entry, line, signed, fits } = underWay[0] as UnderWay;
    if (!(await fits)) return { ok: false, line, seq: entry.seq, reason: signatureFault(signed?.keyid ?? '') };
    underWay.shift();
    seen(entry);
  }
  return null;
}

/** As `isSignedBy`, on a thread of its own. */
async function fits({ key, sig, payloadType, payload }: SignedRecord): Promise<boolean> {
  return verifySignature(null, preAuthEncoding(payloadType, payload), key, Buffer.from(sig, 'base64'));
}

/** Only a newline ends a line: JSON holds U+2028, which others take for an end too. The last may be empty. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  let rest: readonly Buffer[] = [];
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
        yield Buffer.concat([...rest, chunk.subarray(start, end)]);
        rest = [];
        start = end + 1;
      }
      rest = [...rest, chunk.subarray(start)];
    }
  } catch {
    throw new RepositoryError('no-such-file', `${path}: cannot be read; give the file of an exported audit log`);
  }
  yield Buffer.concat(rest);
}

/** Public keys of a file: PEM, or the JSON that `GET /keys` answers. Throws RepositoryError when it holds none. */
export function readKeys(path: string): readonly PublicKey[] {
  const text = readText(path, '--key');
  try {
    if (!text.includes('-----BEGIN')) return fromJson(text);
    const publicKey = createPublicKey(text).export({ type: 'spki', format: 'der' }).toString('base64');
    return [{ keyid: keyIdOf(publicKey), publicKey }];
  } catch {
    throw new RepositoryError(
      'no-key',
      `${path}: holds no Ed25519 public key; --key takes PEM, or the JSON of GET /keys`,
    );
  }
}

function fromJson(text: string): readonly PublicKey[] {
  const { keys } = JSON.parse(text) as { readonly keys: readonly PublicKey[] };
  if (keys.length === 0) throw new RepositoryError('no-key', 'there is no key');
  return keys.map(({ publicKey }) => {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    if (key.asymmetricKeyType !== 'ed25519') throw new RepositoryError('no-key', 'it is not an Ed25519 key');
    return { keyid: keyIdOf(publicKey), publicKey };
  });
}

/** Checkpoints of a file, one a line. Throws RepositoryError that names a line that holds none. */
export function readCheckpoints(path: string): readonly SignedCheckpoint[] {
  return toCheckpoints(readText(path, '--checkpoint'), path);
}

/** Checkpoints of a text, one a line; `name` is where they stand. */
export function toCheckpoints(text: string, name: string): readonly SignedCheckpoint[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line, i) => {
    const checkpoint = readCheckpoint(line);
    if (checkpoint === null) throw new RepositoryError('no-checkpoint', `${name}:${i + 1}: is no checkpoint`);
    return checkpoint;
  });
}
