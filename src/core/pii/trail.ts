import type { Transformation } from '#core/lineage';
import type { ColumnAt } from './column-at.ts';

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
