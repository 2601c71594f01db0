import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { authorize, identify } from './auth.ts';
import { ApiError, errorBody, notFound } from './errors.ts';
import type { Fault, Faults } from './faults.ts';
import { isJson, type Json } from './json.ts';
import type { RateLimit } from './rate-limit.ts';
import type { RequestEntry } from './state.ts';
import type { Identity, Reply, Route, World } from './world.ts';

export interface ServerParts {
  readonly world: World;
  readonly routes: readonly Route[];
  readonly faults: Faults;
  readonly rateLimit: RateLimit;
  readonly onRequest: (entry: RequestEntry) => void;
}

/** The HTTP side: logs, faults, rate limit, authentication, routing, conditional answers. */
export function createApiServer(parts: () => ServerParts): Server {
  return createServer((request, response) => {
    void serve(parts(), request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
}

async function serve(parts: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://double');
  // Clients set up for an Enterprise Server put a prefix before every path.
  const path = url.pathname.replace(/^\/api\/v3(?=\/)/, '').replace(/^\/api(?=\/graphql)/, '');
  const method = request.method ?? 'GET';
  const shown = readable(path);
  const entry: RequestEntry = { method, path: shown, as: callerOf(request), status: 0, fault: false };
  parts.world.state.requests.push(entry);
  const text = await readBody(request);
  const fault = parts.faults.take(method, shown);
  if (fault?.delayMs !== undefined) {
    await sleep(fault.delayMs);
  }
  const harmful = fault !== null && (fault.status !== undefined || fault.dropConnection === true);
  entry.fault = harmful;
  let reply: Reply;
  if (harmful && fault.takesEffect !== true) {
    reply = faultReply(fault);
  } else {
    const real = await replyTo(parts, { request, method, path, query: url.searchParams, text });
    reply = harmful ? faultReply(fault) : real;
  }
  if (fault?.stallMs !== undefined) {
    await sleep(fault.stallMs);
  }
  entry.status = fault?.dropConnection === true ? 0 : reply.status;
  parts.onRequest(entry);
  if (fault?.dropConnection === true) {
    request.socket.destroy();
    return;
  }
  send(parts, request, response, reply);
}

interface Incoming {
  readonly request: IncomingMessage;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly text: string;
}

async function replyTo(parts: ServerParts, incoming: Incoming): Promise<Reply> {
  const { world, rateLimit } = parts;
  let docs: string | null = null;
  try {
    rateLimit.spend(world.app.installationId);
    const identity: Identity = identify(world, incoming.request.headers.authorization);
    const match = findRoute(parts.routes, incoming.method, incoming.path);
    if (match === null) {
      throw notFound();
    }
    docs = match.route.docs;
    authorize(match.route, identity);
    return await match.route.run({
      world,
      identity,
      path: incoming.path,
      params: match.params,
      query: incoming.query,
      accept: incoming.request.headers.accept ?? '',
      body: parseBody(incoming.text),
    });
  } catch (error) {
    if (error instanceof ApiError) {
      return { status: error.status, headers: error.headers, body: errorBody(error, docs) };
    }
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { status: 500, body: { message: `The double itself failed: ${told}` } };
  }
}

function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly params: Readonly<Record<string, string>> } | null {
  for (const route of routes) {
    const params = route.method === method ? matchPath(route.path, path) : null;
    if (params !== null) {
      return { route, params };
    }
  }
  return null;
}

/** Matches `/a/:name/*rest` against a raw path; segments are decoded after the split. */
function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    if (part.startsWith('*')) {
      params[part.slice(1)] = decode(given.slice(index).join('/'));
      return params;
    }
    const segment = given[index];
    if (segment === undefined) {
      return null;
    }
    if (part.startsWith(':')) {
      params[part.slice(1)] = decode(segment);
    } else if (part !== segment) {
      return null;
    }
  }
  return wanted.length === given.length ? params : null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ApiError(400, 'Bad Request');
  }
}

/** The path for the log and for faults: decoded where it can be. */
function readable(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function parseBody(text: string): Json {
  if (text.trim() === '') {
    return {};
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ApiError(400, 'Problems parsing JSON');
  }
  if (Array.isArray(value)) {
    return { labels: value };
  }
  if (!isJson(value)) {
    throw new ApiError(400, 'Body should be a JSON object');
  }
  return value;
}

function faultReply(fault: Fault): Reply {
  const status = fault.status ?? 500;
  return { status, headers: fault.headers ?? {}, body: fault.body ?? { message: faultMessage(status) } };
}

function faultMessage(status: number): string {
  const messages: Readonly<Record<number, string>> = {
    500: 'Server Error',
    502: 'Server Error',
    503: 'Service Unavailable',
  };
  return messages[status] ?? `Injected fault ${String(status)}`;
}

function send(parts: ServerParts, request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const raw = Buffer.isBuffer(reply.body);
  const content = raw ? reply.body : Buffer.from(reply.body === undefined ? '' : JSON.stringify(reply.body));
  const etag = `W/"${createHash('sha256').update(content).digest('hex')}"`;
  const headers: Record<string, string> = {
    date: new Date(parts.world.now()).toUTCString(),
    'x-github-request-id': `${String(parts.world.state.requests.length)}:double`,
    'x-github-media-type': 'github.v3; format=json',
    ...(content.length > 0 && !raw ? { 'content-type': 'application/json; charset=utf-8' } : {}),
    ...(request.method === 'GET' && reply.status === 200 ? { etag } : {}),
  };
  let status = reply.status;
  if (headers['etag'] !== undefined && request.headers['if-none-match'] === etag) {
    status = 304;
    parts.rateLimit.refund();
  }
  Object.assign(headers, parts.rateLimit.headers(), reply.headers);
  response.writeHead(status, headers);
  response.end(status === 304 || status === 204 ? undefined : content);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

function callerOf(request: IncomingMessage): RequestEntry['as'] {
  const header = request.headers.authorization;
  if (header === undefined) {
    return 'anonymous';
  }
  return header.includes('ghs_') ? 'installation' : 'app';
}
