// The repository's rules: what findings cost, which gates are required; results → verdict.

export { POLICY_PATH } from '#core/base';
export { decide, undecided } from './decide.ts';
export type { LabelEvent } from './decide-labels.ts';
export { decideLabels } from './decide-labels.ts';
export { parseContract } from './parse-contract.ts';
export { parsePolicy } from './parse-policy.ts';
export type { ArtifactSettings, Policy } from './policy.ts';
export { DEEP_REVIEW, gateOptions, gatePolicy } from './policy.ts';
export { defaultPolicy, policyJsonSchema } from './policy-schema.ts';
export { isConsumer, rankFindings } from './rate-findings.ts';
export { changedInMeaning, keptInMeaning } from './rung.ts';
export type { JudgedGate, RatedFinding, Rung, Verdict } from './verdict.ts';
export { writtenExpectations } from './written-expectations.ts';
