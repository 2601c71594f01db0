import { execFileSync } from 'node:child_process';
import { type LogEntry, type SignedCheckpoint, sha256 } from '#core/audit';
import { isJsonObject, type JsonObject, RepositoryError } from '#core/base';
import { toCheckpoints } from './audit-lines.ts';

const checkpointRef = 'refs/weirkeeper/audit';
const largest = 100 * 1024 * 1024;
const commitShape = /^[0-9a-f]{40}$/;

/** What a repository on disk says of a log. */
export interface GitCheck {
  /** Checkpoints that were pushed there. */
  readonly checkpoints: readonly SignedCheckpoint[];
  /** Takes an entry in; git is asked of all of them at once, in `conclude`. */
  see(entry: LogEntry): void;
  conclude(): GitFindings;
}

export interface GitFindings {
  /** What the repository does not bear out, by record; empty when it agrees. */
  readonly faults: readonly string[];
  /** How much was compared. */
  readonly heads: number;
  readonly policies: number;
  readonly approvals: number;
}

/** What one record says that git can be asked of. */
interface Claim {
  readonly record: string;
  /** As `git cat-file` takes it. */
  readonly object: string;
  /** SHA-256 of the content; null when it is enough that the object is there. */
  readonly digest: string | null;
  readonly missing: string;
  readonly differs: string;
}

/** Opens a git repository (bare or not) to hold a log against. Throws RepositoryError when there is none. */
export function openGit(path: string): GitCheck {
  if (git(path, ['rev-parse', '--git-dir']) === null) {
    throw new RepositoryError(
      'no-repository',
      `${path}: is no git repository, or git is not installed; --git takes a clone`,
    );
  }
  const heads: Claim[] = [];
  const policies: Claim[] = [];
  const approvals = { count: 0, faults: [] as string[] };
  return {
    checkpoints: readPushed(path),
    see(entry) {
      heads.push(...headClaims(entry));
      policies.push(...policyClaims(entry));
      const { count, faults } = approvalFaults(entry);
      approvals.count += count;
      approvals.faults.push(...faults);
    },
    conclude: () => ({
      faults: [...faultsOf(path, [...heads, ...policies]), ...approvals.faults],
      heads: heads.length,
      policies: policies.length,
      approvals: approvals.count,
    }),
  };
}

function readPushed(path: string): readonly SignedCheckpoint[] {
  const log = git(path, ['log', '--format=%H', checkpointRef])?.toString('utf8').trim() ?? '';
  const commits = log === '' ? [] : log.split('\n');
  const lines = commits.map(
    (sha) => git(path, ['cat-file', 'blob', `${sha}:checkpoint.jsonl`])?.toString('utf8') ?? '',
  );
  return toCheckpoints(lines.join('\n'), `${path} ${checkpointRef}`);
}

function headClaims(entry: LogEntry): readonly Claim[] {
  const change = objectIn(entry.body, 'change');
  const named = (['head', 'mergeCommit', 'merge_commit'] as const).map((name) => change?.[name]);
  const shas = named.filter((sha) => typeof sha === 'string').filter((sha) => commitShape.test(sha));
  return shas.map((sha) => {
    const missing = `commit ${sha} is not in the repository (heads of pull requests: git fetch origin 'refs/pull/*/head:refs/pull/*/head')`;
    return { record: nameOf(entry), object: `${sha}^{commit}`, digest: null, missing, differs: '' };
  });
}

function policyClaims(entry: LogEntry): readonly Claim[] {
  const { path: file, sha, digest } = objectIn(entry.body, 'policy') ?? {};
  if (typeof file !== 'string' || typeof sha !== 'string' || typeof digest !== 'string') return [];
  // What is no commit id, or no one line, git is not asked of: it is not there.
  const isAskable = commitShape.test(sha) && !/[\n\0]/.test(file);
  const missing = `the policy ${file} is not in the repository at ${sha}`;
  const differs = `the policy ${file} at ${sha} is not the one that was in force`;
  return [{ record: nameOf(entry), object: isAskable ? `${sha}:${file}` : '', digest, missing, differs }];
}

/** One git for all objects, and one more for each content: a log has many records and few policies. */
function faultsOf(path: string, claims: readonly Claim[]): readonly string[] {
  const objects = [...new Set(claims.map(({ object }) => object))].filter((object) => object !== '');
  const answers = git(path, ['cat-file', '--batch-check=%(objectname)'], `${objects.join('\n')}\n`);
  const names = answers?.toString('utf8').split('\n') ?? [];
  const found = new Map(objects.map((object, i) => [object, commitShape.exec(names[i] ?? '')?.[0] ?? null]));
  const digests = new Map<string, string | null>();
  const digestOf = (name: string): string | null => {
    const known = digests.get(name);
    if (known !== undefined) return known;
    const content = git(path, ['cat-file', 'blob', name]);
    const digest = content === null ? null : sha256(content);
    digests.set(name, digest);
    return digest;
  };
  return claims.flatMap(({ record, object, digest, missing, differs }) => {
    const name = found.get(object) ?? null;
    if (name === null) return [`${record}: ${missing}`];
    return digest === null || digestOf(name) === digest ? [] : [`${record}: ${differs}`];
  });
}

function nameOf({ seq, repository }: LogEntry): string {
  return `record ${seq} of ${repository}`;
}

/** What the record itself claims of approvals must follow from what it lists. */
function approvalFaults(entry: LogEntry): { readonly count: number; readonly faults: readonly string[] } {
  const { body } = entry;
  const reviewers = objectIn(body, 'actors')?.['reviewers'];
  const head = objectIn(body, 'change')?.['head'];
  if (!Array.isArray(reviewers)) return { count: 0, faults: [] };
  const faults = reviewers.filter(isJsonObject).flatMap(({ login, state, commit, isAuthor, counts }) => {
    if (counts !== true || (state === 'APPROVED' && commit === head && isAuthor !== true)) return [];
    const whose = typeof login === 'string' ? login : '?';
    return [
      `${nameOf(entry)}: the approval of ${whose} counts, but is not of the merged head by somebody else than the author`,
    ];
  });
  return { count: reviewers.length, faults };
}

function objectIn(body: JsonObject, name: string): JsonObject | null {
  const value = body[name];
  return isJsonObject(value) ? value : null;
}

/** Output of a git command that only reads; null when git refuses. */
function git(path: string, args: readonly string[], input = ''): Buffer | null {
  try {
    return execFileSync('git', ['-C', path, ...args], {
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
      maxBuffer: largest,
    });
  } catch {
    return null;
  }
}
