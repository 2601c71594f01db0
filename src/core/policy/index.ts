// The repository's rules: what findings cost, which gates are required; results → verdict.
export type { GateMode, JudgedGate, RatedFinding, Rung, Verdict } from './verdict.ts';
