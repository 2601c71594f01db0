import type { KeyObject } from 'node:crypto';
import { plural } from '#core/base';
import { checkpointType, type SignedCheckpoint } from './checkpoint.ts';
import { isSignedBy, type SignedBytes, statementType } from './dsse.ts';
import { admitKey } from './key-records.ts';
import { type PublicKey, toVerifyingKey } from './keys.ts';
import { emptyFrontier, type Frontier, rootOf, withLeaf } from './merkle.ts';
import { type LogEntry, readLogLine } from './read-line.ts';

/** Where one repository's chain of a log ends, and what holds it. */
export interface ChainSummary {
  readonly repository: string;
  readonly seq: number;
  readonly digest: string;
  /** Merkle tree hash over all its records. */
  readonly root: string;
  /** Records of the old form, which were not signed; they come before all others. */
  readonly unsigned: number;
  /** Keys that signed, the last one last. */
  readonly keyIds: readonly string[];
  /** Sizes of the checkpoints that agree with it. */
  readonly checkpoints: readonly number[];
}

export interface BrokenRecord {
  /** From 1. */
  readonly line: number;
  /** Null when the line tells none. */
  readonly seq: number | null;
  readonly reason: string;
}

/** A log that holds, or its first broken record. */
export type AuditCheck =
  | { readonly ok: true; readonly records: number; readonly chains: readonly ChainSummary[] }
  | ({ readonly ok: false } & BrokenRecord);

export interface VerifyOptions {
  /** Keys that the reader trusts; with none, the log is held to the keys that it names itself. */
  readonly keys?: readonly PublicKey[];
  /** Checkpoints from where the log's keeper could not change them. */
  readonly checkpoints?: readonly SignedCheckpoint[];
  /**
   * Whether a record's signature fits, default `isSignedBy`. Whoever checks several at a time says yes here, and refuses the
   * record itself, with `signatureFault`, before anything that stands after it.
   */
  readonly checkSignature?: (signed: SignedRecord) => boolean;
}

/** A record's signature and what it was made over. */
export interface SignedRecord extends SignedBytes {
  readonly key: KeyObject;
  readonly keyid: string;
  readonly sig: string;
}

/** Takes a log line by line, so that its length does not matter. */
export interface AuditVerifier {
  /** The entry when the line holds, null for an empty line (allowed as the last). A refused line changes nothing. */
  line(text: string): LogEntry | BrokenRecord | null;
  end(): AuditCheck;
}

interface ChainState {
  readonly seq: number;
  readonly digest: string;
  readonly keyId: string | null;
  readonly keys: ReadonlyMap<string, KeyObject>;
  readonly frontier: Frontier;
  readonly unsigned: number;
  readonly checkpoints: readonly number[];
}

const noChain: ChainState = {
  seq: 0,
  digest: '',
  keyId: null,
  keys: new Map(),
  frontier: emptyFrontier,
  unsigned: 0,
  checkpoints: [],
};

/** Checks a whole log that is at hand. One empty string at the end (the last line end) is allowed. */
export function verifyAuditLog(lines: Iterable<string>, options: VerifyOptions = {}): AuditCheck {
  const verifier = auditVerifier(options);
  for (const text of lines) {
    const read = verifier.line(text);
    if (read !== null && 'reason' in read) return { ok: false, ...read };
  }
  return verifier.end();
}

/**
 * Checks an exported log: each line canonical and signed, per repository an unbroken chain from number 1, each key handed
 * over by the one before, every checkpoint in agreement. Without a checkpoint it cannot show that records were cut off the
 * end; without a trusted key, not who wrote the log.
 */
export function auditVerifier(options: VerifyOptions = {}): AuditVerifier {
  const trusted = trustedKeys(options.keys ?? []);
  const fits = options.checkSignature ?? ((signed) => isSignedBy(signed.key, signed.sig, signed));
  const checkpoints = options.checkpoints ?? [];
  const bySize = Map.groupBy(checkpoints, ({ repository, size }) => `${repository} ${size}`);
  const chains = new Map<string, ChainState>();
  let line = 0;
  let emptyLine: number | null = null;
  return {
    line(text) {
      const at = line + 1;
      if (emptyLine !== null) return { line: emptyLine, seq: null, reason: 'the line is empty' };
      if (text === '') {
        emptyLine = at;
        return null;
      }
      const read = readLogLine(text);
      if (!read.ok) return { line: at, seq: read.seq, reason: read.reason };
      const { entry } = read;
      const next = follow(chains.get(entry.repository) ?? noChain, entry, { trusted, fits });
      if (typeof next === 'string') return { line: at, seq: entry.seq, reason: next };
      const held = hold(next, bySize.get(`${entry.repository} ${next.seq}`) ?? []);
      if (typeof held === 'string') return { line: at, seq: entry.seq, reason: held };
      chains.set(entry.repository, held);
      line = at;
      return entry;
    },
    end: () => conclude({ chains, trusted, checkpoints, line }),
  };
}

/** How signatures are held to keys. */
interface Trust {
  readonly trusted: ReadonlyMap<string, KeyObject>;
  readonly fits: (signed: SignedRecord) => boolean;
}

