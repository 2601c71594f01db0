/** What a plan comes to, whichever warehouse made it. */
export interface Plan {
  /** The warehouse's own measure of the whole; null where it has none. */
  readonly cost: number | null;
  /** Rows that it expects in the end. */
  readonly rows: number;
  /** Joins without a condition whose two sides are both expected to have more than one row. */
  readonly crossProducts: number;
  /** Relations that are read from end to end. */
  readonly scans: readonly Scan[];
}

export interface Scan {
  /** As in a manifest, so that it can be taken apart: `"shop"."orders"`. */
  readonly relation: string;
  /** Rows that the scan gives: of a filtered one fewer than it reads. */
  readonly rows: number;
  readonly filtered: boolean;
}

/** A count from what a plan holds; null of anything else. */
export function toCount(value: unknown): number | null {
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : Number.NaN;
  return Number.isFinite(number) && number >= 0 ? Math.min(Math.round(number), Number.MAX_SAFE_INTEGER) : null;
}

/** A relation of these names, quoted. */
export function quotedRelation(names: readonly string[]): string {
  return names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.');
}
