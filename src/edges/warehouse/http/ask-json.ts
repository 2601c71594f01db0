import { setTimeout as pause } from 'node:timers/promises';
import type { JsonObject } from '#core/base';
import { isJsonObject } from '#core/base';

export interface JsonRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export interface JsonReply {
  readonly status: number;
  /** Empty where the reply is no JSON object. */
  readonly body: JsonObject;
}

/** An answer is one row; what is longer is none. */
const mostBytes = 4_000_000;
/** What says that the request was not taken, or that its answer got lost on the way: to be tried again. */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);

const mostAttempts = 6;

/**
 * One request and its reply. A redirect is not followed, since it would take the credentials along. A reply that only says "later" is
 * given a few more attempts, some seconds in all or as long as it asks for. Throws when there is no reply; the error says nothing that may be shown.
 */
export async function askJson(request: JsonRequest): Promise<JsonReply> {
  let reply = await ask(request);
  for (let attempt = 1; passing.has(reply.status) && attempt < mostAttempts; attempt += 1) {
    await pause(Math.max(50 * 2 ** attempt, reply.waitMilliseconds), undefined, { signal: request.signal });
    reply = await ask(request);
  }
  return { status: reply.status, body: toObject(reply.text) };
}

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly waitMilliseconds: number;
}

async function ask({ method, url, headers = {}, body, signal }: JsonRequest): Promise<Reply> {
  const response = await fetch(url, {
    method,
    headers: { accept: 'application/json', 'user-agent': 'weirkeeper', ...headers },
    ...(body === undefined ? {} : { body }),
    redirect: 'manual',
    signal,
  });
  const waitMilliseconds = Math.min(Number(response.headers.get('retry-after') ?? 0) * 1_000 || 0, 60_000);
  return { status: response.status, text: await textOf(response), waitMilliseconds };
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // The type of a body says nothing of its chunks.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > mostBytes) throw new RangeError('the reply is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function toObject(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** The value at a path of keys and places; null where there is none. */
export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found: unknown = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return null;
    found = (found as Readonly<Record<string | number, unknown>>)[key];
  }
  return found;
}

/** The text at a path; empty where there is none. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** The rows at a path, each an array; null where there is none. */
export function rowsAt(value: unknown, ...path: readonly (string | number)[]): readonly (readonly unknown[])[] | null {
  const found = valueAt(value, ...path);
  const rows = Array.isArray(found) ? found.filter((row): row is readonly unknown[] => Array.isArray(row)) : [];
  return rows.length > 0 ? rows : null;
}
