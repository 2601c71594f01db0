import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came. */
export interface Seen {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The text where it is JSON. */
  readonly json: Readonly<Record<string, unknown>>;
}

export interface Told {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A service on this machine. */
export interface HttpDouble {
  readonly url: string;
  readonly seen: Seen[];
  /** Replies to the next requests, in the place of the service's own. `never` is none at all. */
  readonly instead: (Told | 'never')[];
  close(): Promise<void>;
}

/** Starts a service that answers as told, and writes down what it was asked. */
export async function startDouble(answer: (request: Seen) => Told | Promise<Told>): Promise<HttpDouble> {
  const seen: Seen[] = [];
  const instead: (Told | 'never')[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const one = await toSeen(request);
      seen.push(one);
      const told = instead.shift() ?? (await answer(one));
      if (told === 'never') return;
      response.writeHead(told.status, { 'content-type': 'application/json', ...told.headers });
      response.end(typeof told.body === 'string' ? told.body : JSON.stringify(told.body ?? {}));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    instead,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function toSeen(request: IncomingMessage): Promise<Seen> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const { method = '', url: path = '', headers } = request;
  return { method, path, headers, text, json: toJson(text) };
}

function toJson(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
