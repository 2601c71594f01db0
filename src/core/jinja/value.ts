import type { JsonValue } from '#core/base';
import type { DbtMacro, DbtNode } from '#core/dbt';
import type { MacroNode } from './template-tree.ts';

/**
 * What a Jinja expression can be here. Objects are tagged records and dicts are Maps, so that no name of a template ever reaches a
 * property of JavaScript's own objects.
 */
export type Value = null | boolean | number | string | Tagged;

export type Tagged =
  | FloatValue
  | ListValue
  | DictValue
  | NamespaceValue
  | RelationValue
  | CallableValue
  | PackageValue
  | UndefinedValue
  | UnknownValue;

/** A Python float: `number` is an int. */
export interface FloatValue {
  readonly kind: 'float';
  readonly number: number;
}

export interface ListValue {
  readonly kind: 'list';
  readonly items: Value[];
  readonly tuple: boolean;
}

export interface DictValue {
  readonly kind: 'dict';
  readonly entries: Map<string | number, Value>;
}

interface NamespaceValue {
  readonly kind: 'namespace';
  readonly fields: Map<string, Value>;
}

export interface RelationValue {
  readonly kind: 'relation';
  readonly node: DbtNode;
  /** As it is written in SQL. */
  readonly text: string;
}

/** What a call may stand on: a macro of the manifest, one of the template itself, or a name that this renderer knows. */
export type CallableValue =
  | { readonly kind: 'macro'; readonly macro: DbtMacro }
  | { readonly kind: 'local-macro'; readonly macro: MacroNode; readonly packageName: string }
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'method'; readonly on: Value; readonly name: string };

/** `dbt_utils` in `dbt_utils.star`, or one of dbt's own objects: `target`, `adapter`. */
interface PackageValue {
  readonly kind: 'package' | 'object';
  readonly name: string;
}

/** Jinja's undefined: prints nothing, is false. */
interface UndefinedValue {
  readonly kind: 'undefined';
}

/** What cannot be told without a warehouse, the environment or more of Jinja; `label` names the cause: `macro x`, `var y`. */
export interface UnknownValue {
  readonly kind: 'unknown';
  readonly label: string;
  /** What inside a macro it was, where it is a macro: `run_query`. */
  readonly because: string | null;
  /** By which it is the same value wherever it is written, in templates of one project; null where that is not told. */
  readonly identity: string | null;
}

export const undefinedValue: UndefinedValue = { kind: 'undefined' };

/** `value`, or `otherwise` where there is none; Python's None is a value. */
export function orElse(value: Value | undefined, otherwise: Value): Value {
  return value === undefined ? otherwise : value;
}

export function unknown(label: string, because: string | null = null, identity: string | null = null): UnknownValue {
  return { kind: 'unknown', label, because, identity };
}

export function list(items: Value[], tuple = false): ListValue {
  return { kind: 'list', items, tuple };
}

export function dict(entries: Iterable<readonly [string | number, Value]> = []): DictValue {
  return { kind: 'dict', entries: new Map(entries) };
}

/** The kind of a value as one word; of plain ones, their type. */
export function kindOf(value: Value): Tagged['kind'] | 'none' | 'boolean' | 'number' | 'string' {
  if (value === null) return 'none';
  if (typeof value === 'object') return value.kind;
  return typeof value as 'boolean' | 'number' | 'string';
}

export function isUnknown(value: Value): value is UnknownValue {
  return kindOf(value) === 'unknown';
}

export function isList(value: Value): value is ListValue {
  return kindOf(value) === 'list';
}

export function isDict(value: Value): value is DictValue {
  return kindOf(value) === 'dict';
}

/** JSON of the manifest as values. */
export function fromJson(json: JsonValue): Value {
  if (json === null || typeof json === 'boolean' || typeof json === 'string') return json;
  if (typeof json === 'number') return Number.isSafeInteger(json) ? json : { kind: 'float', number: json };
  if (Array.isArray(json)) return list((json as readonly JsonValue[]).map(fromJson));
  return dict(Object.entries(json).map(([key, value]) => [key, fromJson(value)] as const));
}

