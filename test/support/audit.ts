import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import {
  type AnalysedEvent,
  type AuditEvent,
  auditLine,
  type ChainState,
  checkpointLine,
  emptyFrontier,
  extendChain,
  type Frontier,
  type Handover,
  handoverPayload,
  handoverType,
  keyIdOf,
  type PublicKey,
  preAuthEncoding,
  type RecordSigner,
  readCheckpoint,
  rootOf,
  type SealedRecord,
  type SignedCheckpoint,
  withLeaf,
} from '#core/audit';
import { reason, toFingerprint, toSha, toUniqueId } from '#core/base';

/** What the log is told of a review of `shop/warehouse#7`. */
export function anAnalysed(changes: Partial<AnalysedEvent> = {}): AnalysedEvent {
  const finding = {
    gateId: 'row-count',
    messageId: 'row-count-grew',
    data: { model: 'fct_orders', ratio: 2 },
    subject: toUniqueId('model.shop.fct_orders'),
    place: null,
    basis: 'measured' as const,
    fingerprint: toFingerprint('row-count', 'row-count-grew', 'model.shop.fct_orders'),
    matters: '',
    downstream: [],
    safeIf: '',
    cost: 'block' as const,
    text: 'rows of fct_orders went from 100 to 200',
  };
  return {
    event: 'analysed',
    reviewId: 'review-1',
    pullNumber: 7,
    change: { base: toSha('b'.repeat(40)), head: toSha('a'.repeat(40)), mergeBase: toSha('c'.repeat(40)) },
    author: { login: 'ada', id: 12, type: 'User' },
    assistance: {
      level: 'assisted',
      evidence: [
        { kind: 'trailer', where: 'commit 1a2b3c4', tool: 'Claude', text: 'Co-Authored-By: Ada <ada@home>', score: 90 },
      ],
      tools: ['Claude'],
      note: null,
    },
    artifacts: [
      { side: 'head', name: 'manifest.json', sha256: '1'.repeat(64) },
      { side: 'base', name: 'manifest.json', sha256: '2'.repeat(64) },
    ],
    nodes: [{ id: 'model.shop.fct_orders', before: '6'.repeat(64), after: '7'.repeat(64) }],
    policy: { path: '.github/weirkeeper.yml', sha: toSha('b'.repeat(40)), digest: '3'.repeat(64), mode: 'enforcing' },
    verdict: {
      outcome: 'failed',
      rung: 'T4',
      reasons: ['rows of fct_orders doubled'],
      gates: [
        {
          gateId: 'row-count',
          title: 'Row counts',
          mode: 'required',
          outcome: 'failed',
          summary: 'rows of fct_orders doubled',
          reason: null,
          findings: [finding],
          result: { outcome: 'failed', summary: 'rows doubled', findings: [finding], unknown: [] },
        },
        {
          gateId: 'pii',
          title: 'Personal data',
          mode: 'advisory',
          outcome: 'unknown',
          summary: 'there is no catalog',
          reason: reason('no-catalog', 'there is no catalog'),
          findings: [],
          result: { outcome: 'unknown', reason: reason('no-catalog', 'there is no catalog') },
        },
      ],
    },
    answers: new Map([
      [
        'row-count:head:model.shop.fct_orders',
        { known: true, kind: 'row-count', rows: 200, source: 'duckdb', at: '2026-03-04T05:06:05.000Z' },
      ],
      [
        'row-count:base:model.shop.dim_customers',
        { known: false, reason: reason('warehouse-unreachable', 'the warehouse did not answer') },
      ],
      [
        'claims',
        {
          known: true,
          kind: 'claims',
          text: 'the reply',
          model: 'small-1',
          templateDigest: '8'.repeat(64),
          promptDigest: '4'.repeat(64),
          replyDigest: '5'.repeat(64),
          tokens: { prompt: 100, completion: 20 },
        },
      ],
    ]),
    claims: { total: 3, grounded: 2, dropped: 1 },
    ...changes,
  };
}

/** PKCS #8 of an Ed25519 key up to its 32 bytes (RFC 8410). */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The private key of a name: the same name gives the same key. */
export function aPrivateKey(name: string): KeyObject {
  const seed = createHmac('sha256', 'keys of the tests').update(name).digest();
  return createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' });
}

