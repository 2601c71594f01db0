import type { JsonValue } from '#core/base';
import { isJsonObject, jsonEqual } from '#core/base';

/**
 * Equality of values that dbt reads into typed objects before it compares them: as Python's `==`, but a missing field
 * and `null` are the same.
 */
export function typedEqual(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  const left = a ?? null;
  const right = b ?? null;
  if (isJsonObject(left) && isJsonObject(right)) {
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...keys].every((key) => typedEqual(ownValue(left, key), ownValue(right, key)));
  }
  if (isList(left) && isList(right))
    return left.length === right.length && left.every((item, i) => typedEqual(item, right[i]));
  return jsonEqual(left, right);
}

/** Equality that takes what is missing, null, an empty list and an empty object for one, also inside. */
export function sameButForEmpty(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return jsonEqual(withoutEmpty(a ?? null), withoutEmpty(b ?? null));
}

function withoutEmpty(value: JsonValue): JsonValue {
  if (isList(value)) return value.length === 0 ? null : value.map(withoutEmpty);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, withoutEmpty(inner)] as const);
  const kept = entries.filter(([, inner]) => inner !== null);
  return kept.length === 0 ? null : Object.fromEntries(kept);
}

/** `object[key]` where the key comes from an artifact and may be the name of an inherited property. */
export function ownValue(object: { readonly [key: string]: JsonValue }, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