/** Python's truth of a value; null where it cannot be told. */
export function truthOf(value: Value): boolean | null {
  if (value === null || typeof value !== 'object') return Boolean(value);
  switch (value.kind) {
    case 'unknown':
      return null;
    case 'undefined':
      return false;
    case 'float':
      return value.number !== 0;
    case 'list':
      return value.items.length > 0;
    case 'dict':
      return value.entries.size > 0;
    default:
      return true;
  }
}

/** A value as Python's `str` prints it; null where that cannot be told. */
export function textOf(value: Value): string | null {
  return printed(value, { left: mostParts });
}

/** Parts of lists and dicts that one text may have, and that one comparison may take: a list can stand in itself. */
const mostParts = 10_000;

interface Budget {
  left: number;
}

function printed(value: Value, budget: Budget): string | null {
  if (typeof value === 'string') return value;
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  switch (value.kind) {
    case 'undefined':
      return '';
    case 'relation':
      return value.text;
    case 'float':
      return floatText(value.number);
    case 'list':
      return listText(value, budget);
    case 'dict':
      return dictText(value, budget);
    default:
      return null;
  }
}

function floatText(number: number): string | null {
  const text = String(number);
  if (!/^-?\d+(?:\.\d+)?$/.test(text)) return null;
  return text.includes('.') ? text : `${text}.0`;
}

function listText({ items, tuple }: ListValue, budget: Budget): string | null {
  const parts: string[] = [];
  for (const item of items) {
    const part = reprOf(item, budget);
    if (part === null) return null;
    parts.push(part);
  }
  if (!tuple) return `[${parts.join(', ')}]`;
  return parts.length === 1 ? `(${parts[0] ?? ''},)` : `(${parts.join(', ')})`;
}

function dictText({ entries }: DictValue, budget: Budget): string | null {
  const parts: string[] = [];
  for (const [key, value] of entries) {
    const [left, right] = [reprOf(key, budget), reprOf(value, budget)];
    if (left === null || right === null) return null;
    parts.push(`${left}: ${right}`);
  }
  return `{${parts.join(', ')}}`;
}

/** Python's `repr`, of texts that need no escape. */
function reprOf(value: Value, budget: Budget): string | null {
  // The stack is shorter than the budget: what nests a hundredth as deep costs a hundred times as much.
  budget.left -= typeof value === 'object' && value !== null ? 100 : 1;
  if (budget.left < 0) return null;
  if (typeof value !== 'string') return kindOf(value) === 'relation' ? null : printed(value, budget);
  if (/[\\\p{C}]/u.test(value)) return null;
  if (!value.includes("'")) return `'${value}'`;
  return value.includes('"') ? null : `"${value}"`;
}

/** Python's `==`; null where it cannot be told. */
export function areEqual(a: Value, b: Value): boolean | null {
  return compared(a, b, { left: mostParts });
}

function compared(a: Value, b: Value, budget: Budget): boolean | null {
  if (--budget.left < 0 || isUnknown(a) || isUnknown(b)) return null;
  const [one, two] = [numberOf(a), numberOf(b)];
  if (one !== null && two !== null) return one === two;
  if (isList(a) && isList(b)) return a.tuple === b.tuple && sameItems(a.items, b.items, budget);
  return comparedByKind(a, b);
}

function comparedByKind(a: Value, b: Value): boolean | null {
  const kinds = [kindOf(a), kindOf(b)];
  if (kinds.includes('relation')) return kinds[0] === kinds[1] ? textOf(a) === textOf(b) : null;
  return isDict(a) && isDict(b) && a !== b ? null : a === b;
}

function sameItems(a: readonly Value[], b: readonly Value[], budget: Budget): boolean | null {
  if (a.length !== b.length) return false;
  budget.left -= 100;
  let same: boolean | null = true;
  for (const [at, item] of a.entries()) {
    const one = compared(item, orElse(b[at], null), budget);
    if (one === false) return false;
    same = one === null ? null : same;
  }
  return same;
}

/** Ints, floats and booleans as Python counts them; null for what is no number. */
export function numberOf(value: Value): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value !== null && typeof value === 'object' && value.kind === 'float' ? value.number : null;
}
