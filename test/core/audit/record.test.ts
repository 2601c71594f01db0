import { createHash, createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { auditLine, extendChain, preAuthEncoding, type RecordSigner, type SealedRecord } from '#core/audit';
import packageOf from '../../../package.json' with { type: 'json' };
import { anAnalysed, aSigner, aStream, publicKeyOf } from '../../support/audit.ts';

function analysed(changes = {}, signer: RecordSigner = aSigner()): SealedRecord {
  return aStream().add([anAnalysed(changes)], signer)[1]!;
}

function predicateOf({ record }: SealedRecord): Record<string, unknown> {
  return (JSON.parse(record) as { predicate: Record<string, unknown> }).predicate;
}

describe('the record of a review', () => {
  const signer = aSigner();

  it('is an in-toto Statement: who, what, by which rules, with which result', () => {
    const { record } = analysed();
    const finding = 'row-count:row-count-grew:model.shop.fct_orders';
    expect(JSON.parse(record)).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [
        {
          name: 'git+https://github.com/shop/warehouse@refs/pull/7',
          digest: { gitCommit: 'a'.repeat(40) },
        },
        { name: 'base/manifest.json', digest: { sha256: '2'.repeat(64) } },
        { name: 'head/manifest.json', digest: { sha256: '1'.repeat(64) } },
      ],
      predicateType: 'https://github.com/weirkeeper/weirkeeper/dbt-change-record/v1',
      predicate: {
        seq: 2,
        prev: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        event: 'analysed',
        time: '2026-03-04T05:00:00.000Z',
        app: `weirkeeper ${packageOf.version}`,
        repository: 'shop/warehouse',
        reviewId: 'review-1',
        pullNumber: 7,
        change: {
          base: 'b'.repeat(40),
          head: 'a'.repeat(40),
          mergeBase: 'c'.repeat(40),
          nodes: [{ id: 'model.shop.fct_orders', before: '6'.repeat(64), after: '7'.repeat(64) }],
        },
        actors: {
          author: { login: 'ada', id: 12 },
          assistance: {
            level: 'assisted',
            tools: ['Claude'],
            signals: [
              { kind: 'trailer', where: 'commit 1a2b3c4', hmac: signer.hmac('Co-Authored-By: Ada <ada@home>') },
            ],
          },
        },
        policy: {
          path: '.github/weirkeeper.yml',
          sha: 'b'.repeat(40),
          digest: '3'.repeat(64),
          mode: 'enforcing',
          rung: 'T4',
        },
        gates: [
          {
            id: 'row-count',
            mode: 'required',
            result: 'FAILED',
            reason: null,
            findings: [{ sha256: createHash('sha256').update(finding).digest('hex'), cost: 'block' }],
          },
          { id: 'pii', mode: 'advisory', result: 'UNKNOWN', reason: 'no-catalog', findings: [] },
        ],
        evidence: [
          { key: 'claims', known: true, kind: 'claims', source: 'small-1' },
          { key: 'row-count:base:model.shop.dim_customers', known: false, reason: 'warehouse-unreachable' },
          {
            key: 'row-count:head:model.shop.fct_orders',
            known: true,
            kind: 'row-count',
            source: 'duckdb',
            at: '2026-03-04T05:06:05.000Z',
            rows: 200,
          },
        ],
        llm: {
          used: true,
          model: 'small-1',
          promptTemplate: '8'.repeat(64),
          promptHmac: signer.hmac('4'.repeat(64)),
          responseSha256: '5'.repeat(64),
          tokens: { prompt: 100, completion: 20 },
          claims: { total: 3, grounded: 2, dropped: 1 },
        },
        verdict: 'failed',
      },
    });
  });

  it('keeps the price of what was asked, and of a declared move the range and an HMAC of the reason', () => {
    const { verdict } = anAnalysed();
    const data = { model: 'fct_orders', declared: '-15%..-10%', because: 'Ada’s voids leave' };
    const gates = verdict.gates.map((gate) => ({
      ...gate,
      findings: gate.findings.map((finding) => ({ ...finding, data })),
    }));
    const questions = { asked: 9, refused: 1, bytes: 5_000, unpriced: 2 };
    const sealed = analysed({ verdict: { ...verdict, gates }, questions });
    const declared = { range: '-15%..-10%', because: signer.hmac('Ada’s voids leave') };
    expect(predicateOf(sealed)).toMatchObject({ questions, gates: [{ findings: [{ declared }] }, {}] });
    expect(sealed.record).not.toContain('voids');
  });

  it('is sealed in a DSSE envelope that any DSSE verifier can open', () => {
    const entry = analysed();
    const envelope = JSON.parse(auditLine(entry)) as {
      payload: string;
      payloadType: string;
      signatures: { keyid: string; sig: string }[];
    };
    const payload = Buffer.from(envelope.payload, 'base64');
    expect(payload.toString()).toBe(entry.record);
    // DSSE protocol 1.0: "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body
    const signed = Buffer.concat([
      Buffer.from(`DSSEv1 28 application/vnd.in-toto+json ${String(payload.length)} `),
      payload,
    ]);
    const key = createPublicKey({
      key: Buffer.from(publicKeyOf('first').publicKey, 'base64'),
      format: 'der',
      type: 'spki',
    });
    expect(envelope.payloadType).toBe('application/vnd.in-toto+json');
    expect(verify(null, signed, key, Buffer.from(envelope.signatures[0]!.sig, 'base64'))).toBe(true);
    expect(entry.digest).toBe(createHash('sha256').update(entry.record, 'utf8').digest('hex'));
  });

  it('encodes what is signed as DSSE writes it, lengths in bytes', () => {
    const encoded = preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world'));
    expect(Buffer.from(encoded).toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
    expect(Buffer.from(preAuthEncoding('é', Buffer.from('ü'))).toString()).toBe('DSSEv1 2 é 2 ü');
  });

  it('gives the same bytes whatever the order of artifacts and answers', () => {
    const event = anAnalysed();
    const turned = { artifacts: [...event.artifacts].reverse(), answers: new Map([...event.answers].reverse()) };
    expect(analysed(turned).record).toBe(analysed().record);
  });

  it('holds no content: no text of a finding, a commit or a reply, no address, no digest of a prompt', () => {
    const { record } = analysed();
    for (const content of ['went from', 'doubled', 'Co-Authored-By', 'ada@home', 'the reply', '4'.repeat(64)]) {
      expect(record).not.toContain(content);
    }
  });

  it('hashes what is easy to guess under a key of its own: another key, another value', () => {
    const other = analysed({}, { ...aSigner(), hmac: (text) => `other ${text.length}` });
    expect(predicateOf(other)['llm']).toMatchObject({ promptHmac: 'other 64' });
  });

  it('tells a gate that passed from one that warned and one that had nothing to look at', () => {
    const { verdict } = anAnalysed();
    const [gate] = verdict.gates;
    const results = [
      { ...gate!, outcome: 'passed' as const, findings: [] },
      { ...gate!, outcome: 'passed' as const },
      {
        ...gate!,
        outcome: 'passed' as const,
        findings: [],
        result: { outcome: 'passed', basis: 'not-applicable', summary: '' } as const,
      },
    ];
    const { gates } = predicateOf(analysed({ verdict: { ...verdict, gates: results } }));
    expect((gates as { result: string }[]).map(({ result }) => result)).toEqual(['PASSED', 'WARNED', 'SKIPPED']);
  });

  it('says that no LLM was asked and that nobody wrote it', () => {
    const entry = analysed({ answers: new Map(), claims: null, author: null, pullNumber: null });
    expect(predicateOf(entry)).toMatchObject({ llm: { used: false }, actors: { author: null }, pullNumber: null });
  });

  it('of an approval of another commit than the merged one says that it does not count', () => {
    const stream = aStream();
    const head = 'a'.repeat(40) as never;
    const reviewer = (login: string, commit: string, isAuthor = false) =>
      ({ login, state: 'APPROVED', commit: commit as never, isAuthor }) as const;
    const reviewers = [reviewer('bo', head), reviewer('cy', 'b'.repeat(40)), reviewer('ada', head, true)];
    const [, merged] = stream.add([
      {
        event: 'merged',
        pullNumber: 7,
        base: 'c'.repeat(40) as never,
        head,
        mergeCommit: 'd'.repeat(40) as never,
        mergedBy: 'bo',
        at: '2026-03-04T05:06:07Z',
        author: { login: 'ada', id: 12, type: 'User' },
        reviewers,
      },
    ]);
    const { actors } = predicateOf(merged!) as { actors: { reviewers: { counts: boolean }[] } };
    expect(actors.reviewers.map(({ counts }) => counts)).toEqual([true, false, false]);
  });
});

