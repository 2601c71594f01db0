import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import type { ClaimsQuestion } from '#core/evidence';
import { noLlm, openAiSource } from '#edges/llm';

const SERVER = 'http://llm.test';
const question: ClaimsQuestion = {
  kind: 'claims',
  key: 'claims',
  system: 'review',
  prompt: 'facts',
  answerSchema: { type: 'object' },
};

function source(deadlineMs = 5_000) {
  return openAiSource({ baseUrl: `${SERVER}/v1`, apiKey: 'sk-canary-key', model: 'local-model', deadlineMs });
}

function completion(message: object, finish = 'stop') {
  return {
    id: 'c1',
    object: 'chat.completion',
    model: 'local-model-2026-05',
    choices: [{ index: 0, finish_reason: finish, message: { role: 'assistant', ...message } }],
    usage: { prompt_tokens: 11, completion_tokens: 3, total_tokens: 14 },
  };
}

beforeEach(() => {
  nock.disableNetConnect();
});

afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});
// It stands between every socket of this process and the net, those of later spec files too.
afterAll(() => nock.restore());

describe('an OpenAI-compatible server', () => {
  it('is not believed when it repeats the key', async () => {
    nock(SERVER)
      .post('/v1/chat/completions')
      .reply(200, completion({ content: '{"claims":["sk-canary-key"]}' }));
    const answer = await source().answer(question);
    expect(answer).toMatchObject({ known: false, reason: { code: 'llm-malformed' } });
    expect(JSON.stringify(answer)).not.toContain('sk-canary');
  });

  it('cannot send the question or the key elsewhere by a redirect', async () => {
    nock(SERVER).post('/v1/chat/completions').times(2).reply(307, '', { location: 'http://169.254.169.254/latest' });
    const elsewhere = nock('http://169.254.169.254')
      .post('/latest')
      .reply(200, completion({ content: 'x' }));
    expect(await source().answer(question)).toEqual({
      known: false,
      reason: {
        code: 'llm-error',
        text: 'the LLM server answered 307',
        remedy: 'redirects are not followed: check OPENAI_BASE_URL',
      },
    });
    expect(elsewhere.isDone()).toBe(false);
  });

  it('is asked with a strict schema and no tools, and its text is passed on with digests and tokens', async () => {
    let body: Record<string, unknown> = {};
    nock(SERVER)
      .post('/v1/chat/completions', (sent: Record<string, unknown>) => {
        body = sent;
        return true;
      })
      .reply(200, completion({ content: '{"claims":[]}' }));
    const answer = await source().answer(question);
    expect(answer).toMatchObject({
      known: true,
      text: '{"claims":[]}',
      model: 'local-model-2026-05',
      tokens: { prompt: 11, completion: 3 },
    });
    expect(body['response_format']).toMatchObject({ type: 'json_schema', json_schema: { strict: true } });
    expect(body['tools']).toBeUndefined();
  });

  it('has two digests of what it was told: of the whole, and of the part that every question shares', async () => {
    const digests = async (changes: Partial<typeof question>) => {
      reply(200, completion({ content: '{"claims":[]}' }));
      const answer = await source().answer({ ...question, ...changes });
      if (!answer.known || answer.kind !== 'claims') throw new Error('there is no answer');
      return { whole: answer.promptDigest, shared: answer.templateDigest };
    };
    const first = await digests({});
    const otherFacts = await digests({ prompt: 'other facts' });
    const otherRules = await digests({ system: 'other instructions' });
    const otherForm = await digests({ answerSchema: { type: 'array' } });
    expect(otherFacts.shared).toBe(first.shared);
    expect(otherFacts.whole).not.toBe(first.whole);
    expect(new Set([first, otherRules, otherForm].map(({ shared }) => shared)).size).toBe(3);
  });

  const failures: readonly (readonly [what: string, reply: () => void, code: string])[] = [
    ['a refusal', () => reply(200, completion({ content: null, refusal: 'no' })), 'llm-refused'],
    ['a reply that was cut off', () => reply(200, completion({ content: '{"cla' }, 'length')), 'llm-cut-off'],
    ['an empty reply', () => reply(200, completion({ content: '' })), 'llm-empty'],
    ['a wrong key', () => reply(401, { error: { message: 'bad key sk-canary-key' } }), 'llm-error'],
    ['a server error', () => reply(500, { error: { message: 'facts' } }, 2), 'llm-error'],
    ['an answer that is not a completion', () => reply(200, { hello: 1 }), 'llm-malformed'],
    [
      'a closed connection',
      () => nock(SERVER).post('/v1/chat/completions').times(2).replyWithError('socket hang up'),
      'llm-unreachable',
    ],
  ];
  it.each(failures)(
    '%s is an answer with a reason, and nothing of the exchange is in it',
    async (_what, arrange, code) => {
      arrange();
      const answer = await source().answer(question);
      expect(answer).toMatchObject({ known: false, reason: { code } });
      expect(JSON.stringify(answer)).not.toMatch(/canary|facts/);
    },
  );

  it('is given up at the deadline, retries included', async () => {
    nock.restore();
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const slow = openAiSource({ baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: 'k', model: 'm', deadlineMs: 150 });
    expect(await slow.answer(question)).toMatchObject({ known: false, reason: { code: 'llm-time-out' } });
    silent.closeAllConnections();
    silent.close();
    nock.activate();
  });
});

describe('without a key', () => {
  it('says so, and how to configure one', async () => {
    expect(await noLlm().answer(question)).toMatchObject({
      known: false,
      reason: { code: 'no-llm', text: 'no LLM is configured' },
    });
  });
});

function reply(status: number, body: object, times = 1): void {
  nock(SERVER).post('/v1/chat/completions').times(times).reply(status, body);
}
