import { describe, expect, it } from '@jest/globals';
import { type AuditVerifier, auditLine, auditVerifier, extendChain, verifyAuditLog } from '#core/audit';
import {
  aCheckpoint,
  aHandover,
  aLog,
  aLogStream,
  allCheckpoints,
  anAnalysed,
  aSigner,
  publicKeyOf,
} from '../../support/audit.ts';

/**
 * A log of 1,000 records, tampered with at every place. One verifier walks the log once and is shown the tampered line
 * before the true one: a refused line leaves it as it was, so a thousand places cost a thousand times one line.
 */

const keys = [publicKeyOf('first')];
const size = 1_000;
const stream = aLogStream(size);
const { records } = stream;
const lines = stream.lines();
const foreign = aLog(size, 'shop/warehouse', aSigner('stranger'));
const elsewhere = aLog(size, 'shop/other');

/** What is put in the place of line `at`, from 0; null where there is no such thing. */
const tampered: Readonly<Record<string, (at: number) => string | null>> = {
  'a character of the payload is another': (at) => flipped(at, '"payload":"'),
  'a character of the signature is another': (at) => flipped(at, '"sig":"'),
  'a character of the key’s id is another': (at) => flipped(at, '"keyid":"'),
  'a character anywhere is another': (at) => flipped(at, ''),
  'the line ends in its middle': (at) => cutShort(lines[at] ?? '', at),
  'the record is taken out': (at) => lines[at + 1] ?? null,
  'the record and a later one change places': (at) => lines[at + 2 + (at % 97)] ?? null,
  'an earlier record stands there': (at) => lines[Math.floor(at / 2)] ?? null,
  'it is signed by another key': (at) => foreign[at] ?? null,
  'its signature is another key’s under the name of the true one': (at) => withSignatureOf(at, foreign[at] ?? ''),
  // Half of the places each: a handover takes longer to make than to refuse.
  'another key takes over by its own word': (at) => (at % 2 === 0 ? takenOver(at, 'stranger') : null),
  'another key takes over by the word of no key': (at) => (at % 2 === 1 ? takenOver(at, null) : null),
};

function cutShort(line: string, at: number): string {
  return line.slice(0, 1 + ((at * 7919) % (line.length - 1)));
}

/** The line with one character changed, at a place after the text given that is another one in each line. */
function flipped(at: number, after: string): string {
  const line = lines[at] ?? '';
  const from = line.indexOf(after) + after.length;
  const room = after === '' ? line.length : line.indexOf('"', from) - from;
  const place = from + ((at * 7919) % room);
  return line.slice(0, place) + (line[place] === 'A' ? 'B' : 'A') + line.slice(place + 1);
}

function withSignatureOf(at: number, other: string): string {
  const sig = (line: string) => /"sig":"([^"]+)"/.exec(line)?.[1] ?? '';
  const line = lines[at] ?? '';
  return line.replace(sig(line), sig(other));
}

const stranger = { ...aSigner('stranger'), handovers: [] };
const handover = { ...aHandover('stranger', 'stranger'), replaces: publicKeyOf('first').keyid };

/** A record in this place that says that a key of one's own signs from here on, by that key's word or by nobody's. */
function takenOver(at: number, by: 'stranger' | null): string | null {
  if (at === 0) return null;
  const handovers = [by === null ? { ...handover, endorsement: null } : handover];
  return ownHistory(at, { ...stranger, handovers });
}

const owner = aSigner();

/** A record for this place that fits the one before, signed by the signer given. */
function ownHistory(at: number, signer = owner): string {
  const before = records[at - 1];
  const sealing = { repository: 'shop/warehouse', serverUrl: 'https://github.com', time: new Date(0), signer };
  const last = before === undefined ? null : { ...before };
  const { added } = extendChain({ last, known: new Map() }, [anAnalysed({ reviewId: 'another' })], sealing);
  const [first] = added;
  if (first === undefined) throw new Error('nothing was added');
  return auditLine(first);
}

