// Changes between two projects, as gates see them, with nothing read from the world.

import { toSha } from '#core/base';
import type { AnalyzedSide, Change, ChangedFile, PullRequest } from '#core/change';
import { findModified } from '#core/change';
import type { DbtProject, RunResults } from '#core/dbt';
import { childrenOf } from '#core/dbt';
import type { Gate, GateResult } from '#core/gates';

/** Both projects analyzed as far as manifests go; `parts` overrides anything. */
export function changeOf(base: DbtProject, head: DbtProject, parts: Partial<Change> = {}): Change {
  return {
    pullRequest: null,
    base: aSide(base),
    head: aSide(head),
    ...findModified(base, head, { pullRequest: parts.pullRequest ?? null }),
    columnChanges: [],
    ...parts,
  };
}

export function aSide(project: DbtProject, parts: Partial<AnalyzedSide> = {}): AnalyzedSide {
  return {
    project,
    catalog: null,
    runResults: null,
    artifacts: [],
    origin: 'directory target/',
    stale: null,
    lineage: new Map(),
    children: childrenOf(project),
    ...parts,
  };
}

export function aPullRequest(...paths: readonly string[]): PullRequest {
  const account = { login: 'ann', id: 1, type: 'User' } as const;
  return {
    repository: 'shop/dbt',
    number: 7,
    title: '',
    body: '',
    author: account,
    draft: false,
    baseRef: 'main',
    headRef: 'change',
    baseSha: toSha('a'.repeat(40)),
    headSha: toSha('b'.repeat(40)),
    mergeBaseSha: null,
    fromFork: false,
    labels: [],
    commits: [],
    commitsComplete: true,
    changedFiles: paths.map((path): ChangedFile => ({ path, previousPath: null, status: 'modified', patch: null })),
    filesComplete: true,
  };
}

/** Results of `dbt <command>`, by status. */
export function runResultsOf(command: string | null, statuses: Readonly<Record<string, string>>): RunResults {
  return {
    command,
    generatedAt: null,
    dbtVersion: '1.12.0',
    results: Object.entries(statuses).map(([uniqueId, status]) => ({
      uniqueId: uniqueId as never,
      status,
      message: status === 'success' ? null : `told ${status}`,
      failures: status === 'fail' ? 3 : null,
    })),
    args: {},
  };
}

/** The gate's judgement of a change, with nothing asked. */
export function judge(gate: Gate, change: Change, options: Readonly<Record<string, unknown>> = {}): GateResult {
  return gate.judge(
    {
      change,
      assistance: { level: 'unknown', evidence: [], tools: [], note: null },
      depth: 'standard',
      settled: [],
      options,
    },
    new Map(),
  );
}

/** `message-id subject` of each finding; empty unless the gate found something. */
export function foundBy(result: GateResult): readonly string[] {
  if (result.outcome !== 'failed') return [];
  return result.findings.map(
    ({ messageId, subject }) => `${messageId} ${typeof subject === 'string' ? subject : subject.column}`,
  );
}
