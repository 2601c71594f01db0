import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The storage host that GitHub redirects downloads to: another origin, links that live briefly. */
export interface BlobServer {
  /** A link to the content, good until `seconds` have passed by the double's clock. */
  readonly link: (content: Buffer, contentType: string, seconds: number) => string;
  readonly origin: () => string;
  readonly close: () => Promise<void>;
  /** Requests that carried an Authorization header, which must not leave GitHub's origin. */
  readonly leakedCredentials: () => number;
}

interface Blob {
  readonly content: Buffer;
  readonly contentType: string;
  readonly expiresAt: number;
}

export async function startBlobServer(now: () => number, name: () => string): Promise<BlobServer> {
  const blobs = new Map<string, Blob>();
  let leaks = 0;
  const server = createServer((request, response) => {
    if (request.headers.authorization !== undefined) {
      leaks += 1;
      refuse(
        response,
        400,
        'InvalidAuthenticationInfo',
        'Authentication information is not given in the correct format.',
      );
      return;
    }
    answer(request, response, blobs, now());
  });
  await listen(server);
  const origin = (): string => originOf(server);
  return {
    origin,
    link: (content, contentType, seconds) => {
      const path = `/blobs/${name()}`;
      blobs.set(path, { content, contentType, expiresAt: now() + seconds * 1000 });
      return `${origin()}${path}?sig=${name()}`;
    },
    leakedCredentials: () => leaks,
    close: () => closeServer(server),
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  blobs: ReadonlyMap<string, Blob>,
  now: number,
): void {
  const blob = blobs.get((request.url ?? '').split('?')[0] ?? '');
  if (blob === undefined) {
    refuse(response, 404, 'BlobNotFound', 'The specified blob does not exist.');
    return;
  }
  if (blob.expiresAt <= now) {
    refuse(response, 403, 'AuthenticationFailed', 'Signature not valid in the specified time frame.');
    return;
  }
  response.writeHead(200, { 'content-type': blob.contentType, 'content-length': blob.content.length });
  response.end(blob.content);
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

/** Listens on a free loopback port. */
export function listen(server: Server): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    resolve(undefined);
  });
  return promise;
}

export function originOf(server: Server): string {
  const address = server.address() as AddressInfo;
  return `http://127.0.0.1:${String(address.port)}`;
}

export function closeServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.close(() => {
    resolve(undefined);
  });
  server.closeAllConnections();
  return promise;
}
