import type { JsonObject, JsonValue } from '#core/base';
import { isJsonObject } from '#core/base';

/** An object of an artifact, where it stands, and the list to which every fault is added as one phrase. */
export interface Fields {
  readonly object: JsonObject;
  readonly place: Place | null;
  readonly faults: string[];
}

/** A key of the object at another place; null is the artifact itself. Put into words only for a fault. */
export interface Place {
  readonly outer: Place | null;
  readonly key: string | number;
}

/** Nothing: what a missing object is read as. */
export const emptyObject: JsonObject = Object.freeze({});

/** `key` as text; `fallback` when it is missing or null. */
export function textAt<Fallback>(fields: Fields, key: string, fallback: Fallback): string | Fallback {
  const value = fields.object[key] ?? null;
  if (typeof value === 'string') return value;
  if (value !== null) addFault(fields, key, 'text', value);
  return fallback;
}

/** `key` as an object; an empty one when it is missing or null. */
export function objectAt(fields: Fields, key: string): JsonObject {
  const value = fields.object[key] ?? null;
  if (isJsonObject(value)) return value;
  if (value !== null) addFault(fields, key, 'an object', value);
  return emptyObject;
}

/** `key` as the fields of an object; of an empty one when it is missing or null. */
export function fieldsAt(fields: Fields, key: string): Fields {
  return { object: objectAt(fields, key), place: { outer: fields.place, key }, faults: fields.faults };
}

/** The entries of `key`, each of which must be an object; none when it is missing or null. */
export function entriesAt(fields: Fields, key: string): readonly (readonly [string, Fields])[] {
  const inner = fieldsAt(fields, key);
  const entries: (readonly [string, Fields])[] = [];
  for (const [name, value] of Object.entries(inner.object)) {
    const entry = asEntry(inner, name, value);
    if (entry !== null) entries.push([name, entry]);
  }
  return entries;
}

/** The value of `key` as the fields of an object; null, and a fault, when it is none. */
export function asEntry(fields: Fields, key: string, value: JsonValue): Fields | null {
  if (isJsonObject(value)) return { object: value, place: { outer: fields.place, key }, faults: fields.faults };
  addFault(fields, key, 'an object', value);
  return null;
}

/** The items of the list `key`, each of which must be an object; none when it is missing or null. */
export function objectsAt(fields: Fields, key: string): readonly Fields[] {
  const value = fields.object[key] ?? null;
  if (value !== null && !Array.isArray(value)) addFault(fields, key, 'a list', value);
  if (!Array.isArray(value)) return [];
  const items: Fields[] = [];
  for (const [index, item] of (value as readonly JsonValue[]).entries()) {
    const place = { outer: { outer: fields.place, key }, key: index };
    if (isJsonObject(item)) items.push({ object: item, place, faults: fields.faults });
    else fields.faults.push(`${inWords(place)} should be an object but ${isA(item)}`);
  }
  return items;
}

/** `key` as a list of texts, nulls left out; empty when it is missing or null. A single text is a list of one. */
export function textsAt(fields: Fields, key: string): readonly string[] {
  const value = fields.object[key] ?? null;
  if (value === null) return [];
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) {
    addFault(fields, key, 'a list', value);
    return [];
  }
  if (isTexts(value)) return value as readonly string[];
  const texts: string[] = [];
  for (const item of value as readonly JsonValue[]) {
    if (typeof item === 'string') texts.push(item);
    else if (item !== null) addFault(fields, key, 'a list of texts', item);
  }
  return texts;
}

function isTexts(items: readonly unknown[]): boolean {
  return items.every((item) => typeof item === 'string');
}

/** `key` as text where YAML lets people write a number: versions. */
export function scalarAt(fields: Fields, key: string): string | null {
  const value = fields.object[key] ?? null;
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  addFault(fields, key, 'text or a number', value);
  return null;
}

function addFault(fields: Fields, key: string, expected: string, found: JsonValue): void {
  const place = inWords({ outer: fields.place, key });
  fields.faults.push(`${place} should be ${expected} but ${isA(found)}`);
}

/** `nodes["model.shop.orders"].columns.id` */
function inWords({ outer, key }: Place): string {
  const before = outer === null ? '' : inWords(outer);
  if (typeof key === 'number') return `${before}[${key}]`;
  const step = /^[A-Za-z_]\w{0,60}$/.test(key) ? `.${key}` : `[${JSON.stringify(key.slice(0, 120))}]`;
  return before === '' ? step.replace(/^\./, '') : `${before}${step}`;
}

function isA(value: JsonValue): string {
  if (value === null) return 'is null';
  if (Array.isArray(value)) return 'is a list';
  switch (typeof value) {
    case 'string':
      return 'is text';
    case 'number':
      return 'is a number';
    case 'boolean':
      return 'is true or false';
    default:
      return 'is an object';
  }
}
