import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type AuditEvent,
  checkpointLine,
  type MergeFacts,
  mergeFacts,
  nothingObserved,
  outcomeByContent,
  outcomeByPull,
  outcomeEvent,
  outcomesByCommits,
  overriddenBy,
  sha256,
} from '#core/audit';
import { reason, toSha } from '#core/base';
import type { PullRequest } from '#core/change';
import { defaultPolicy } from '#core/policy';
import { detectAssistance } from '#core/provenance';
import { anAnalysed, aSigner, aStream } from '../../support/audit.ts';
import { aPullRequest } from '../../support/changes.ts';

/** A record tells who by GitHub login alone, and nothing in anybody's own words. */

const head = toSha('b'.repeat(40));
const later = toSha('d'.repeat(40));

/** A pull request in which everything that a person writes is this text. */
function inWords(text: string, words: Partial<PullRequest> = {}): PullRequest {
  const person = { authorName: text, authorEmail: `${text}@home`, committerName: text, committerEmail: `${text}@home` };
  const message = `${text}\n\nCo-Authored-By: Claude <noreply@anthropic.com>\nSigned-off-by: ${text} <${text}@home>`;
  const patch = `@@ -1 +1,2 @@\n-select '${text}'\n+select '${text}', 1\n+where x = '${text}'`;
  return {
    ...aPullRequest(),
    title: text,
    body: text,
    headRef: text,
    labels: [text],
    commits: [{ sha: head, message, ...person, authorLogin: 'ann', committerLogin: 'ann' }],
    changedFiles: [{ path: 'models/orders.sql', previousPath: null, status: 'modified', patch }],
    ...words,
  };
}

function merge(text: string, number: number, words: Partial<PullRequest> = {}): MergeFacts {
  const pull = inWords(text, { number, headSha: head, ...words });
  const blobs = (name: string) => new Map([['models/orders.sql', name]]);
  const mergedAt = `2026-03-0${String(number)}T12:00:00Z`;
  return mergeFacts(
    { pull, mergeCommit: number === 1 ? head : later, mergedAt, landed: [], before: blobs('old'), after: blobs('new') },
    14,
  );
}

/** Every kind of event, made from a world in which all texts are this one. */
function eventsIn(text: string): Readonly<Record<AuditEvent['event'], readonly AuditEvent[]>> {
  const pull = inWords(text);
  const assistance = { ...detectAssistance(pull), note: reason('x', text, text) };
  const told = anAnalysed();
  const [answer] = [...told.answers.values()].filter((item) => item.known && item.kind === 'claims');
  const gates = told.verdict.gates.map((gate) => ({
    ...gate,
    title: text,
    summary: text,
    reason: gate.reason && reason(gate.reason.code, text, text),
    findings: gate.findings.map((finding) => ({
      ...finding,
      text,
      matters: text,
      safeIf: text,
      data: { model: text },
      downstream: [],
    })),
  }));
  const analysed = anAnalysed({
    assistance,
    verdict: { ...told.verdict, reasons: [text], gates },
    answers: new Map([
      ['unanswered', { known: false, reason: reason('warehouse-unreachable', text, text) }],
      ['claims', { ...answer, text, promptDigest: sha256(text) } as never],
    ]),
  });
  const merged = {
    event: 'merged',
    pullNumber: 7,
    base: head,
    head,
    mergeCommit: head,
    mergedBy: 'cy',
    at: '2026-03-04T05:06:07Z',
    author: pull.author,
    reviewers: [{ login: 'bo', state: 'APPROVED', commit: head, isAuthor: false }],
  } as const satisfies AuditEvent;
  const labels = { ...defaultPolicy.labels, senior: text };
  const at = { label: text, login: 'dee', at: merged.at };
  const overridden = overriddenBy(merged, {
    review: { digest: '1'.repeat(64), record: aStream().add([analysed])[1]?.record ?? '' },
    enforcing: true,
    labelEvents: [
      { ...at, action: 'added', by: 'app' },
      { ...at, action: 'removed', by: 'person' },
    ],
    labels,
    isRequired: () => true,
  });
  if (overridden?.overrides.length !== 2) throw new Error('the scene has no gate or no label that was overridden');
  const earlier = merge(text, 1);
  const found = [
    outcomeByPull(earlier, merge(text, 2, { body: `Reverts #1\n${text}` })),
    outcomeByPull(earlier, merge(text, 2, { title: `fix ${text}`, labels: ['bug'] })),
    outcomeByPull(earlier, merge(text, 2, { title: `Revert "${text.trim()}"` })),
    ...outcomesByCommits(earlier, [{ sha: later, message: `${text}\n\nThis reverts commit ${head}.` }]),
    outcomeByContent(earlier, later, new Map([['models/orders.sql', 'old']])),
    nothingObserved(earlier),
  ];
  const outcomes = found.flatMap((one) => (one === null ? [] : [outcomeEvent(earlier, one)]));
  const { keyid, publicKey } = aSigner('second');
  return {
    opened: [{ event: 'opened', pullNumber: 7, base: head, head, author: pull.author, assistance }],
    analysed: [analysed],
    'deep-reviewed': [{ ...analysed, event: 'deep-reviewed' }],
    overridden: [overridden],
    merged: [merged],
    outcome: outcomes,
    key: [{ event: 'key', key: { keyid, publicKey }, handovers: [] }],
  };
}