export function publicKeyOf(name: string): PublicKey {
  const publicKey = createPublicKey(aPrivateKey(name)).export({ type: 'spki', format: 'der' }).toString('base64');
  return { keyid: keyIdOf(publicKey), publicKey };
}

/** A signer with the key of this name, to which the keys named in `after` handed over one after the other. */
export function aSigner(name = 'first', after: readonly string[] = []): RecordSigner {
  const line = [...after, name];
  return {
    ...publicKeyOf(name),
    handovers: line.slice(1).map((next, i) => aHandover(line[i] ?? '', next)),
    sign: (bytes) => sign(null, bytes, aPrivateKey(name)).toString('base64'),
    hmac: (text) => createHmac('sha256', 'hmac key of the tests').update(text).digest('hex'),
  };
}

export function aHandover(from: string, to: string): Handover {
  const handover = { ...publicKeyOf(to), replaces: publicKeyOf(from).keyid };
  const encoded = preAuthEncoding(handoverType, Buffer.from(handoverPayload(handover), 'utf8'));
  return { ...handover, endorsement: sign(null, encoded, aPrivateKey(from)).toString('base64') };
}

/** A stream in memory. */
export interface TestStream {
  readonly records: readonly SealedRecord[];
  readonly lines: () => readonly string[];
  readonly add: (events: readonly AuditEvent[], signer?: RecordSigner) => readonly SealedRecord[];
}

/** An empty stream of a repository; its clock stands at a minute a record. */
export function aStream(repository = 'shop/warehouse', last: ChainState['last'] = null): TestStream {
  const records: SealedRecord[] = [];
  return {
    records,
    lines: () => records.map(auditLine),
    add(events, signer = aSigner()) {
      const known = new Map(records.map((record) => [record.eventKey, record]));
      const time = new Date(Date.UTC(2026, 2, 4, 5, records.length));
      const state = { last: records.at(-1) ?? last, known };
      const { added } = extendChain(state, events, { repository, serverUrl: 'https://github.com', time, signer });
      records.push(...added);
      return added;
    },
  };
}

/** An exported log of one repository: a key record, then reviews `review-2`, `review-3`, … */
export function aLog(records: number, repository = 'shop/warehouse', signer = aSigner()): readonly string[] {
  return aLogStream(records, repository, signer).lines();
}

/** The same as a stream. */
export function aLogStream(records: number, repository = 'shop/warehouse', signer = aSigner()): TestStream {
  const stream = aStream(repository);
  for (let i = 2; i <= records; i += 1) stream.add([anAnalysed({ reviewId: `review-${String(i)}` })], signer);
  return stream;
}

/** A checkpoint of the log of `shop/warehouse` after so many of these records. */
export function aCheckpoint(
  records: readonly Pick<SealedRecord, 'digest'>[],
  size: number,
  signer = aSigner(),
): SignedCheckpoint {
  let frontier = emptyFrontier;
  for (const { digest } of records.slice(0, size)) frontier = withLeaf(frontier, Buffer.from(digest, 'hex'));
  return checkpointOf(frontier, records[size - 1]?.digest ?? '', signer);
}

/** A checkpoint after each of these records. */
export function allCheckpoints(records: readonly Pick<SealedRecord, 'digest'>[]): readonly SignedCheckpoint[] {
  let frontier = emptyFrontier;
  return records.map(({ digest }) => {
    frontier = withLeaf(frontier, Buffer.from(digest, 'hex'));
    return checkpointOf(frontier, digest, aSigner());
  });
}

function checkpointOf(frontier: Frontier, last: string, signer: RecordSigner): SignedCheckpoint {
  const place = { repository: 'shop/warehouse', size: frontier.size, time: '2026-03-05T00:00:00.000Z' };
  const read = readCheckpoint(checkpointLine({ ...place, root: rootOf(frontier), last }, signer));
  if (read === null) throw new Error('a checkpoint does not read back');
  return read;
}

/** The record in a line of an exported log, as its JSON text. */
export function recordIn(line: string): string {
  return Buffer.from((JSON.parse(line) as { payload: string }).payload, 'base64').toString();
}

/** The line with a text of its record replaced, as somebody without the key would do it. */
export function rewritten(line: string, from: string, to: string): string {
  const payload = Buffer.from(recordIn(line).replace(from, to)).toString('base64');
  return JSON.stringify({ ...JSON.parse(line), payload });
}
