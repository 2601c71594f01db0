import type { JsonValue } from '#core/base';
import { reason } from '#core/base';
import { deepestAllowed, type JsonFault, quote, skipText, type Walk } from './json-bytes.ts';
import type { Parsed } from './project.ts';

/** An artifact as it came: bytes in UTF-8, or text. */
export type ArtifactSource = Uint8Array | string;

/** A walk over the artifact that has not begun, and where it should: after a byte order mark. */
export function walkOf(source: ArtifactSource): { readonly walk: Walk; readonly start: number } {
  const bytes =
    typeof source === 'string' ? Buffer.from(source) : Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return { walk: { bytes, fault: null }, start };
}

/** What an artifact may take in memory once it is decoded, by the estimate of `costOf`. */
export interface MemoryLimit {
  readonly bytes: number;
}

/** 1 GB, where nobody says otherwise. */
export const standardMemory: MemoryLimit = { bytes: 1024 * 1024 * 1024 };

/**
 * What the decoded value of so many bytes, in which so many objects and lists are opened, takes in memory, about, in bytes.
 * Both count: a hostile one may be made of nothing but objects.
 */
export function costOf(bytes: number, opened: number): number {
  return bytes * 1.2 + opened * 64;
}

/** Why an artifact is not decoded any further. */
export function refuseCost(limit: MemoryLimit, name: string): Parsed<never> {
  return refuse(
    'artifact-needs-too-much-memory',
    `${name} needs more than the ${inMegabytes(limit.bytes)} of memory that one artifact may take`,
    'upload artifacts of fewer models, or let whoever runs Weirkeeper raise WEIRKEEPER_REVIEW_MEMORY_MB',
  );
}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / (1024 * 1024))} MB`;
}

/** JSON as its value, Python's `NaN` and `Infinity` read as JSON can say them; undefined when it is not JSON. */
export function decodeJson(text: string): JsonValue | undefined {
  return decodePlain(text) ?? decodePlain(withoutNonFinite(text));
}

/** JSON as its value; undefined when it is not. */
export function decodePlain(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Says no, with the reason. */
export function refuse(
  code: string,
  text: string,
  remedy: string,
): { readonly ok: false; readonly reason: ReturnType<typeof reason> } {
  return { ok: false, reason: reason(code, text, remedy) };
}

/** Why bytes in which a walk met a fault are no artifact. `start` is where it began. */
export function refuseFault({ bytes }: Walk, fault: JsonFault, start: number, name: string): Parsed<never> {
  const { offset, kind } = fault;
  if (kind === 'too-deep')
    return refuse(
      'artifact-too-deep',
      `${name} nests deeper than ${deepestAllowed} levels, at ${placeOf(bytes, offset, start)}`,
      written(name),
    );
  const again = `upload ${name} after dbt has ended, and check that the disk was not full`;
  if (kind === 'ended' && offset >= bytes.length && bytes.toString('utf8', start).trim() === '')
    return refuse('artifact-empty', `${name} is empty`, again);
  const place = placeOf(bytes, offset, start);
  if (kind === 'ended') return refuse('artifact-truncated', `${name} ends in the middle, at ${place}`, again);
  const found = JSON.stringify(bytes.toString('utf8', offset, offset + 48).slice(0, 12));
  return refuse(
    'artifact-not-json',
    `${name} is not JSON: unexpected ${found} at ${place}`,
    `${written(name)}, unchanged`,
  );
}

/** Where a text inside the value that begins at `from` holds what JSON does not allow in one; null when none does. */
export function findTextFault({ bytes }: Walk, from: number, to: number): JsonFault | null {
  const walk: Walk = { bytes, fault: null };
  for (let at = bytes.indexOf(quote, from); at !== -1 && at < to; ) {
    const end = skipText(walk, at);
    const text = bytes.toString('utf8', at, end);
    if (decodePlain(text) === undefined) {
      const good = text.slice(0, goodLength(text));
      return { offset: at + Buffer.byteLength(good), kind: 'not-json' };
    }
    at = bytes.indexOf(quote, end);
  }
  return null;
}

/** How much of a text, its opening quote included, JSON allows. */
function goodLength(text: string): number {
  const good = /[^\\"\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;
  let length = 1;
  do {
    good.lastIndex = length;
    length = good.test(text) ? good.lastIndex : length;
  } while (good.lastIndex > 0);
  return length;
}

function written(name: string): string {
  return `upload the ${name} that dbt wrote`;
}

/** Lines and columns from 1; a column is a UTF-16 unit. */
function placeOf(bytes: Uint8Array, offset: number, start: number): string {
  let line = 1;
  let lineStart = start;
  for (let at = bytes.indexOf(newline, start); at !== -1 && at < offset; at = bytes.indexOf(newline, at + 1)) {
    line++;
    lineStart = at + 1;
  }
  let column = 1;
  for (let at = lineStart; at < offset; at++) {
    const code = bytes[at] ?? 0;
    // Continuation bytes are no unit of their own; what UTF-8 writes in four bytes are two units.
    if (code < 0x80 || code >= 0xc0) column += code >= 0xf0 ? 2 : 1;
  }
  return `line ${line}, column ${column}`;
}

const newline = 10;

/**
 * `text` with Python's `NaN`, `Infinity` and `-Infinity` outside strings made into JSON: null and numbers too large
 * to be finite. dbt writes them for such floats in config and meta (Python's `json.dumps`, `allow_nan`).
 */
function withoutNonFinite(text: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') {
      at = endOfString(text, at);
      continue;
    }
    const word = char === 'N' ? 'NaN' : char === 'I' ? 'Infinity' : '';
    if (word === '' || !text.startsWith(word, at)) continue;
    pieces.push(text.slice(from, at), word === 'NaN' ? 'null' : '1e999');
    from = at + word.length;
    at = from - 1;
  }
  pieces.push(text.slice(from));
  return pieces.join('');
}

/** Offset of the closing quote of the string that begins at `start`, which ends. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  for (; end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charAt(end - 1 - slashes) === '\\') slashes++;
    if (slashes % 2 === 0) break;
  }
  return end === -1 ? text.length : end;
}
