import { compareText, InvariantError, type JsonObject, type JsonValue } from '#core/base';

/** Deeper than any record of ours; keeps hostile input from exhausting the stack. */
const maximumDepth = 64;

/**
 * The one way to write a value as JSON, after RFC 8785: keys sorted by UTF-16 code units, no white space, numbers and
 * strings as ECMAScript writes them. Throws InvariantError for a number that JSON cannot hold and for nesting deeper than 64.
 */
export function canonicalJson(value: JsonValue): string {
  return isOrdered(value, 0) ? JSON.stringify(value) : write(value, 0);
}

/** Whether JSON.stringify, which is many times faster, writes the value in the same way; what it would not is left to `write`. */
function isOrdered(value: JsonValue, depth: number): boolean {
  if (depth > maximumDepth) return false;
  if (typeof value === 'number') return Number.isFinite(value);
  if (value === null || typeof value !== 'object') return true;
  if (isArray(value)) return value.every((item) => isOrdered(item, depth + 1));
  let before: string | null = null;
  for (const [key, member] of Object.entries(value)) {
    if ((before !== null && compareText(before, key) >= 0) || !isOrdered(member, depth + 1)) return false;
    before = key;
  }
  return true;
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
