// The repository's rules: what findings cost, which gates are required; results → verdict.

export type { DecideInput } from './decide.ts';
export { decide, undecided } from './decide.ts';
export type { LabelEvent, LabelInput } from './decide-labels.ts';
export { decideLabels } from './decide-labels.ts';
export { layerOf } from './layers.ts';
export type { ParsedPolicy } from './parse-policy.ts';
export { parsePolicy } from './parse-policy.ts';
export type { ArtifactSettings, GatePolicy, Layer, Policy, PolicyLabels } from './policy.ts';
export { DEEP_REVIEW, gateOptions, gatePolicy, POLICY_PATH } from './policy.ts';
export type { PolicyProblem } from './policy-problem.ts';
export { defaultPolicy, policyJsonSchema, policySchema } from './policy-schema.ts';
export { isConsumer, rankFindings } from './rate-findings.ts';
export { changedInMeaning } from './rung.ts';
export type { GateMode, JudgedGate, RatedFinding, Rung, Verdict } from './verdict.ts';
