/** Any value that JSON can hold. */
export type JsonValue = string | number | boolean | null | JsonArray | JsonObject;
export type JsonArray = readonly JsonValue[];
export type JsonObject = { readonly [key: string]: JsonValue };

/** Whether `value` is a JSON object: not null, not an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Deep equality as Python's `==` on decoded JSON: key order is irrelevant, array order matters,
 * and `true == 1`, `false == 0`. A missing key and `null` differ.
 */
export function jsonEqual(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (isJsonArray(a)) return isJsonArray(b) && a.length === b.length && a.every((item, i) => jsonEqual(item, b[i]));
  if (isJsonObject(a)) return isJsonObject(b) && objectsEqual(a, b);
  return isNumberLike(a) && isNumberLike(b) && Number(a) === Number(b);
}

function objectsEqual(a: JsonObject, b: JsonObject): boolean {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && jsonEqual(a[key], b[key]));
}

function isJsonArray(value: JsonValue | undefined): value is JsonArray {
  return Array.isArray(value);
}

function isNumberLike(value: JsonValue | undefined): value is number | boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}