/** Words of a person: an address, a name, a sentence; none of them a word that a record holds anyway. */
const words = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .map((text) => `CANARY ${text.replace(/[\r\n]/g, ' ')} Ada Lovelace ada@home.example`);

describe('a record of any event', () => {
  it('holds nothing in anybody’s words, no name and no address', () => {
    fc.assert(
      fc.property(words, (text) => {
        for (const [event, events] of Object.entries(eventsIn(text))) {
          expect([event, events.length > 0]).toEqual([event, true]);
          const lines = aStream()
            .add(events)
            .map(({ record }) => record);
          for (const line of lines)
            expect([event, line]).toEqual([event, expect.not.stringMatching(/CANARY|Lovelace|ada@home/)]);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('holds the same words as the same HMAC, which says nothing without the key, and no digest that could be guessed', () => {
    const text = 'Co-Authored-By: Claude <noreply@anthropic.com>';
    const recordsOf = (hmac: (text: string) => string) =>
      Object.values(eventsIn('a prompt')).flatMap((events) =>
        aStream()
          .add(events, { ...aSigner(), hmac })
          .map(({ record }) => record),
      );
    const own = recordsOf((item) => aSigner().hmac(item)).join('\n');
    expect(own).toContain(aSigner().hmac(sha256('a prompt')));
    expect(own).toContain(aSigner().hmac(text));
    for (const guess of ['a prompt', text]) expect(own).not.toContain(sha256(guess));
    expect(recordsOf(() => 'destroyed').join('\n')).not.toContain(aSigner().hmac(text));
  });

  it('tells who by login and number alone', () => {
    const accounts = JSON.stringify(
      Object.values(eventsIn('x')).map((events) =>
        aStream()
          .add(events)
          .map(({ record }) => record),
      ),
    );
    expect([...accounts.matchAll(/\\"(?:login|by)\\":\\"([^"\\]+)/g)].map(([, login]) => login)).toEqual(
      expect.arrayContaining(['ann', 'ada', 'bo', 'cy', 'dee']),
    );
    expect(accounts).not.toMatch(/"email|"name\\":\\"(?!git\+|head\/|base\/|signing key)/);
  });
});

it('a checkpoint holds a name of a repository, figures and digests, and nothing else', () => {
  const head = {
    repository: 'shop/warehouse',
    size: 3,
    root: '1'.repeat(64),
    last: '2'.repeat(64),
    time: '2026-03-05T00:00:00.000Z',
  };
  const { payload } = JSON.parse(checkpointLine(head, aSigner())) as { payload: string };
  expect(JSON.parse(Buffer.from(payload, 'base64').toString())).toEqual(head);
});