describe('a chain', () => {
  it('begins with the key that signs, and links each record to the one before', () => {
    const stream = aStream();
    stream.add([anAnalysed()]);
    stream.add([anAnalysed({ reviewId: 'review-2' })]);
    const [key, first, second] = stream.records.map(predicateOf);
    expect(key).toMatchObject({ seq: 1, prev: null, event: 'key', key: publicKeyOf('first') });
    expect(first).toMatchObject({ seq: 2, prev: `sha256:${stream.records[0]!.digest}` });
    expect(second).toMatchObject({ seq: 3, prev: `sha256:${stream.records[1]!.digest}` });
  });

  it('continues one of the old form: its first signed record is linked to the last unsigned one', () => {
    const last = { seq: 3, digest: 'e'.repeat(64), keyId: null };
    const [key] = aStream('shop/warehouse', last).add([anAnalysed()]);
    expect(predicateOf(key!)).toMatchObject({ seq: 4, prev: `sha256:${'e'.repeat(64)}`, event: 'key' });
  });

  it('says that a new key signs from here on, with the signature of the old one', () => {
    const stream = aStream();
    stream.add([anAnalysed()]);
    const [key, review] = stream.add([anAnalysed({ reviewId: 'review-2' })], aSigner('second', ['first']));
    expect(predicateOf(key!)).toMatchObject({
      event: 'key',
      key: { ...publicKeyOf('second'), handovers: [{ replaces: publicKeyOf('first').keyid }] },
    });
    expect(review?.keyId).toBe(publicKeyOf('second').keyid);
  });

  it('adds nothing for what it has already, and gives the record there is', () => {
    const stream = aStream();
    stream.add([anAnalysed()]);
    const state = {
      last: stream.records.at(-1)!,
      known: new Map(stream.records.map((entry) => [entry.eventKey, entry])),
    };
    const sealing = { repository: 'shop/warehouse', serverUrl: '', time: new Date(), signer: aSigner() };
    expect(extendChain(state, [anAnalysed()], sealing)).toEqual({ added: [], records: [stream.records[1]] });
  });
});
