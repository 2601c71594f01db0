import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { auditLine, auditRecord, type ChainEnd, canonicalJson, sha256, verifyAuditLog } from '#core/audit';
import { anAuditInput } from '../../support/audit.ts';

/** An exported log with the given repositories' records in the given order. */
function aLog(repositories: readonly string[]): readonly string[] {
  const ends = new Map<string, ChainEnd>();
  return repositories.map((repository, i) => {
    const last = ends.get(repository) ?? null;
    const entry = auditRecord(anAuditInput({ last, repository, reviewId: `review-${i}` }));
    ends.set(repository, entry);
    return auditLine(entry);
  });
}

const twoChains = ['shop/a', 'shop/b', 'shop/a', 'shop/a', 'shop/b', 'shop/a'];

describe('an untouched log', () => {
  it('holds, and names the end of each chain', () => {
    const log = aLog(twoChains);
    const digestOf = (line: number) => (JSON.parse(log[line] ?? '') as { digest: string }).digest;
    expect(verifyAuditLog(log)).toEqual({
      ok: true,
      records: 6,
      lastDigest: digestOf(5),
      chains: [
        { repository: 'shop/a', records: 4, seq: 4, digest: digestOf(5) },
        { repository: 'shop/b', records: 2, seq: 2, digest: digestOf(4) },
      ],
    });
  });

  it('holds when it is empty, and with a last line end', () => {
    expect(verifyAuditLog([])).toEqual({ ok: true, records: 0, lastDigest: null, chains: [] });
    expect(verifyAuditLog(`${aLog(['shop/a']).join('\n')}\n`.split('\n'))).toMatchObject({ ok: true, records: 1 });
  });

  it('is made of canonical lines', () => {
    for (const line of aLog(twoChains)) expect(canonicalJson(JSON.parse(line))).toBe(line);
  });
});

describe('a log that was tampered with', () => {
  const anyChain = fc.array(fc.constantFrom('shop/a', 'shop/b', 'shop/c'), { minLength: 2, maxLength: 8 });

  it('breaks at the line where any one character was changed', () => {
    fc.assert(
      fc.property(anyChain, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 0x7e }), (chain, at, where, shift) => {
        const log = [...aLog(chain)];
        const line = at % log.length;
        const text = log[line] ?? '';
        const place = where % text.length;
        const code = ((text.charCodeAt(place) + shift) % 0x7f) + (text.charCodeAt(place) + shift > 0x7e ? 1 : 0);
        fc.pre(code !== text.charCodeAt(place));
        log[line] = text.slice(0, place) + String.fromCharCode(code) + text.slice(place + 1);
        expect(verifyAuditLog(log)).toMatchObject({ ok: false, line: line + 1 });
      }),
      { numRuns: 300 },
    );
  });

  it('breaks where a character was put in or taken out', () => {
    fc.assert(
      fc.property(
        anyChain,
        fc.nat(),
        fc.nat(),
        fc.constantFrom('', ' ', '0', '"', '\u00a0', '}'),
        (chain, at, where, put) => {
          const log = [...aLog(chain)];
          const line = at % log.length;
          const text = log[line] ?? '';
          const place = where % text.length;
          log[line] = text.slice(0, place) + put + text.slice(put === '' ? place + 1 : place);
          expect(verifyAuditLog(log)).toMatchObject({ ok: false, line: line + 1 });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('breaks at the next record of the same repository when a record is taken out', () => {
    fc.assert(
      fc.property(anyChain, fc.nat(), (chain, at) => {
        const gone = at % chain.length;
        const next = chain.findIndex((repository, line) => line > gone && repository === chain[gone]);
        fc.pre(next !== -1);
        const log = aLog(chain).filter((_, line) => line !== gone);
        expect(verifyAuditLog(log)).toMatchObject({
          ok: false,
          line: next,
          reason: expect.stringContaining('missing'),
        });
      }),
    );
  });

  it('breaks at the repeated line', () => {
    fc.assert(
      fc.property(anyChain, fc.nat(), fc.nat(), (chain, at, distance) => {
        const log = [...aLog(chain)];
        const from = at % log.length;
        const to = from + 1 + (distance % (log.length - from));
        log.splice(to, 0, log[from] ?? '');
        expect(verifyAuditLog(log)).toMatchObject({ ok: false, line: to + 1 });
      }),
    );
  });

  it('breaks at the first record that came too early', () => {
    const [one = '', two = '', three = ''] = aLog(['shop/a', 'shop/a', 'shop/a']);
    expect(verifyAuditLog([one, three, two])).toMatchObject({ ok: false, line: 2, seq: 3 });
    expect(verifyAuditLog([two, one, three])).toMatchObject({ ok: false, line: 1, seq: 2 });
  });

  it('breaks where a record was forged with a digest of its own: the link to it fails', () => {
    const log = [...aLog(['shop/a', 'shop/a'])];
    const { record } = JSON.parse(log[0] ?? '') as { record: Record<string, unknown> };
    const forged = canonicalJson({ ...record, verdict: 'passed' });
    log[0] = auditLine({ seq: 1, digest: sha256(forged), record: forged });
    expect(verifyAuditLog(log)).toMatchObject({
      ok: false,
      line: 2,
      seq: 2,
      reason: expect.stringContaining('prev is'),
    });
  });

  it('breaks where a record was moved to another repository', () => {
    const log = aLog(['shop/a', 'shop/a']).map((line) => line.replace('"shop/a"', '"shop/b"'));
    expect(verifyAuditLog(log)).toMatchObject({ ok: false, line: 1, reason: expect.stringContaining('was changed') });
  });

  it.each<[string, string, RegExp]>([
    ['is no JSON', 'tampered', /not JSON/],
    ['is another thing', '{"seq":1}', /not a weirkeeper.audit\/v1 record/],
    ['is of another schema', `{"digest":"${'0'.repeat(64)}","record":{"schema":"x"}}`, /record.schema/],
    ['is empty', '', /empty/],
    ['has a key twice', (aLog(['shop/a'])[0] ?? '').replace('{"digest"', '{"digest":"x","digest"'), /not canonical/],
    ['has white space', (aLog(['shop/a'])[0] ?? '').replace('":', '": '), /not canonical/],
    [
      'is nested to exhaust the stack',
      (aLog(['shop/a'])[0] ?? '').replace('"open"', `${'['.repeat(5000)}${']'.repeat(5000)}`),
      /not canonical/,
    ],
  ])('breaks at a line that %s', (_, line, expected) => {
    const [first = ''] = aLog(['shop/b']);
    const check = verifyAuditLog([first, line, first]);
    expect(check).toMatchObject({ ok: false, line: 2, reason: expect.stringMatching(expected) });
  });
});
