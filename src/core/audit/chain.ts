import { type JsonObject, version } from '#core/base';
import { canonicalJson } from './canonical-json.ts';
import { sha256 } from './digest.ts';
import { envelopeLine, preAuthEncoding, type Signature, statementType } from './dsse.ts';
import { type AuditEvent, contentDigest, eventBody, eventKey, subjectsOf } from './events.ts';
import { handoversSince, type RecordSigner, signPayload } from './keys.ts';

/** What our statements say, and which version of it. */
export const predicateType = 'https://github.com/weirkeeper/weirkeeper/dbt-change-record/v1';
export const statementForm = 'https://in-toto.io/Statement/v1';

/** Where a chain stands: number and digest of its last record. */
export interface ChainEnd {
  readonly seq: number;
  readonly digest: string;
}

/** What must be known of a chain to add to it. */
export interface ChainState {
  /** The last record; `keyId` is null when it is of the old form, which was not signed. Null when the chain is empty. */
  readonly last: (ChainEnd & { readonly keyId: string | null }) | null;
  /** By event key, the newest record of each event that is to be added. */
  readonly known: ReadonlyMap<string, ChainEnd & { readonly contentDigest: string }>;
}

/** A record as it is stored: its canonical JSON, the SHA-256 of that text, and the signatures over it. */
export interface SealedRecord extends ChainEnd {
  readonly record: string;
  readonly signatures: readonly Signature[];
  readonly keyId: string;
  readonly event: AuditEvent['event'];
  readonly eventKey: string;
  readonly contentDigest: string;
}

/** What seals the records of one append. */
export interface Sealing {
  readonly repository: string;
  /** `https://github.com`, or the address of an own server: part of the subject's name. */
  readonly serverUrl: string;
  readonly time: Date;
  readonly signer: RecordSigner;
}

/** Records to store, and for each event the record that stands for it, new or old. */
export interface Extension {
  readonly added: readonly SealedRecord[];
  readonly records: readonly ChainEnd[];
}

/**
 * Adds events to a chain. An event that the chain has already, and that says the same, adds nothing; one that says
 * something else is recorded again and names the record it replaces. A chain's first record, and the first by another key,
 * says which key signs. The same input gives the same bytes.
 */
export function extendChain(chain: ChainState, events: readonly AuditEvent[], sealing: Sealing): Extension {
  const added: SealedRecord[] = [];
  let last: ChainEnd | null = chain.last;
  const seal = (event: AuditEvent, replaces: string | null): SealedRecord => {
    const record = sealed(event, { last, replaces }, sealing);
    added.push(record);
    last = record;
    return record;
  };
  const records = events.map((event) => {
    const known = chain.known.get(eventKey(event)) ?? null;
    if (known?.contentDigest === contentDigest(event)) return known;
    if (added.length === 0) introduceKey(chain, sealing.signer, (key) => seal(key, null));
    return seal(event, known?.digest ?? null);
  });
  return { added, records };
}

function introduceKey({ last }: ChainState, signer: RecordSigner, seal: (event: AuditEvent) => unknown): void {
  const keyId = last?.keyId ?? null;
  if (keyId === signer.keyid) return;
  const { keyid, publicKey } = signer;
  seal({ event: 'key', key: { keyid, publicKey }, handovers: handoversSince(keyId, signer) });
}

function sealed(
  event: AuditEvent,
  link: { readonly last: ChainEnd | null; readonly replaces: string | null },
  { repository, serverUrl, time, signer }: Sealing,
): SealedRecord {
  const seq = (link.last?.seq ?? 0) + 1;
  const predicate: JsonObject = {
    seq,
    prev: link.last === null ? null : `sha256:${link.last.digest}`,
    event: event.event,
    time: time.toISOString(),
    app: `weirkeeper ${version}`,
    repository,
    ...(link.replaces === null ? {} : { replaces: `sha256:${link.replaces}` }),
    ...eventBody(event, signer),
  };
  const subject = subjectsOf(event, repository, serverUrl).map(({ name, digest }) => ({ name, digest: { ...digest } }));
  const record = canonicalJson({ _type: statementForm, subject, predicateType, predicate });
  const signature = signPayload(signer, preAuthEncoding(statementType, Buffer.from(record, 'utf8')));
  return {
    seq,
    digest: sha256(record),
    record,
    signatures: [signature],
    keyId: signer.keyid,
    event: event.event,
    eventKey: eventKey(event),
    contentDigest: contentDigest(event),
  };
}

/** A stored record as one line of an exported log: a DSSE envelope; one of the old form as it always was. */
export function auditLine(entry: {
  readonly record: string;
  readonly digest: string;
  readonly signatures: readonly Signature[] | null;
}): string {
  if (entry.signatures === null) return `{"digest":"${entry.digest}","record":${entry.record}}`;
  return envelopeLine(entry.record, statementType, entry.signatures);
}
