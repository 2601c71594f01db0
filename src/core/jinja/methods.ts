import { orderOf } from './operators.ts';
import { longestList, longestText } from './state.ts';
import {
  areEqual,
  type DictValue,
  dict,
  isDict,
  isList,
  type ListValue,
  list,
  orElse,
  type RelationValue,
  textOf,
  unknown,
  type Value,
} from './value.ts';

/** Arguments of a call, evaluated. */
export interface Given {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

type Method<On> = (on: On, args: readonly Value[]) => Value | undefined;

const letters = /^[\x20-\x7e\s]*$/;

const textMethods: ReadonlyMap<string, Method<string>> = new Map<string, Method<string>>([
  // Beyond ASCII, case is another matter in Python than in JavaScript.
  ['upper', (text) => (letters.test(text) ? text.toUpperCase() : undefined)],
  ['lower', (text) => (letters.test(text) ? text.toLowerCase() : undefined)],
  ['strip', (text, [chars]) => stripped(text, chars, 'both')],
  ['lstrip', (text, [chars]) => stripped(text, chars, 'left')],
  ['rstrip', (text, [chars]) => stripped(text, chars, 'right')],
  ['startswith', (text, [start]) => (typeof start === 'string' ? text.startsWith(start) : undefined)],
  ['endswith', (text, [end]) => (typeof end === 'string' ? text.endsWith(end) : undefined)],
  ['replace', (text, [from, to, count]) => (count === undefined ? replaced(text, from, to) : undefined)],
  ['split', (text, [separator, count]) => (count === undefined ? splitText(text, separator) : undefined)],
  ['join', (text, [items]) => (items !== undefined && isList(items) ? joinTexts(text, items.items) : undefined)],
  ['find', (text, [part]) => (typeof part === 'string' ? text.indexOf(part) : undefined)],
  ['count', (text, [part]) => (typeof part === 'string' && part !== '' ? text.split(part).length - 1 : undefined)],
  ['title', (text) => (letters.test(text) ? text.replace(/[A-Za-z]+/g, capitalised) : undefined)],
  ['capitalize', (text) => (letters.test(text) ? capitalised(text) : undefined)],
  ['isdigit', (text) => /^\d+$/.test(text)],
  ['format', (text, args) => formatted(text, args)],
]);

const listMethods: ReadonlyMap<string, Method<ListValue>> = new Map<string, Method<ListValue>>([
  ['append', (on, [item]) => changed(on, (items) => (item === undefined ? null : items.push(item)))],
  [
    'extend',
    (on, [more]) =>
      more !== undefined && isList(more) ? changed(on, (items) => items.push(...more.items)) : undefined,
  ],
  [
    'insert',
    (on, [at, item]) =>
      typeof at === 'number' && item !== undefined ? changed(on, (items) => items.splice(at, 0, item)) : undefined,
  ],
  ['pop', (on, [at]) => popped(on, at)],
  ['remove', (on, [item]) => (item === undefined ? undefined : removed(on, item))],
  ['index', ({ items }, [item]) => indexOf(items, item)],
  ['count', ({ items }, [item]) => items.filter((one) => areEqual(one, item ?? null) === true).length],
  ['copy', ({ items, tuple }) => list([...items], tuple)],
  ['reverse', (on) => changed(on, (items) => items.reverse())],
  ['sort', (on, args) => (args.length === 0 ? sortedInPlace(on) : undefined)],
]);

const dictMethods: ReadonlyMap<string, Method<DictValue>> = new Map<string, Method<DictValue>>([
  ['items', ({ entries }) => list([...entries].map(([key, value]) => list([key, value], true)))],
  ['keys', ({ entries }) => list([...entries.keys()])],
  ['values', ({ entries }) => list([...entries.values()])],
  ['get', ({ entries }, [key, fallback = null]) => (isKey(key) ? orElse(entries.get(key), fallback) : undefined)],
  ['copy', ({ entries }) => dict(entries)],
  ['update', (on, [more]) => (more !== undefined && isDict(more) ? updated(on, more) : undefined)],
  ['pop', (on, [key, fallback]) => poppedKey(on, key, fallback)],
  ['setdefault', ({ entries }, [key, fallback = null]) => withDefault(entries, key, fallback)],
]);

/** Calls a method of a text, a list, a dict or a relation; unknown where it is none that is covered. */
export function callMethod(on: Value, name: string, { positional, named }: Given): Value {
  if (named.size > 0) return isDict(on) && name === 'update' ? updated(on, dict(named)) : unknown(`method ${name}`);
  return orElse(methodResult(on, name, positional), unknown(`method ${name}`));
}

function methodResult(on: Value, name: string, args: readonly Value[]): Value | undefined {
  if (typeof on === 'string') return textMethods.get(name)?.(on, args);
  if (isDict(on)) return dictMethods.get(name)?.(on, args);
  if (!isList(on) || (on.tuple && !['index', 'count'].includes(name))) return undefined;
  return listMethods.get(name)?.(on, args);
}

/** Parts of a relation's name, as the node has them. */
export function relationPart({ node }: RelationValue, name: string): Value {
  switch (name) {
    case 'database':
      return node.database ?? unknown('relation.database');
    case 'schema':
      return node.schema ?? unknown('relation.schema');
    case 'identifier':
    case 'name':
    case 'table':
      return node.identifier ?? node.name;
    default:
      return unknown(`relation.${name}`);
  }
}

/** Texts of `items` with `separator` between them. */
export function joinTexts(separator: string, items: readonly Value[]): Value {
  const texts = items.map(textOf);
  if (texts.includes(null)) return unknown('join');
  const text = texts.join(separator);
  return text.length > longestText ? unknown('a text that is too long') : text;
}

/** `text` with every `from` replaced. */
export function replaced(text: string, from: Value | undefined, to: Value | undefined): Value {
  if (typeof from !== 'string' || typeof to !== 'string') return unknown('replace');
  const all = text.replaceAll(from, () => to);
  return all.length > longestText ? unknown('a text that is too long') : all;
}

/** Items in Python's order; unknown where they have none. */
export function sorted(items: readonly Value[], keyOf: (item: Value) => Value): Value {
  const keys = items.map(keyOf);
  if (keys.some((key) => orderOf(key, keys[0] ?? null) === null)) return unknown('sort');
  const order = items.map((_, at) => at).sort((a, b) => orderOf(keys[a] ?? null, keys[b] ?? null) ?? 0);
  return list(order.map((at) => items[at] ?? null));
}

/** First letter in upper case, the others in lower case. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
}

function stripped(text: string, chars: Value | undefined, side: 'both' | 'left' | 'right'): Value | undefined {
  if (chars !== undefined && chars !== null && typeof chars !== 'string') return undefined;
  const isGone = (char: string): boolean => (typeof chars === 'string' ? chars.includes(char) : /\s/.test(char));
  let [start, end] = [0, text.length];
  while (side !== 'right' && start < end && isGone(text.charAt(start))) start++;
  while (side !== 'left' && end > start && isGone(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

function splitText(text: string, separator: Value | undefined): Value | undefined {
  if (separator === undefined || separator === null) return list(text.trim() === '' ? [] : text.trim().split(/\s+/));
  return typeof separator === 'string' && separator !== '' ? list(text.split(separator)) : undefined;
}

function formatted(text: string, args: readonly Value[]): Value | undefined {
  if (/\{\{|\}\}|\{[^}\d]+\}|[!:]/.test(text)) return undefined;
  const texts = args.map(textOf);
  const places = [...text.matchAll(/\{(\d*)\}/g)].map(([, place = ''], at) => (place === '' ? at : Number(place)));
  if (places.some((place) => (texts[place] ?? null) === null)) return undefined;
  let next = 0;
  return text.replace(/\{\d*\}/g, () => texts[places[next++] ?? 0] ?? '');
}

function changed(on: ListValue, change: (items: Value[]) => unknown): Value | undefined {
  if (change(on.items) === null) return undefined;
  return on.items.length > longestList ? unknown('a list that is too long') : null;
}

function popped({ items }: ListValue, at: Value | undefined): Value | undefined {
  if (at !== undefined && typeof at !== 'number') return undefined;
  const [item] = items.splice(at ?? -1, 1);
  return item;
}

function removed({ items }: ListValue, item: Value): Value | undefined {
  const at = indexOf(items, item);
  if (typeof at !== 'number') return undefined;
  items.splice(at, 1);
  return null;
}

function indexOf(items: readonly Value[], item: Value | undefined): Value | undefined {
  const at = items.findIndex((one) => areEqual(one, item ?? null) !== false);
  return at === -1 || areEqual(items[at] ?? null, item ?? null) === null ? undefined : at;
}

function sortedInPlace(on: ListValue): Value | undefined {
  const order = sorted(on.items, (item) => item);
  if (!isList(order)) return undefined;
  on.items.splice(0, on.items.length, ...order.items);
  return null;
}

function isKey(key: Value | undefined): key is string | number {
  return typeof key === 'string' || typeof key === 'number';
}

function updated({ entries }: DictValue, more: DictValue): Value {
  for (const [key, value] of more.entries) entries.set(key, value);
  return entries.size > longestList ? unknown('a dict that is too long') : null;
}

function poppedKey({ entries }: DictValue, key: Value | undefined, fallback: Value | undefined): Value | undefined {
  if (!isKey(key)) return undefined;
  const value = entries.has(key) ? entries.get(key) : fallback;
  entries.delete(key);
  return value;
}

function withDefault(entries: DictValue['entries'], key: Value | undefined, fallback: Value): Value | undefined {
  if (!isKey(key)) return undefined;
  if (!entries.has(key)) entries.set(key, fallback);
  return entries.get(key);
}
