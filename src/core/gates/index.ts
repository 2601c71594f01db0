// One gate per file; this list is the order in which they are shown.
import { columnLineage } from './column-lineage.ts';
import { contract } from './contract.ts';
import { dbtRun } from './dbt-run.ts';
import { deepReview } from './deep-review.ts';
import { destructive } from './destructive.ts';
import { explain } from './explain.ts';
import type { Gate } from './gate.ts';
import { keys } from './keys.ts';
import { pii } from './pii.ts';
import { rowCount } from './row-count.ts';
import { sqlRules } from './sql-rules.ts';
import { state } from './state.ts';
import { values } from './values.ts';

export type { Counterexample } from '#core/evidence';
export type { Basis, Cost, FileRange, Finding, Gate, GateInput, GatePage, GateResult, Message } from './gate.ts';
export { defineGate, severityCosts } from './gate.ts';
export type { Inventory, InventoryLine } from './pii/inventory.ts';
export { piiInventory } from './pii/inventory.ts';
export { contractPaths } from './pii/options.ts';
export type { GateOutcome, GatePlan, PlanInput } from './plan.ts';
export { judgeAll, planGates } from './plan.ts';

/** Every gate, in the order of the comment's table. */
export const gates: readonly Gate[] = [
  state,
  contract,
  dbtRun,
  rowCount,
  keys,
  values,
  explain,
  columnLineage,
  sqlRules,
  pii,
  destructive,
  deepReview,
];
