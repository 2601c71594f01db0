import { sha256 } from '#core/audit';
import type { Reason, Sha } from '#core/base';
import { EXPECT_PATH, RepositoryError, toSha } from '#core/base';
import type { DataContract, PullRequest, Sides, WrittenExpectation } from '#core/change';
import { type MemoryLimit, type Parsed, standardMemory } from '#core/dbt';
import { contractPaths, gates } from '#core/gates';
import type { Policy } from '#core/policy';
import { defaultPolicy, gateOptions, POLICY_PATH, parseContract, parsePolicy, writtenExpectations } from '#core/policy';
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
  const sides = readSides(pullRequest, { base: base.set, head: head.set }, ports.memoryLimit ?? standardMemory);
  if (!sides.ok) return { ...collected, sides: sides.reason, evidence: [] };
  const evidence = [base.set.evidence, head.set.evidence].filter((text) => text !== null);
  const expectations = await readExpectations(request, pullRequest, ports);
  return { ...collected, sides: { ...sides.value, contracts, expectations }, evidence };
}

/** What the author declares in a file of head; what base has of it was said of an earlier change. */
async function readExpectations(
  request: ReviewRequest,
  pullRequest: PullRequest | null,
  { pullRequests }: Pick<ReviewPorts, 'pullRequests'>,
): Promise<readonly WrittenExpectation[]> {
  const read = async (sha: Sha): Promise<string | null> => {
    try {
      return await pullRequests.readFile(request, EXPECT_PATH, sha);
    } catch (error) {
      // It is not text, which is told as a declaration that cannot be read, and stops no review.
      if (error instanceof RepositoryError) return '\0';
      throw error;
    }
  };
  const head = await read(request.headSha);
  const base = pullRequest?.baseSha ?? request.headSha;
  if (head === null) return [];
  return writtenExpectations(head, base === request.headSha ? null : await read(base), EXPECT_PATH);
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

/** The head's fault is told before the base's: it is the pull request's own. */
function readSides(
  pullRequest: PullRequest | null,
  { base, head }: { readonly base: ArtifactSet; readonly head: ArtifactSet },
  limit: MemoryLimit,
): Parsed<Sides> {
  const baseSide = readSide('base', base, { limit });
  const known = baseSide.ok ? { known: baseSide.value.manifest } : {};
  const headSide = readSide('head', head, { limit, ...known });
  if (!headSide.ok) return headSide;
  if (!baseSide.ok) return baseSide;
  return { ok: true, value: { pullRequest, base: baseSide.value.side, head: headSide.value.side } };
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
