import { capitalised, type Given, joinTexts, replaced, sorted } from './methods.ts';
import { operate, orderOf } from './operators.ts';
import {
  areEqual,
  isDict,
  isList,
  isUnknown,
  kindOf,
  list,
  numberOf,
  orElse,
  textOf,
  truthOf,
  undefinedValue,
  unknown,
  type Value,
} from './value.ts';

type Filter = (on: Value, args: readonly Value[], named: Given['named']) => Value | undefined;

const ascii = /^[\x20-\x7e\s]*$/;

const filters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['string', (on) => textOf(on) ?? undefined],
  ['length', (on) => lengthOf(on)],
  ['count', (on) => lengthOf(on)],
  ['lower', (on) => cased(on, (text) => text.toLowerCase())],
  ['upper', (on) => cased(on, (text) => text.toUpperCase())],
  ['capitalize', (on) => cased(on, capitalised)],
  ['trim', (on, args) => (args.length === 0 ? textOf(on)?.trim() : undefined)],
  ['replace', (on, [from, to, count]) => (count === undefined ? replaced(textOf(on) ?? '', from, to) : undefined)],
  ['join', (on, args, named) => joinedBy(on, args, named)],
  [
    'default',
    (on, [fallback, falsy], named) => defaulted(on, fallback, falsy === undefined ? named.get('boolean') : falsy),
  ],
  ['d', (on, [fallback, falsy], named) => defaulted(on, fallback, falsy === undefined ? named.get('boolean') : falsy)],
  ['list', (on) => listOf(on)],
  ['unique', (on, args, named) => (args.length + named.size === 0 ? uniqueOf(on) : undefined)],
  [
    'first',
    (on) => (isList(on) ? orElse(on.items[0], undefinedValue) : typeof on === 'string' ? on.charAt(0) : undefined),
  ],
  ['last', (on) => (isList(on) ? orElse(on.items.at(-1), undefinedValue) : undefined)],
  ['reverse', (on) => (isList(on) ? list(on.items.toReversed()) : undefined)],
  ['sort', (on, args, named) => sortedBy(on, args, named)],
  ['items', (on) => (isDict(on) ? list([...on.entries].map(([key, value]) => list([key, value], true))) : undefined)],
  ['int', (on, args) => (args.length === 0 ? toInt(on) : undefined)],
  ['float', (on) => (numberOf(on) === null ? undefined : { kind: 'float', number: numberOf(on) ?? 0 })],
  ['abs', (on) => (typeof on === 'number' ? Math.abs(on) : undefined)],
  [
    'sum',
    (on, args) =>
      isList(on) && args.length === 0 ? on.items.reduce<Value>((a, b) => operate('+', a, b), 0) : undefined,
  ],
  ['max', (on) => extreme(on, 1)],
  ['min', (on) => extreme(on, -1)],
  ['map', (on, args, named) => mapped(on, args, named)],
  ['select', (on, args) => selected(on, args, true)],
  ['reject', (on, args) => selected(on, args, false)],
  ['selectattr', (on, args) => selectedBy(on, args, true)],
  ['rejectattr', (on, args) => selectedBy(on, args, false)],
  // dbt's own: outside of configs they hand the value on. Source: dbt `clients/jinja.py`, TEXT_FILTERS.
  ['as_bool', (on) => on],
  ['as_native', (on) => on],
  ['as_number', (on) => on],
  ['as_text', (on) => on],
  ['safe', (on) => on],
]);

type Test = (on: Value, args: readonly Value[]) => boolean | null;

const tests: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['defined', (on) => kindOf(on) !== 'undefined'],
  ['undefined', (on) => kindOf(on) === 'undefined'],
  ['none', (on) => on === null],
  ['string', (on) => typeof on === 'string'],
  ['number', (on) => numberOf(on) !== null],
  ['integer', (on) => typeof on === 'number'],
  ['boolean', (on) => typeof on === 'boolean'],
  ['mapping', (on) => (isPlain(on) ? isDict(on) : null)],
  ['sequence', (on) => (isPlain(on) ? isList(on) || isDict(on) || typeof on === 'string' : null)],
  ['iterable', (on) => (isPlain(on) ? isList(on) || isDict(on) || typeof on === 'string' : null)],
  ['true', (on) => on === true],
  ['false', (on) => on === false],
  ['even', (on) => (typeof on === 'number' ? on % 2 === 0 : null)],
  ['odd', (on) => (typeof on === 'number' ? on % 2 !== 0 : null)],
  ['divisibleby', (on, [by]) => (typeof on === 'number' && typeof by === 'number' ? on % by === 0 : null)],
  ['eq', (on, [other]) => (other === undefined ? null : areEqual(on, other))],
  ['equalto', (on, [other]) => (other === undefined ? null : areEqual(on, other))],
  ['ne', (on, [other]) => negated(other === undefined ? null : areEqual(on, other))],
  ['in', (on, [container]) => (container === undefined ? null : truthOf(operate('in', on, container)))],
]);

/** Applies a Jinja filter; unknown for one that is not covered. */
export function applyFilter(name: string, on: Value, { positional, named }: Given): Value {
  if (isUnknown(on)) return on;
  return orElse(filters.get(name)?.(on, positional, named), unknown(`filter ${name}`));
}

