import type { Query } from '#core/sql';
import type { Build, PlanContext } from './build.ts';
import { toTerm } from './expression.ts';
import type { Plan } from './plan.ts';
import { planOf } from './query.ts';

export type { Definition, KnownRelation, PlanContext } from './build.ts';

/** Terms of the largest query that is compared. */
const largest = 150_000;

/**
 * The normal form of a query. Never throws: what is not understood, or is larger than the bounds, is `opaque` with a reason.
 * `writesOut`: relations that have a definition are written out by it.
 */
export function toPlan(query: Query, context: PlanContext, writesOut = false): Plan {
  const build: Build = { context, dialect: context.dialect, writesOut, budget: largest, failed: null, planOf, toTerm };
  const plan = planOf(query, { build, env: new Map(), outer: null, depth: 0 });
  return build.failed === null ? plan : { kind: 'opaque', reason: build.failed, text: '' };
}
