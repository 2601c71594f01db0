import { compareText, InvariantError, type JsonObject, type JsonValue } from '#core/base';

/** Deeper than any record of ours; keeps hostile input from exhausting the stack. */
const maximumDepth = 64;

/**
 * The one way to write a value as JSON, after RFC 8785: keys sorted by UTF-16 code units, no white space, numbers and
 * strings as ECMAScript writes them. Throws InvariantError for a number that JSON cannot hold and for nesting deeper than 64.
 */
export function canonicalJson(value: JsonValue): string {
  return write(value, 0);
}

function write(value: JsonValue, depth: number): string {
  if (depth > maximumDepth) throw new InvariantError('json-too-deep', `JSON is nested deeper than ${maximumDepth}`);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new InvariantError('json-not-a-number', `JSON cannot hold the number ${value}`);
  }
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(',')}]`;
  return `{${writeMembers(value, depth + 1).join(',')}}`;
}

function writeMembers(object: JsonObject, depth: number): readonly string[] {
  return Object.entries(object)
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, value]) => `${JSON.stringify(key)}:${write(value, depth)}`);
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
