/** What a plan comes to, whichever warehouse made it. */
export interface Plan {
  /** The warehouse's own measure of the whole; null where it has none. */
  readonly cost: number | null;
  /** Bytes that it expects to read; null where it does not say. */
  readonly bytes: number | null;
  /** Rows that it expects in the end; null where it does not say. */
  readonly rows: number | null;
  /** Joins without a condition whose two sides are both expected to have more than one row; null where joins are not shown. */
  readonly crossProducts: number | null;
  /** Relations that are read from end to end. */
  readonly scans: readonly Scan[];
}

export interface Scan {
  /** As in a manifest, so that it can be taken apart: `"shop"."orders"`. */
  readonly relation: string;
  /** Rows that the scan gives: of a filtered one fewer than it reads. Null where only bytes are told. */
  readonly rows: number | null;
  readonly bytes: number | null;
  /** Whether what it reads is more than what it gives; of a warehouse that skips what a filter excludes, no such scan is listed. */
  readonly filtered: boolean;
}

/** A count from what a plan holds; null of anything else. */
export function toCount(value: unknown): number | null {
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : Number.NaN;
  return Number.isFinite(number) && number >= 0 ? Math.min(Math.round(number), Number.MAX_SAFE_INTEGER) : null;
}

/** The sum of counts; null where one of them is not known. */
export function sumOf(counts: readonly (number | null)[]): number | null {
  const known = counts.filter((count) => count !== null);
  return known.length < counts.length ? null : toCount(known.reduce((sum, count) => sum + count, 0));
}

/** A relation of these names, quoted. */
export function quotedRelation(names: readonly string[]): string {
  return names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.');
}

/** JSON in one cell of an answer; null of anything else. */
export function jsonIn(cell: unknown): unknown {
  try {
    return JSON.parse(String(cell));
  } catch {
    return null;
  }
}
