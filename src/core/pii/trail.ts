import type { Transformation } from '#core/lineage';
import type { CategoryId, Sensitivity } from './category.ts';
import type { ColumnAt } from './column-at.ts';
import type { Known } from './known-column.ts';
import type { Level } from './level.ts';

/** Personal data in a column: what it is, how much of it is left, where it began and how it came here. */
export interface Taint {
  readonly category: CategoryId;
  readonly sensitivity: Sensitivity;
  readonly level: Level;
  /** The first column that is known to hold it. */
  readonly origin: ColumnAt;
  readonly known: Known;
  /** From the origin to this column, read with `hopsOf`; null at the origin. */
  readonly trail: Trail | null;
  /** Category and origin as one text: the same datum has the same key wherever it flows. */
  readonly key: string;
}

/** A column on the way, and what was done to the datum on the step into it. */
export interface Hop extends ColumnAt {
  readonly transformation: Transformation;
  readonly functions: readonly string[];
}

/** A way through columns, last hop first: longer ways share the shorter ones that they go on from. */
export interface Trail {
  readonly hop: Hop;
  readonly before: Trail | null;
  /** Number of hops. */
  readonly length: number;
}

/** The hops of a way in order, from the origin, exclusive, to the column, inclusive; none at the origin. */
export function hopsOf(trail: Trail | null): readonly Hop[] {
  const hops: Hop[] = [];
  for (let at = trail; at !== null; at = at.before) hops.push(at.hop);
  return hops.reverse();
}
