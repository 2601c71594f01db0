import type { Dialect, Identifier, Query } from '#core/sql';
import type { Build } from './build.ts';
import type { Plan } from './plan.ts';
import { planOf } from './query.ts';

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
  /**
   * A text for what a masked part of the SQL (a call of `maskName`) stands for: two parts of the same text give the same value.
   * Without it, or where it is null, a query with such a part is not understood.
   */
  readonly mask?: (name: string) => string | null;
}

/** Terms of the largest query that is compared. */
const largest = 150_000;

/** The normal form of a query. Never throws: what is not understood, or is larger than the bounds, is `opaque` with a reason. */
export function toPlan(query: Query, context: PlanContext): Plan {
  const build: Build = { context, dialect: context.dialect, budget: largest, failed: null };
  const plan = planOf(query, { build, env: new Map(), outer: null, depth: 0 });
  return build.failed === null ? plan : { kind: 'opaque', reason: build.failed, text: '' };
}