/** Applies a Jinja test; null where it cannot be told. */
export function applyTest(name: string, on: Value, args: readonly Value[]): boolean | null {
  return isUnknown(on) ? null : (tests.get(name)?.(on, args) ?? null);
}

/** What a loop goes over: items of a list, keys of a dict, letters of a text; null for what cannot be told. */
export function itemsOf(value: Value): readonly Value[] | null {
  if (isList(value)) return value.items;
  if (isDict(value)) return [...value.entries.keys()];
  if (typeof value === 'string') return Array.from(value);
  return kindOf(value) === 'undefined' ? [] : null;
}

/** A field of an item, as `map(attribute='a')` and `sort(attribute='a')` read it. */
function fieldOf(item: Value, name: Value): Value {
  if (isDict(item) && (typeof name === 'string' || typeof name === 'number'))
    return orElse(item.entries.get(name), undefinedValue);
  return unknown('attribute');
}

function isPlain(value: Value): boolean {
  return !['relation', 'namespace', 'macro', 'package', 'object'].includes(kindOf(value));
}

function negated(truth: boolean | null): boolean | null {
  return truth === null ? null : !truth;
}

function lengthOf(on: Value): Value | undefined {
  if (typeof on === 'string') return Array.from(on).length;
  if (isList(on)) return on.items.length;
  if (isDict(on)) return on.entries.size;
  return kindOf(on) === 'undefined' ? 0 : undefined;
}

function cased(on: Value, change: (text: string) => string): Value | undefined {
  const text = textOf(on);
  return text === null || !ascii.test(text) ? undefined : change(text);
}

function joinedBy(on: Value, [separator = '']: readonly Value[], named: Given['named']): Value | undefined {
  const attribute = named.get('attribute');
  const items = itemsOf(on);
  const mark = textOf(named.get('d') ?? separator);
  if (items === null || mark === null) return undefined;
  return joinTexts(mark, attribute === undefined ? items : items.map((item) => fieldOf(item, attribute)));
}

function defaulted(on: Value, fallback: Value = '', falsy: Value = false): Value | undefined {
  if (kindOf(on) === 'undefined') return fallback;
  const [truth, asked] = [truthOf(on), truthOf(falsy)];
  if (asked === null || truth === null) return undefined;
  return asked && !truth ? fallback : on;
}

function listOf(on: Value): Value | undefined {
  const items = itemsOf(on);
  return items === null ? undefined : list([...items]);
}

/** The first of those that are equal; case of texts does not count, as in Jinja. */
function uniqueOf(on: Value): Value | undefined {
  const items = itemsOf(on);
  if (items === null || !items.every((item) => typeof item === 'string' || typeof item === 'number')) return undefined;
  const seen = new Map<string | number, Value>();
  for (const item of items) {
    const key = typeof item === 'string' ? item.toLowerCase() : item;
    if (!seen.has(key)) seen.set(key, item);
  }
  return list([...seen.values()]);
}

function sortedBy(on: Value, args: readonly Value[], named: Given['named']): Value | undefined {
  const items = itemsOf(on);
  if (items === null || args.length > 0) return undefined;
  const attribute = named.get('attribute');
  if (named.size > (attribute === undefined ? 0 : 1)) return undefined;
  return sorted(items, (item) => {
    const key = attribute === undefined ? item : fieldOf(item, attribute);
    return typeof key === 'string' ? key.toLowerCase() : key;
  });
}

function toInt(on: Value): Value | undefined {
  const number = typeof on === 'string' && /^\s*[-+]?\d{1,15}\s*$/.test(on) ? Number(on) : numberOf(on);
  return number === null ? undefined : Math.trunc(number);
}

function extreme(on: Value, sign: 1 | -1): Value | undefined {
  if (!isList(on) || on.items.length === 0) return undefined;
  let best = on.items[0] ?? null;
  for (const item of on.items) {
    const order = orderOf(item, best);
    if (order === null) return undefined;
    if (order * sign > 0) best = item;
  }
  return best;
}

function mapped(on: Value, [name, ...args]: readonly Value[], named: Given['named']): Value | undefined {
  const items = itemsOf(on);
  if (items === null) return undefined;
  const attribute = named.get('attribute');
  if (attribute !== undefined) return list(items.map((item) => fieldOf(item, attribute)));
  if (typeof name !== 'string' || name === 'map') return undefined;
  return list(items.map((item) => applyFilter(name, item, { positional: args, named: new Map() })));
}

function selected(on: Value, [name, ...args]: readonly Value[], wanted: boolean): Value | undefined {
  return kept(on, wanted, (item) =>
    name === undefined ? truthOf(item) : typeof name === 'string' ? applyTest(name, item, args) : null,
  );
}

function selectedBy(on: Value, [attribute = '', name, ...args]: readonly Value[], wanted: boolean): Value | undefined {
  return kept(on, wanted, (item) => {
    const field = fieldOf(item, attribute);
    return name === undefined ? truthOf(field) : typeof name === 'string' ? applyTest(name, field, args) : null;
  });
}

function kept(on: Value, wanted: boolean, test: (item: Value) => boolean | null): Value | undefined {
  const items = itemsOf(on);
  const truths = items?.map(test) ?? [null];
  if (items === null || truths.includes(null)) return undefined;
  return list(items.filter((_, at) => truths[at] === wanted));
}
