import type { Plan, SetPlan } from '../plan/plan.ts';
import { likeness } from '../proof/match.ts';

/** A block and a set operation with a member like it, both as set operations; null where they are not alike. */
export function wrapSet(base: Plan, head: Plan): { readonly base: SetPlan; readonly head: SetPlan } | null {
  if (base.kind === 'block' && head.kind === 'set' && head.members.some((member) => likeness(member, base) > 0)) {
    return { base: { ...head, members: [base], orderBy: [], limit: null }, head };
  }
  if (head.kind === 'block' && base.kind === 'set' && base.members.some((member) => likeness(member, head) > 0)) {
    return { base, head: { ...base, members: [head], orderBy: [], limit: null } };
  }
  return null;
}
