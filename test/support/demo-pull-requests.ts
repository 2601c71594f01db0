import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type GitHubDouble, type PullRequest, startGitHubDouble } from './github-double/index.ts';
import { makeZip } from './zip.ts';

/** The demo's dbt project and its four pull requests, played on the GitHub double. */

const demo = fileURLToPath(new URL('../../demo/', import.meta.url));

/** The one warehouse that holds the relations of the base and of every pull request. */
export const demoWarehouseUrl = `duckdb://${join(demo, 'warehouse', 'cinderhouse.duckdb')}`;

/** One of the demo's pull requests as its author made it. */
export interface DemoPullRequest {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly user: { readonly login: string; readonly id: number };
  readonly head: { readonly ref: string };
  readonly base: { readonly ref: string };
  readonly labels: readonly string[];
  readonly commits: readonly DemoCommit[];
  /** Whole changed files by path; null for a removed one. */
  readonly files: Readonly<Record<string, string | null>>;
}

interface DemoCommit {
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly login: string;
  /** Paths of the files that this commit changes. */
  readonly files: readonly string[];
}

/** Numbers of the demo's pull requests, in order. */
export const demoNumbers: readonly number[] = [1, 2, 3, 4];

/** A GitHub double whose repository holds the demo's dbt project on `main`, with further files where wanted. */
export async function startDemoGitHub(
  more: Readonly<Record<string, string>> = {},
  options: Parameters<typeof startGitHubDouble>[0] = {},
): Promise<GitHubDouble> {
  const files = { ...filesBelow(join(demo, 'project')), ...more };
  return startGitHubDouble({ owner: 'cinderhouse', name: 'kiln-models', ...options, files });
}

/** Reads a pull request of the demo. Throws when its commits do not hold exactly the files it changes. */
export function readDemoPullRequest(number: number): DemoPullRequest {
  const folder = folderOf(number);
  const removed = readdirSync(folder).includes('removed.txt')
    ? readFileSync(join(folder, 'removed.txt'), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : [];
  const written = JSON.parse(readFileSync(join(folder, 'pull-request.json'), 'utf8')) as Omit<DemoPullRequest, 'files'>;
  const files = { ...filesBelow(join(folder, 'files')), ...Object.fromEntries(removed.map((path) => [path, null])) };
  const committed = written.commits.flatMap((commit) => commit.files).toSorted();
  if (committed.join('\n') !== Object.keys(files).toSorted().join('\n')) {
    throw new Error(`the commits of demo pull request ${String(number)} do not hold exactly its files`);
  }
  return { ...written, files };
}

/** Opens a pull request of the demo with its own commits, by its own author; the App is told and has answered. */
export async function openDemoPullRequest(github: GitHubDouble, number: number): Promise<PullRequest> {
  const { title, body, user, head, base, labels, commits, files } = readDemoPullRequest(number);
  for (const { login, author } of commits) github.addAccount({ id: user.id, login, email: author.email });
  return github.repository.openPullRequest({
    title,
    body,
    user: user.login,
    headRef: head.ref,
    baseRef: base.ref,
    labels,
    commits: commits.map(({ message, author, files: paths }) => ({
      message,
      author,
      files: Object.fromEntries(paths.map((path) => [path, files[path] ?? null])),
    })),
  });
}

/**
 * What CI does: keeps dbt's artifacts of the base (once) and of the pull request's head, and ends its workflow run; the
 * App is told and has answered. `artifacts` names the demo's folder when it is not the pull request's own.
 */
export async function finishDemoBuild(
  github: GitHubDouble,
  pull: PullRequest,
  options: { readonly artifacts?: string; readonly extra?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const { repository } = github;
  const { sha: baseSha, ref: baseRef } = pull.base;
  const { sha: headSha, ref: headRef } = pull.head;
  if (!repository.state.artifacts.some(({ name, run }) => name === 'dbt-base' && run?.headSha === baseSha)) {
    repository.addWorkflowRun({ headSha: baseSha, headBranch: baseRef, event: 'push' });
    repository.addArtifact({ name: 'dbt-base', headSha: baseSha, headBranch: baseRef, zip: demoArtifacts('base') });
  }
  const run = repository.addWorkflowRun({ headSha, headBranch: headRef });
  const zip = demoArtifacts(options.artifacts ?? `pr-${String(pull.number)}`, options.extra);
  repository.addArtifact({ name: 'dbt-head', headSha, headBranch: headRef, zip, run });
  await repository.completeWorkflowRun(run);
}

/** A workflow artifact as CI would upload it: manifest, catalog and run results of one side, and other files by name. */
export function demoArtifacts(folder: string, extra: Readonly<Record<string, string>> = {}): Buffer {
  return makeZip([
    ...['manifest', 'catalog', 'run_results'].map((name) => ({
      name: `${name}.json`,
      content: gunzipSync(readFileSync(join(demo, 'artifacts', folder, `${name}.json.gz`))),
    })),
    ...Object.entries(extra).map(([name, content]) => ({ name, content })),
  ]);
}

function folderOf(number: number): string {
  const all = join(demo, 'pull-requests');
  const name = readdirSync(all).find((entry) => entry.startsWith(`${String(number)}-`));
  if (name === undefined) throw new Error(`the demo has no pull request ${String(number)}`);
  return join(all, name);
}

/** Text of every file below a folder, by its path from there with forward slashes; dbt's own output is left out. */
function filesBelow(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  const own = paths.filter((path) => !/[\\/](target|logs)[\\/]|\.duckdb$|\.user\.yml$/.test(path.slice(folder.length)));
  return Object.fromEntries(
    own.toSorted().map((path) => [relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')]),
  );
}
