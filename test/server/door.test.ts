import { describe, expect, it } from '@jest/globals';
import { QuestionShape, rowCountQuestion } from '#core/evidence';
import type { LineageCache } from '#review';
import { createDoor } from '../../src/server/reviewer/door.ts';
import { readMessage } from '../../src/server/reviewer/messages.ts';
import { trustedCache, trustOf } from '../../src/server/reviewer/trust.ts';
import { workflowOf } from '../edges/artifacts/stage.ts';
import { aRequest, aWorld, BASE, countsFrom, HEAD } from '../support/review-ports.ts';

/** The process that reads hostile files, taken over by one of them: it may ask anything. */

const victim = aRequest({ repository: 'victim/dbt', installationId: 2, pullNumber: 1 });

function aDoor() {
  const asked: unknown[] = [];
  const world = aWorld({ evidence: [countsFrom({ 'head:orders': 3 })] });
  const { publisher } = world.ports;
  const noted: typeof publisher = {
    withdraw: (...about) => publisher.withdraw(...about),
    readCheckRuns: (...about) => publisher.readCheckRuns(...about),
    announce: (request, names) => (asked.push(request), publisher.announce(request, names)),
    publish: (request, ...rest) => (asked.push(request), publisher.publish(request, ...rest)),
  };
  const door = createDoor(aRequest(), { ...world.ports, publisher: noted }, workflowOf([]));
  const ask: typeof door.ask = (...call) => door.ask(...call);
  return { ask, asked, world };
}

const publication = { checkRuns: [], comment: 'hello', inlineComments: [], labels: { add: [], remove: [] } };
const aCheckRun = {
  name: 'weirkeeper',
  status: 'completed',
  conclusion: 'success',
  title: '',
  summary: '',
  text: '',
  annotations: [],
};
const analysed = { event: 'analysed', reviewId: 'review-1', pullNumber: 7, change: { head: HEAD } };
const profile = {
  key: 'k',
  kind: 'failing-rows',
  side: 'head',
  uniqueId: 'model.shop.orders',
  relation: '"a"."b"."c"',
};

describe('a process that was taken over', () => {
  it('speaks of its own pull request whatever it says', async () => {
    const { ask, asked, world } = aDoor();
    await ask('publisher', 'publish', [victim, publication, []]);
    await ask('publisher', 'announce', [victim, ['weirkeeper']]);
    expect(asked).toEqual([aRequest(), aRequest()]);
    expect(world.published.map(({ request }) => request)).toEqual([aRequest()]);
  });

  it.each<[string, string, string, readonly unknown[]]>([
    ['a method of no port', 'publisher', 'approve', [victim]],
    ['a method of every object', 'publisher', 'constructor', [victim]],
    ['a port there is not', '__proto__', 'publish', [victim]],
    ['a source there is not', 'evidence 1', 'answer', [rowCountQuestion]],
    ['a path made of objects', 'pullRequests', 'readFile', [victim, { toString: 1 }, BASE]],
    ['a commit that is a branch', 'pullRequests', 'readFile', [victim, 'secrets.yml', 'main']],
    ['a download without end', 'workflowArtifacts', 'downloadArtifact', [victim, 1, 1e15]],
    [
      "another app's check run",
      'publisher',
      'publish',
      [victim, { ...publication, checkRuns: [{ ...aCheckRun, name: 'ci' }] }, []],
    ],
    ['an event of people', 'recorder', 'record', [victim, [{ event: 'merged', pullNumber: 7 }]]],
    ['a key of its own', 'recorder', 'record', [victim, [{ event: 'key', key: {}, handovers: [] }]]],
    ["another pull request's review", 'recorder', 'record', [victim, [{ ...analysed, pullNumber: 8 }]]],
    ["another head's review", 'recorder', 'record', [victim, [{ ...analysed, change: { head: BASE } }]]],
    [
      'SQL for a type',
      'evidence 0',
      'answer',
      [
        {
          ...profile,
          condition: { kind: 'cast', type: 'int); drop table t', operand: { kind: 'word', value: 'null' } },
        },
      ],
    ],
    [
      'SQL for a function',
      'evidence 0',
      'answer',
      [{ ...profile, condition: { kind: 'call', name: 'pg_sleep', operands: [] } }],
    ],
    ['SQL for a number', 'evidence 0', 'answer', [{ ...profile, condition: { kind: 'number', value: '1 or 1=1' } }]],
  ])('is refused %s', async (_, port, method, args) => {
    const { ask, world } = aDoor();
    await expect(ask(port, method, args)).rejects.toMatchObject({ code: 'not-for-a-review' });
    expect(world.effects).toEqual([]);
  });

  it('is answered no more after ten thousand questions', async () => {
    const { ask } = aDoor();
    for (let at = 0; at < 10_000; at++) await ask('pullRequests', 'readHeadSha', [victim]);
    await expect(ask('pullRequests', 'readHeadSha', [victim])).rejects.toMatchObject({ code: 'not-for-a-review' });
  });

  it.each([
    ['no object', 7],
    ['of no kind', { kind: 'shutdown' }],
    ['with more than it needs', { kind: 'call', id: 1, port: 'memory', method: 'recall', args: [], also: 1 }],
    ['of a stage that would be a metric of its own', { kind: 'stage', name: 'x', details: {} }],
    [
      'of a gate with a name of many words',
      {
        kind: 'reviewed',
        peakMb: 1,
        summary: { outcome: 'passed', rung: 'T0', gates: [{ gateId: 'a b', outcome: 'passed' }], claims: null },
      },
    ],
  ])('is ended for a message %s', (_, message) => {
    expect(readMessage(message)).toBeNull();
  });
});

describe('what a review keeps of SQL', () => {
  const kept = new Map<string, Uint8Array>();
  const cache: LineageCache = {
    get: (keys) => Promise.resolve(new Map([...kept].filter(([key]) => keys.includes(key)))),
    put: async (entries) => entries.forEach((content, key) => void kept.set(key, content)),
  };
  const of = (request: ReturnType<typeof aRequest>, fromFork: boolean) =>
    trustedCache(cache, trustOf(request, fromFork));

  it('is read by the reviews of its repository alone, and what a fork wrote by those of its pull request', async () => {
    await of(aRequest(), false).put(new Map([['key', Buffer.of(1)]]));
    await of(aRequest(), true).put(new Map([['forked', Buffer.of(2)]]));
    const seen = async (request: ReturnType<typeof aRequest>, fromFork: boolean) => [
      ...(await of(request, fromFork).get(['key', 'forked'])).keys(),
    ];
    expect(await seen(aRequest({ pullNumber: 8 }), false)).toEqual(['key']);
    expect(await seen(aRequest(), true)).toEqual(['forked']);
    expect(await seen(aRequest({ pullNumber: 8 }), true)).toEqual([]);
    expect(await seen(aRequest({ repository: 'victim/dbt' }), false)).toEqual([]);
    expect(await seen(aRequest({ installationId: 2 }), false)).toEqual([]);
  });
});

describe('a question', () => {
  it('that a gate asks has the shape of one', () => {
    const question = {
      key: 'k',
      kind: 'failing-rows',
      side: 'head',
      uniqueId: 'model.shop.orders',
      relation: '"a"."b"."c"',
    };
    const column = { kind: 'column', column: { name: 'status', quoted: false } };
    const condition = { kind: 'operator', name: '<>', operands: [column, { kind: 'text', value: 'void' }] };
    expect(QuestionShape.safeParse({ ...question, condition }).success).toBe(true);
  });
});
