import type { Reason } from '#core/base';
import { reason } from '#core/base';
import type { Dialect, Query } from '#core/sql';
import { type PlanContext, toPlan } from '../plan/from-query.ts';
import type { Plan } from '../plan/plan.ts';
import { foldedTreeText } from '../plan/tree-text.ts';
import { type Aligned, align } from '../proof/align.ts';
import { isProvenEqual } from '../proof/equal.ts';
import { canBeTightened, tightened } from '../proof/tighten.ts';
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
  const isWhole = lossOf(base) === null && lossOf(head) === null;
  const proven =
    isWhole && (sameTree(base, head) || isProvenEqual(plans.base, plans.head) || isProvenTight(base, head, plans));
  if (proven) return { proven, ...plans, edits: [], unread: null };
  const told = layered(plans, head.context.dialect);
  return { proven, ...told, edits: diffPlans(told.base, told.head), unread };
}

/** Whether both are equal by what only the proof may do: models written out that one side reads, and forms that no message shows. */
function isProvenTight(base: Side, head: Side, plans: Aligned): boolean {
  const { dialect } = head.context;
  if (plans.base.kind === 'opaque' || plans.head.kind === 'opaque' || base.context.dialect !== dialect) return false;
  const whole = (plan: Plan, { query, context }: Side): Plan =>
    context.definition === undefined ? plan : toPlan(query, context, true);
  const [one, other] = [whole(plans.base, base), whole(plans.head, head)];
  if (!canBeTightened(one) || !canBeTightened(other)) return false;
  const tight = align(tightened(one, dialect), tightened(other, dialect), dialect);
  return isProvenEqual(tight.base, tight.head);
}

/** The same tree over relations of the same names: equal, also where it is not understood. */
function sameTree(base: Side, head: Side): boolean {
  const { dialect } = base.context;
  return dialect === head.context.dialect && isSameTree(base.query, head.query, dialect);
}

/** Whether two trees differ in nothing but the case of names that their dialect does not tell apart by it. */
export function isSameTree(one: Query, other: Query, dialect: Dialect): boolean {
  const text = foldedTreeText(one, dialect);
  return text === foldedTreeText(other, dialect) && !text.includes('weirkeeper_not_analysed_');
}

function unreadOf(plan: Plan): Reason | null {
  return plan.kind === 'opaque' ? plan.reason : null;
}

function lossOf({ query }: Side): Reason | null {
  const { lossy = [] } = query;
  return lossy.length === 0 ? null : reason('lossy', `parts of the SQL were read in part only: ${lossy.join(', ')}`);
}
