import { sha256 } from '#core/audit';
import type { Reason } from '#core/base';
import { toSha } from '#core/base';
import type { DataContract, PullRequest, Sides } from '#core/change';
import type { Parsed } from '#core/dbt';
import { contractPaths, gates } from '#core/gates';
import type { Policy } from '#core/policy';
import { defaultPolicy, gateOptions, POLICY_PATH, parseContract, parsePolicy } from '#core/policy';
import type { ArtifactSet, ReviewPorts, ReviewRequest } from './ports.ts';
import { readSide } from './read-side.ts';
import { toRepositoryError } from './to-repository-error.ts';

/** Everything that the analysis will read. */
export interface Snapshot {
  readonly pullRequest: PullRequest | null;
  readonly policy: Policy;
  readonly policyFile: PolicyFile | null;
  /** Both sides, or why there is nothing to compare. */
  readonly sides: Sides | Reason;
  /** Texts of `weirkeeper-evidence.json`, the base's before the head's: what the base says of itself is trusted more. */
  readonly evidence: readonly string[];
}

/** Why there is nothing to compare; null when both sides could be read. */
export function missingOf({ sides }: Pick<Snapshot, 'sides'>): Reason | null {
  return 'code' in sides ? sides : null;
}

/** Where the policy was read. */
export interface PolicyFile {
  readonly path: string;
  readonly sha: string;
  readonly digest: string;
}

/** Reads the pull request, the policy of its base branch and the artifacts of both sides. */
export async function collectSnapshot(request: ReviewRequest, ports: ReviewPorts): Promise<Snapshot> {
  const pullRequest = await ports.pullRequests.readPullRequest(request);
  const { policy, policyFile } = await readPolicy(request, pullRequest, ports);
  const contracts = await readContracts(request, policyFile === null ? [] : namedContracts(policy), ports, pullRequest);
  const [base, head] = await Promise.all([
    ports.artifacts.fetch('base', request, pullRequest, policy.artifacts),
    ports.artifacts.fetch('head', request, pullRequest, policy.artifacts),
  ]);
  const collected = { pullRequest, policy, policyFile };
  if (!head.ok) return { ...collected, sides: head.reason, evidence: [] };
  if (!base.ok) return { ...collected, sides: base.reason, evidence: [] };
  const sides = readSides(pullRequest, base.set, head.set);
  if (!sides.ok) return { ...collected, sides: sides.reason, evidence: [] };
  const evidence = [base.set.evidence, head.set.evidence].filter((text) => text !== null);
  return { ...collected, sides: { ...sides.value, contracts }, evidence };
}

function namedContracts(policy: Policy): readonly string[] {
  return contractPaths(gateOptions(policy).get('pii'));
}

/** The data contracts that the policy names, from the same commit. Throws RepositoryError where one is not there or not readable. */
async function readContracts(
  request: ReviewRequest,
  paths: readonly string[],
  { pullRequests }: Pick<ReviewPorts, 'pullRequests'>,
  pullRequest: PullRequest | null,
): Promise<readonly DataContract[]> {
  const sha = pullRequest?.baseSha ?? toSha('');
  const contracts: DataContract[] = [];
  for (const path of paths) {
    const parsed = parseContract(await pullRequests.readFile(request, path, sha), path);
    if (!parsed.ok) throw toRepositoryError(parsed.reason);
    contracts.push(parsed.value);
  }
  return contracts;
}

function readSides(pullRequest: PullRequest | null, base: ArtifactSet, head: ArtifactSet): Parsed<Sides> {
  const headSide = readSide('head', head);
  if (!headSide.ok) return headSide;
  const baseSide = readSide('base', base);
  return baseSide.ok ? { ok: true, value: { pullRequest, base: baseSide.value, head: headSide.value } } : baseSide;
}

/** The policy as the base branch has it: a pull request cannot loosen its own gates. */
async function readPolicy(
  request: ReviewRequest,
  pullRequest: PullRequest | null,
  ports: ReviewPorts,
): Promise<{ policy: Policy; policyFile: PolicyFile | null }> {
  const sha = pullRequest?.baseSha ?? toSha('');
  const text = await ports.pullRequests.readFile(request, POLICY_PATH, sha);
  if (text === null) return { policy: defaultPolicy, policyFile: null };
  const parsed = parsePolicy(text, POLICY_PATH, gates);
  if (!parsed.ok) throw toRepositoryError(parsed.reason);
  return { policy: parsed.value, policyFile: { path: POLICY_PATH, sha, digest: sha256(text) } };
}
