import { execFileSync } from 'node:child_process';
import { type LogEntry, type SignedCheckpoint, sha256 } from '#core/audit';
import { isJsonObject, type JsonObject, RepositoryError } from '#core/base';
import { toCheckpoints } from './audit-lines.ts';

const checkpointRef = 'refs/weirkeeper/audit';
const largest = 100 * 1024 * 1024;

/** What a repository on disk says of a log. */
export interface GitCheck {
  /** Checkpoints that were pushed there. */
  readonly checkpoints: readonly SignedCheckpoint[];
  /** What of an entry the repository does not bear out; empty when it agrees. */
  readonly faultsOf: (entry: LogEntry) => readonly string[];
  /** How much was compared. */
  readonly counts: { heads: number; policies: number; approvals: number };
}

/** Opens a git repository (bare or not) to hold a log against. Throws RepositoryError when there is none. */
export function openGit(path: string): GitCheck {
  if (git(path, 'rev-parse', '--git-dir') === null) {
    throw new RepositoryError(
      'no-repository',
      `${path}: is no git repository, or git is not installed; --git takes a clone`,
    );
  }
  const commits = git(path, 'log', '--format=%H', checkpointRef)?.toString('utf8').trim().split('\n') ?? [];
  const lines = commits.map((sha) => git(path, 'cat-file', 'blob', `${sha}:checkpoint.jsonl`)?.toString('utf8') ?? '');
  const counts = { heads: 0, policies: 0, approvals: 0 };
  return {
    checkpoints: toCheckpoints(lines.join('\n'), `${path} ${checkpointRef}`),
    counts,
    faultsOf: (entry) => [
      ...headFaults(path, entry, counts),
      ...policyFaults(path, entry, counts),
      ...approvalFaults(entry, counts),
    ],
  };
}

function headFaults(path: string, { body }: LogEntry, counts: GitCheck['counts']): readonly string[] {
  const change = objectIn(body, 'change');
  const named = (['head', 'mergeCommit', 'merge_commit'] as const).map((name) => change?.[name]);
  const shas = named.filter((sha) => typeof sha === 'string').filter((sha) => /^[0-9a-f]{40}$/.test(sha));
  counts.heads += shas.length;
  const missing = shas.filter((sha) => git(path, 'cat-file', '-e', `${sha}^{commit}`) === null);
  return missing.map(
    (sha) =>
      `commit ${sha} is not in the repository (heads of pull requests: git fetch origin 'refs/pull/*/head:refs/pull/*/head')`,
  );
}

function policyFaults(path: string, { body }: LogEntry, counts: GitCheck['counts']): readonly string[] {
  const policy = objectIn(body, 'policy');
  const { path: file, sha, digest } = policy ?? {};
  if (typeof file !== 'string' || typeof sha !== 'string' || typeof digest !== 'string') return [];
  counts.policies += 1;
  if (!/^[0-9a-f]{40}$/.test(sha)) return [`the policy's commit ${sha} is no commit id`];
  const content = git(path, 'cat-file', 'blob', `${sha}:${file}`);
  if (content === null) return [`the policy ${file} is not in the repository at ${sha}`];
  return sha256(content) === digest ? [] : [`the policy ${file} at ${sha} is not the one that was in force`];
}

/** What the record itself claims of approvals must follow from what it lists. */
function approvalFaults({ body }: LogEntry, counts: GitCheck['counts']): readonly string[] {
  const reviewers = objectIn(body, 'actors')?.['reviewers'];
  const head = objectIn(body, 'change')?.['head'];
  if (!Array.isArray(reviewers)) return [];
  counts.approvals += reviewers.length;
  return reviewers.filter(isJsonObject).flatMap(({ login, state, commit, counts: counted }) => {
    if (counted !== true || (state === 'APPROVED' && commit === head)) return [];
    return [`the approval of ${typeof login === 'string' ? login : '?'} counts, but is not of the merged head`];
  });
}

function objectIn(body: JsonObject, name: string): JsonObject | null {
  const value = body[name];
  return isJsonObject(value) ? value : null;
}

/** Output of a git command that only reads; null when git refuses. */
function git(path: string, ...args: readonly string[]): Buffer | null {
  try {
    return execFileSync('git', ['-C', path, ...args], { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: largest });
  } catch {
    return null;
  }
}
