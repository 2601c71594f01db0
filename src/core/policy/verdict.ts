import type { Reason } from '#core/base';
import type { Cost, Finding, GateResult } from '#core/gates';

/** How much a gate weighs. Only `required` gates can fail a review or leave it unknown. */
export type GateMode = 'required' | 'advisory' | 'off';

export interface RatedFinding extends Finding {
  readonly gateId: string;
  /** The cost after policy; a heuristic finding never costs more than `warn`. */
  readonly cost: Cost;
  /** The message with its values, as plain text. */
  readonly text: string;
}

/** A gate's result after policy. */
export interface JudgedGate {
  readonly gateId: string;
  readonly title: string;
  readonly mode: GateMode;
  /** `failed` only when a finding costs `block`; `unknown` when the gate could not look, or not everywhere and found nothing that blocks. */
  readonly outcome: 'passed' | 'failed' | 'unknown';
  /** One phrase; of an unknown gate, the reason's text. */
  readonly summary: string;
  readonly reason: Reason | null;
  readonly findings: readonly RatedFinding[];
  readonly result: GateResult;
}

/** Rung of trust: T0 nothing changes in meaning … T4 a block, personal data or a broken contract. */
export type Rung = 'T0' | 'T1' | 'T2' | 'T3' | 'T4';

export interface Verdict {
  readonly outcome: 'passed' | 'failed' | 'unknown';
  readonly rung: Rung;
  /** The most important first; each one phrase. */
  readonly reasons: readonly string[];
  readonly gates: readonly JudgedGate[];
}
