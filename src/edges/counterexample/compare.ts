import type { ShownValue } from '#core/evidence';

/** The columns of two outputs that are compared, each by its place on either side. */
export interface Shared {
  readonly name: string;
  readonly base: number;
  readonly head: number;
}

/** Columns that both sides have, by name; those without a name of their own by their place. */
export function sharedColumns(base: readonly string[], head: readonly string[]): readonly Shared[] {
  const own = new Map(head.map((name, at) => [name.toLowerCase(), at]));
  const named = base.flatMap((name, at): readonly Shared[] => {
    const other = own.get(name.toLowerCase());
    return other === undefined ? [] : [{ name, base: at, head: other }];
  });
  const used = new Set(named.map((one) => one.head));
  const unnamed = base.flatMap((name, at): readonly Shared[] => {
    const other = head[at];
    const isOpen = other !== undefined && !used.has(at) && !own.has(name.toLowerCase());
    return isOpen && !isName(name) && !isName(other) ? [{ name, base: at, head: at }] : [];
  });
  return [...named, ...unnamed].toSorted((one, other) => one.base - other.base);
}

function isName(name: string): boolean {
  return /^\w+$/.test(name);
}

/** A value as SQL would write it, the same for values that are equal whatever their types: `1`, `1.0` and `1e0` are one. */
export function shown(value: unknown, type: string): ShownValue {
  if (value === null || value === undefined) return null;
  if (/^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT|DECIMAL|DOUBLE|FLOAT)/.test(type) && !type.endsWith(']'))
    return shownNumber(value, type);
  if (type.startsWith('TIMESTAMP') || type === 'DATE') return written(value).replace(/ 00:00:00(?:\+00)?$/, '');
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : JSON.stringify(value);
}

/** Sums of floating point differ in their last digits by the order of the rows. */
function shownNumber(value: unknown, type: string): string {
  if (/^(?:DOUBLE|FLOAT)/.test(type)) {
    const number = Number(value);
    return Number.isFinite(number) ? String(Number(number.toPrecision(12))) : written(value);
  }
  const text = written(value);
  const plain = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return plain === '-0' ? '0' : plain;
}

/** The same text for the same bag of rows. */
export function bagOf(rows: readonly (readonly ShownValue[])[], places: readonly number[]): string {
  return rows
    .map((row) => JSON.stringify(places.map((at) => row[at] ?? null)))
    .sort()
    .join('\n');
}

function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
