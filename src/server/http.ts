import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { DeploymentError } from '#core/base';
import { isSignedNonsense } from './check-body.ts';

export const webhookPath = '/api/github/webhooks';
/** GitHub's cap on a payload is 25 MB; what is larger is not GitHub's. */
const largestBody = 25 * 1024 * 1024;
const requestTimeoutMs = 30_000;

/** Probot's middleware. */
export type WebhookMiddleware = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface HttpParts {
  readonly webhooks: WebhookMiddleware;
  readonly webhookSecret: string;
  /** Whether work can be done now. */
  isReady(): Promise<boolean>;
  /** Public keys of the audit log. */
  readKeys(): Promise<unknown>;
  readMetrics(): Promise<{ readonly type: string; readonly text: string }>;
  readonly log: Logger;
}

/** The web server: webhooks, `/healthz` (the process lives), `/readyz` (it can work), 404 for the rest. */
export function createHttpServer(parts: HttpParts): Server {
  const server = createServer((request, response) => {
    answer(request, response, parts).catch((error: unknown) => {
      parts.log.error({ err: error }, 'request failed');
      if (!response.headersSent) reply(response, 500, 'internal error');
    });
  });
  server.requestTimeout = requestTimeoutMs;
  return server;
}

/** Starts listening and gives the server's URL. Throws DeploymentError `port-unusable`. */
export async function listen(server: Server, port: number, host: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const message = `Cannot listen on port ${port} of ${host} (${error.code ?? 'unknown'}). Set PORT or HOST to others, or stop what uses them.`;
      reject(new DeploymentError('port-unusable', message, { port, host, code: error.code ?? null }, error));
    });
    server.listen(port, host, resolve);
  });
  const { address, family, port: actual } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}`;
}

async function answer(request: IncomingMessage, response: ServerResponse, parts: HttpParts): Promise<void> {
  const path = (request.url ?? '').split('?')[0];
  if (path === webhookPath) await passOn(request, response, parts);
  else if (path === '/healthz') reply(response, 200, 'ok');
  else if (path === '/keys') replyJson(response, { keys: await parts.readKeys() });
  else if (path === '/metrics') {
    const { type, text } = await parts.readMetrics();
    response.writeHead(200, { 'content-type': type }).end(text);
  } else if (path !== '/readyz') reply(response, 404, 'not found');
  else if (await parts.isReady()) reply(response, 200, 'ready');
  else reply(response, 503, 'not ready');
}

/** Reads the body with a limit, which the middleware has not, and hands it over as it came: the signature is over its bytes. */
async function passOn(
  request: IncomingMessage,
  response: ServerResponse,
  { webhooks, webhookSecret }: HttpParts,
): Promise<void> {
  if (Number(request.headers['content-length'] ?? 0) > largestBody) {
    reply(response, 413, 'too large');
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Without an honest length nobody of ours is speaking: leaving the loop cuts the connection.
    if (size > largestBody) return;
    chunks.push(chunk);
  }
  const rawBody = Buffer.concat(chunks);
  const signature = request.headers['x-hub-signature-256'];
  if (isSignedNonsense(rawBody, typeof signature === 'string' ? signature : undefined, webhookSecret)) {
    reply(response, 400, 'not a webhook of GitHub');
    return;
  }
  await webhooks(Object.assign(request, { body: {}, rawBody }), response);
}

function replyJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(`${JSON.stringify(body)}\n`);
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}
