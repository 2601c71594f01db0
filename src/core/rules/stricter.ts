import type { Term } from '#core/meaning';

/** How a condition compares with the one that it took the place of; `other` where neither follows from the other by form. */
export function compareConditions(before: Term, after: Term): 'stricter' | 'looser' | 'other' {
  if (implies(after, before)) return 'stricter';
  return implies(before, after) ? 'looser' : 'other';
}

/** Whether, by form, each row that meets `one` meets `other`. */
export function implies(one: Term, other: Term): boolean {
  if (one.text === other.text) return true;
  if (isNamed(one, 'or')) return one.children.every((child) => implies(child, other));
  if (isNamed(other, 'and')) return other.children.every((child) => implies(one, child));
  if (isNamed(other, 'or') && other.children.some((child) => implies(one, child))) return true;
  if (isNamed(one, 'and') && one.children.some((child) => implies(child, other))) return true;
  return impliesList(one, other) || impliesBound(one, other) || impliesOther(one, other);
}

function isNamed({ kind, name }: Term, operator: string): boolean {
  return kind === 'operator' && name === operator;
}

/** `x in (1)` and `x in (1, 2)`. */
function impliesList(one: Term, other: Term): boolean {
  const [a, b] = [listOf(one), listOf(other)];
  if (a === null || b === null || a.of !== b.of) return false;
  return a.items.every((item) => b.items.includes(item));
}

/** `x in (1, 2)` and `x <> 3`, of numbers or of words; in words case and space may not count. */
function impliesOther(one: Term, { kind, name, children }: Term): boolean {
  const [of, not] = children;
  const list = listOf(one);
  if (list === null || kind !== 'operator' || name !== '<>' || not?.kind !== 'literal' || of?.text !== list.of)
    return false;
  const bare = (text: string): string => text.toLowerCase().replace(/\s+'$/, "'");
  const form = [/^'[^']*'$/, /^\d+$/].find((pattern) => pattern.test(not.text));
  return form !== undefined && list.items.every((item) => form.test(item) && bare(item) !== bare(not.text));
}

function listOf({
  kind,
  name,
  children,
  query,
}: Term): { readonly of: string; readonly items: readonly string[] } | null {
  const [of, ...items] = children;
  const isList = query === null && ((kind === 'in' && name === 'in') || (kind === 'operator' && name === '='));
  return isList && of !== undefined ? { of: of.text, items: items.map(({ text }) => text) } : null;
}

/** `5 < x` and `3 <= x`, of numbers and of quoted dates. */
function impliesBound(one: Term, other: Term): boolean {
  const [a, b] = [boundOf(one), boundOf(other)];
  if (a === null || b === null || a.of !== b.of || a.isLower !== b.isLower || typeof a.value !== typeof b.value)
    return false;
  if (a.value === b.value) return a.isStrict || !b.isStrict;
  return a.isLower ? a.value > b.value : a.value < b.value;
}

interface Bound {
  readonly of: string;
  readonly isLower: boolean;
  readonly isStrict: boolean;
  readonly value: number | string;
}

function boundOf({ kind, name, children }: Term): Bound | null {
  const [left, right] = children;
  if (kind !== 'operator' || (name !== '<' && name !== '<=') || left === undefined || right === undefined) return null;
  const [literal, of, isLower] = left.kind === 'literal' ? [left, right, true] : [right, left, false];
  const value = valueOf(literal);
  return value === null ? null : { of: of.text, isLower, isStrict: name === '<', value };
}

function valueOf({ kind, name }: Term): number | string | null {
  if (kind !== 'literal') return null;
  if (/^-?\d+(?:\.\d+)?$/.test(name)) return Number(name);
  return /^'\d{4}-\d{2}-\d{2}'$/.test(name) ? name : null;
}
