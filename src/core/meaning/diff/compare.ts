import type { Reason } from '#core/base';
import { reason } from '#core/base';
import type { Query } from '#core/sql';
import { type PlanContext, toPlan } from '../plan/from-query.ts';
import type { Plan } from '../plan/plan.ts';
import { treeText } from '../plan/tree-text.ts';
import { align } from '../proof/align.ts';
import { isProvenEqual } from '../proof/equal.ts';
import { diffPlans } from './diff.ts';
import type { Edit } from './edit.ts';
import { layered } from './layers.ts';

/** How two queries differ in meaning. */
export interface Comparison {
  /** They give the same rows on all data, the order of rows and columns aside. */
  readonly proven: boolean;
  readonly base: Plan;
  /** With its inputs named as base's. */
  readonly head: Plan;
  /** Empty where `proven`. */
  readonly edits: readonly Edit[];
  /** Why parts of it could not be compared; null where all could. */
  readonly unread: Reason | null;
}

/** One side's query, and what its names stand for. */
export interface Side {
  readonly query: Query;
  readonly context: PlanContext;
}

/** Compares the queries of a model at base and at head. */
export function compareQueries(base: Side, head: Side): Comparison {
  const plans = align(toPlan(base.query, base.context), toPlan(head.query, head.context), head.context.dialect);
  const unread = unreadOf(plans.base) ?? unreadOf(plans.head) ?? lossOf(base) ?? lossOf(head);
  const proven =
    lossOf(base) === null && lossOf(head) === null && (sameTree(base, head) || isProvenEqual(plans.base, plans.head));
  if (proven) return { proven, ...plans, edits: [], unread: null };
  const told = layered(plans, head.context.dialect);
  return { proven, ...told, edits: diffPlans(told.base, told.head), unread };
}

/** The same tree over relations of the same names: equal, also where it is not understood. */
function sameTree(base: Side, head: Side): boolean {
  if (base.context.dialect !== head.context.dialect) return false;
  return treeText(base.query) === treeText(head.query) && !treeText(base.query).includes('weirkeeper_not_analysed_');
}

function unreadOf(plan: Plan): Reason | null {
  return plan.kind === 'opaque' ? plan.reason : null;
}

function lossOf({ query }: Side): Reason | null {
  const { lossy = [] } = query;
  return lossy.length === 0 ? null : reason('lossy', `parts of the SQL were read in part only: ${lossy.join(', ')}`);
}
