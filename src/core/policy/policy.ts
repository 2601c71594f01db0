import type { Budget, EvidenceTrust, SearchBudget } from '#core/evidence';
import type { Cost } from '#core/gates';
import type { GateMode, Rung } from './verdict.ts';

/** The gate that asks an LLM. It can advise, never block. */
export const DEEP_REVIEW = 'deep-review';

/** A repository's rules, every default filled in. */
export interface Policy {
  /** `enforcing`: failed and unknown stop a merge. `advisory`: both are told, neither stops anything. */
  readonly mode: 'enforcing' | 'advisory';
  /** What the file says of each gate, by gate id. A gate that it does not name has `defaultGatePolicy`. */
  readonly gates: ReadonlyMap<string, GatePolicy>;
  readonly labels: PolicyLabels;
  readonly artifacts: ArtifactSettings;
  /** In order: the first that matches a node is its layer. */
  readonly layers: readonly Layer[];
  readonly deepReview: {
    readonly enabled: boolean;
    readonly allowForks: boolean;
  };
  /** How much one review may ask of the warehouse. */
  readonly data: Budget;
  /** Whose evidence files are taken. */
  readonly evidence: EvidenceTrust;
  readonly counterexamples: SearchBudget;
  readonly comment: { readonly enabled: boolean; readonly inline: boolean; readonly maxFindings: number };
  readonly audit: {
    /** `ref`: the log's head is pushed to a ref of the repository; the App then needs to write contents. */
    readonly checkpoints: 'off' | 'ref';
    /** How many days after a merge its outcome is looked for. */
    readonly outcomeDays: number;
  };
}

export interface GatePolicy {
  readonly mode: GateMode;
  /** What findings cost here, by message id. */
  readonly findings: Readonly<Record<string, Cost>>;
  /** The gate's own options as written, checked but without the gate's defaults. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Names of the labels that the app sets. */
export interface PolicyLabels {
  readonly assisted: string;
  readonly senior: string;
  readonly budget: string;
}

/** Where the artifacts of both sides are. */
export interface ArtifactSettings {
  /** `workflow`: uploaded by a GitHub workflow; `committed`: files in the repository. */
  readonly source: 'workflow' | 'committed';
  readonly baseName: string;
  readonly headName: string;
  /** Folder of the committed files, from the repository's root. */
  readonly path: string;
}

export interface Layer {
  readonly name: string;
  /** Folders from the project's root; `*` stands for any one folder. */
  readonly paths: readonly string[];
  readonly tags: readonly string[];
  /** The lowest rung of a change in meaning to this layer; it only ever raises. */
  readonly rung: Rung;
}

/**
 * Gates that tell and do not stop until a policy requires them: keys, values and plans need more than counts of rows, which not
 * every repository has; the rules are many, and a repository should see what they say before they stop a merge.
 */
const advisoryByDefault: ReadonlySet<string> = new Set([DEEP_REVIEW, 'keys', 'values', 'explain', 'sql-rules']);

/** What holds for a gate that the policy file does not name. */
export function defaultGatePolicy(gateId: string): GatePolicy {
  return { mode: advisoryByDefault.has(gateId) ? 'advisory' : 'required', findings: {}, options: {} };
}

/** What the policy says of one gate. */
export function gatePolicy(policy: Policy, gateId: string): GatePolicy {
  const found = policy.gates.get(gateId) ?? defaultGatePolicy(gateId);
  return gateId === DEEP_REVIEW && !policy.deepReview.enabled ? { ...found, mode: 'off' } : found;
}

/** Each gate's own options, by gate id, as `planGates` wants them. */
export function gateOptions(policy: Policy): ReadonlyMap<string, unknown> {
  const options = new Map<string, unknown>();
  for (const [gateId, gate] of policy.gates) options.set(gateId, gate.options);
  const deepReview = policy.gates.get(DEEP_REVIEW)?.options ?? {};
  return options.set(DEEP_REVIEW, { allow_forks: policy.deepReview.allowForks, ...deepReview });
}
