import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An OpenAI-compatible server on loopback that answers every question with the same text. */
export interface LlmDouble {
  /** For OPENAI_BASE_URL. */
  readonly baseUrl: string;
  /** Bodies of the requests, as text, in order of arrival. */
  readonly requests: readonly string[];
  readonly close: () => Promise<void>;
}

/** Starts the server. `reply` is the text of the assistant's message, or makes it of the request's Authorization header. */
export async function startLlmDouble(reply: string | ((authorization: string) => string)): Promise<LlmDouble> {
  const requests: string[] = [];
  const replyTo = ({ headers }: IncomingMessage) =>
    typeof reply === 'string' ? reply : reply(headers.authorization ?? '');
  const server = createServer((request, response) => {
    void readText(request).then((text) => {
      requests.push(text);
      const found = request.method === 'POST' && request.url === '/v1/chat/completions';
      response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
      response.end(found ? JSON.stringify(completion(replyTo(request))) : '{}');
    });
  });
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.listen(0, '127.0.0.1', () => {
    resolve(undefined);
  });
  await promise;
  return {
    baseUrl: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1`,
    requests,
    close: async () => {
      const closed = Promise.withResolvers<undefined>();
      server.close(() => {
        closed.resolve(undefined);
      });
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

function completion(content: string): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_790_000_000,
    model: 'local-model-2026-05',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content, refusal: null } }],
    usage: { prompt_tokens: 1_200, completion_tokens: 80, total_tokens: 1_280 },
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