/** Shows the verifier a line for place `at` and tells whether it is refused with that place named. */
function isRefusedAt(verifier: AuditVerifier, text: string, at: number): boolean {
  const read = verifier.line(text);
  return read !== null && 'reason' in read && read.line === at + 1;
}

describe('in a log of 1,000 records, at every place', () => {
  it('whatever is done to a record is found and the place named; an end cut off there is found by a checkpoint', () => {
    const verifier = auditVerifier({ keys, checkpoints: [aCheckpoint(records, size)] });
    const done = new Map<string, number>();
    const missed: unknown[] = [];
    lines.forEach((line, at) => {
      for (const [what, put] of Object.entries(tampered)) {
        const text = put(at);
        if (text === null || text === line) continue;
        done.set(what, (done.get(what) ?? 0) + 1);
        if (!isRefusedAt(verifier, text, at)) missed.push({ what, at });
      }
      const end = verifier.end();
      const isCutOff = !end.ok && end.line === at && end.reason.endsWith('its end was cut off');
      if (!isCutOff) missed.push({ what: 'the end is cut off before it', at });
      expect(verifier.line(line)).toMatchObject({ seq: at + 1 });
    });
    expect(missed).toEqual([]);
    expect(verifier.end()).toMatchObject({ ok: true, records: size });
    // A few places have no such thing: nothing stands after the last record.
    expect([...done.keys()].sort()).toEqual(Object.keys(tampered).sort());
    for (const [what, times] of done) {
      const places = what.startsWith('another key takes over') ? size / 2 : size;
      expect([what, times >= places - 100]).toEqual([what, true]);
    }
  });

  it('without a checkpoint nothing tells that the end was cut off', () => {
    for (const at of [1, 500, 999]) expect(verifyAuditLog(lines.slice(0, at), { keys })).toMatchObject({ ok: true });
  });

  it('a record of another repository’s log in its place leaves a gap, which the next record tells', () => {
    for (const at of [1, 2, 500, 998]) {
      const swapped = [...lines.slice(0, at), elsewhere[0] ?? '', ...lines.slice(at + 1)];
      expect(verifyAuditLog(swapped, { keys })).toMatchObject({ ok: false, line: at + 2, seq: at + 2 });
    }
  });

  it('what the true key signed anew is found at the very place by a checkpoint that was made there', () => {
    const verifier = auditVerifier({ keys, checkpoints: allCheckpoints(records) });
    lines.forEach((line, at) => {
      if (at > 0) expect([at, isRefusedAt(verifier, ownHistory(at), at)]).toEqual([at, true]);
      verifier.line(line);
    });
  });

  it('and between two checkpoints by the later one, which names the records between', () => {
    const checkpoints = [aCheckpoint(records, 500), aCheckpoint(records, 600)];
    for (const at of [500, 550, 599]) {
      const other = aStreamFrom(at);
      expect(verifyAuditLog([...lines.slice(0, at), ...other], { keys, checkpoints })).toMatchObject({
        ok: false,
        line: 600,
        reason: expect.stringContaining('one of the records 501 to 600 is not what it was'),
      });
      expect(verifyAuditLog([...lines.slice(0, at), ...other], { keys })).toMatchObject({ ok: true });
    }
  });
});

/** Another history from this place on, whole and signed by the true key. */
function aStreamFrom(at: number): readonly string[] {
  let last = records[at - 1] ?? null;
  const other: string[] = [];
  for (let i = at; i < 605; i += 1) {
    const events = [anAnalysed({ reviewId: `another-${String(i)}` })];
    const sealing = { repository: 'shop/warehouse', serverUrl: '', time: new Date(0), signer: aSigner() };
    for (const record of extendChain({ last, known: new Map() }, events, sealing).added) {
      other.push(auditLine(record));
      last = record;
    }
  }
  return other;
}
