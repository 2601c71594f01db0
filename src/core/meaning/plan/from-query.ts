import type { Dialect, Identifier, Query } from '#core/sql';
import type { Plan } from './plan.ts';

/** A relation that a query names. `columns` are all of its columns' names, null where they are not all known. */
export interface KnownRelation {
  readonly uniqueId: string | null;
  /** By which the relation is the same on both sides, whatever database it is built in. */
  readonly name: string;
  readonly columns: readonly string[] | null;
}

/** What a plan needs to know beyond the query. */
export interface PlanContext {
  readonly dialect: Dialect;
  /** Null for a name that nobody knows: it stands for itself. */
  readonly relation: (name: readonly Identifier[]) => KnownRelation | null;
}

/** The normal form of a query. Never throws: what is not understood, or is larger than the bounds, is `opaque` with a reason. */
export function toPlan(_query: Query, _context: PlanContext): Plan {
  return { kind: 'opaque', reason: { code: 'not-analysed', text: 'not yet' }, text: '' };
}
