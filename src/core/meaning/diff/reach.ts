import type { Plan } from '../plan/plan.ts';
import type { Edit } from './edit.ts';

/** Where a change of a scope arrives. */
export interface Reach {
  /** Which output columns of the model a change of a scope's column reaches; `all` where it moves rows. */
  readonly of: (column: string) => readonly string[] | 'all';
  /** Scopes that may still be looked into: one that is read by many is looked at from each. */
  readonly steps: { left: number };
  /** Compares two scopes that are read here. */
  readonly inside: (base: Plan, head: Plan, role: Role, reach: Reach) => readonly Edit[];
}

/** How a scope is read: the model's own, one read by name, or a member of a set operation, read by position. */
export type Role = 'model' | 'read' | 'member';