function trustedKeys(keys: readonly PublicKey[]): ReadonlyMap<string, KeyObject> {
  const trusted = new Map<string, KeyObject>();
  for (const key of keys) {
    const verifying = toVerifyingKey(key);
    if (verifying !== null) trusted.set(key.keyid, verifying);
  }
  return trusted;
}

/** The chain with this record at its end, or why the record does not belong there. */
function follow(chain: ChainState, entry: LogEntry, trust: Trust): ChainState | string {
  const expected = chain.seq + 1;
  if (entry.seq !== expected) {
    return `record ${expected} of ${entry.repository} should stand here, not record ${entry.seq}: records are missing, repeated or out of order`;
  }
  const prev = chain.seq === 0 ? null : chain.digest;
  if (entry.prev !== prev) return `prev is ${entry.prev ?? 'null'}, the record before has digest ${prev ?? 'null'}`;
  const keyed = entry.signed === null ? unsignedNext(chain) : signedNext(chain, entry, trust);
  if (typeof keyed === 'string') return keyed;
  const leaf = Buffer.from(entry.digest, 'hex');
  return { ...keyed, seq: entry.seq, digest: entry.digest, frontier: withLeaf(chain.frontier, leaf) };
}

function unsignedNext(chain: ChainState): ChainState | string {
  if (chain.keyId !== null) return 'a record of the old, unsigned form stands after a signed one';
  return { ...chain, unsigned: chain.unsigned + 1 };
}

function signedNext(chain: ChainState, entry: LogEntry, { trusted, fits }: Trust): ChainState | string {
  const { signed } = entry;
  if (signed === null) return 'the record is not signed';
  const keyed = entry.event === 'key' ? admitKey(chain, entry.body, trusted) : chain;
  if (typeof keyed === 'string') return keyed;
  if (keyed.keyId === null) return 'no record before this one says which key signs';
  if (signed.keyid !== keyed.keyId) {
    return `signed by key ${short(signed.keyid)}, but key ${short(keyed.keyId)} signs here: the record was signed anew`;
  }
  const key = keyed.keys.get(keyed.keyId);
  if (key === undefined || !fits({ ...signed, key, payloadType: statementType })) return signatureFault(signed.keyid);
  return { ...chain, keyId: keyed.keyId, keys: keyed.keys };
}

/** What is said of a record whose signature does not fit. */
export function signatureFault(keyid: string): string {
  return `the signature does not fit the record: it was changed, or not signed by key ${short(keyid)}`;
}

/** The chain when every checkpoint that was made at this point agrees with it, or which one does not. */
function hold(chain: ChainState, here: readonly SignedCheckpoint[]): ChainState | string {
  const [first] = here;
  if (first === undefined) return chain;
  const root = rootOf(chain.frontier);
  const other = here.find((checkpoint) => checkpoint.root !== root || checkpoint.last !== chain.digest);
  if (other !== undefined) {
    const from = (chain.checkpoints.at(-1) ?? 0) + 1;
    const where = from === other.size ? `record ${from}` : `one of the records ${from} to ${other.size}`;
    return `the checkpoint of ${other.time} says that the first ${plural(other.size, 'record')} have root ${other.root}, here it is ${root}: ${where} is not what it was, the log was rewritten after that`;
  }
  return { ...chain, checkpoints: [...chain.checkpoints, first.size] };
}

interface Ended {
  readonly chains: ReadonlyMap<string, ChainState>;
  readonly trusted: ReadonlyMap<string, KeyObject>;
  readonly checkpoints: readonly SignedCheckpoint[];
  readonly line: number;
}

function conclude({ chains, trusted, checkpoints, line }: Ended): AuditCheck {
  for (const checkpoint of checkpoints) {
    const chain = chains.get(checkpoint.repository) ?? noChain;
    const reason = checkpointFault(checkpoint, chain, trusted);
    if (reason !== null) return { ok: false, line, seq: chain.seq === 0 ? null : chain.seq, reason };
  }
  for (const [repository, { seq, keyId }] of chains) {
    if (trusted.size === 0 || keyId !== null) continue;
    const reason = `the ${plural(seq, 'record')} of ${repository} are of the old form: no key signed them`;
    return { ok: false, line, seq, reason };
  }
  return { ok: true, records: line, chains: [...chains].map(summaryOf) };
}

function checkpointFault(
  { repository, keyid, sig, payload, size, time }: SignedCheckpoint,
  chain: ChainState,
  trusted: Ended['trusted'],
): string | null {
  if (size > chain.seq) {
    return `the checkpoint of ${time} counts ${plural(size, 'record')} of ${repository}, the log ends after ${chain.seq}: its end was cut off`;
  }
  const key = trusted.get(keyid) ?? chain.keys.get(keyid);
  if (key !== undefined && isSignedBy(key, sig, { payloadType: checkpointType, payload })) return null;
  return `the checkpoint of ${time} (${plural(size, 'record')} of ${repository}) is not signed by a key of this log`;
}

function summaryOf([repository, chain]: readonly [string, ChainState]): ChainSummary {
  const { seq, digest, unsigned, checkpoints, keys, frontier } = chain;
  return { repository, seq, digest, root: rootOf(frontier), unsigned, checkpoints, keyIds: [...keys.keys()] };
}

function short(keyid: string): string {
  return keyid.slice(0, 12);
}
