import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type GitHubDouble, type PullRequest, startGitHubDouble } from './github-double/index.ts';
import { makeZip } from './zip.ts';

/** The demo's dbt project and its four pull requests, played on the GitHub double. */

const demo = fileURLToPath(new URL('../../demo/', import.meta.url));

/** The one warehouse that holds the relations of the base and of every pull request. */
export const demoWarehouseUrl = `duckdb://${encodeURI(join(demo, 'warehouse', 'cinderhouse.duckdb'))}`;

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

/** A GitHub double whose repository holds the demo's dbt project on `main`. */
export function startDemoGitHub(
  options: Pick<NonNullable<Parameters<typeof startGitHubDouble>[0]>, 'onRequest'> = {},
): Promise<GitHubDouble> {
  return startGitHubDouble({ ...options, owner: 'cinderhouse', name: 'kiln-models', files: demoProject() });
}

/** Text of every file of the demo's dbt project, by path. */
export function demoProject(): Readonly<Record<string, string>> {
  return filesBelow(join(demo, 'project'));
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

/** One of the demo's pull requests, open on the double; in a repository of its own it has another number there. */
export interface OpenedPullRequest {
  readonly demoNumber: number;
  readonly pull: PullRequest;
  readonly repository: Repository;
}

type Repository = GitHubDouble['repository'];

/**
 * Opens a pull request of the demo with its own commits, by its own author, from a branch of the repository or of a
 * login's fork; the App is told and has answered.
 */
export async function openDemoPullRequest(
  github: GitHubDouble,
  demoNumber: number,
  { repository = github.repository, fork }: { readonly repository?: Repository; readonly fork?: string } = {},
): Promise<OpenedPullRequest> {
  const { title, body, user, head, base, labels, commits, files } = readDemoPullRequest(demoNumber);
  for (const { login, author } of commits) github.addAccount({ id: user.id, login, email: author.email });
  const pull = await repository.openPullRequest({
    title,
    body,
    user: user.login,
    headRef: head.ref,
    baseRef: base.ref,
    labels,
    ...(fork === undefined ? {} : { fork }),
    commits: commits.map(({ message, author, files: paths }) => ({
      message,
      author,
      files: Object.fromEntries(paths.map((path) => [path, files[path] ?? null])),
    })),
  });
  return { demoNumber, pull, repository };
}

/**
 * What CI does: keeps dbt's artifacts of the merge base (once) and of the pull request's head, and ends its workflow run;
 * the App is told and has answered. `artifacts` names the demo's folder when it is not the pull request's own.
 */
export async function finishDemoBuild(
  { demoNumber, pull, repository }: OpenedPullRequest,
  artifacts = `pr-${String(demoNumber)}`,
): Promise<void> {
  keepBaseArtifacts(repository, pull);
  const { sha: headSha, ref: headBranch } = pull.head;
  const headRepositoryId = pull.head.repository?.id ?? repository.state.id;
  const run = repository.addWorkflowRun({ headSha, headBranch, headRepositoryId });
  repository.addArtifact({ name: 'dbt-head', headSha, headBranch, zip: demoArtifacts(artifacts), run });
  await repository.completeWorkflowRun(run);
}

function keepBaseArtifacts(repository: Repository, { base }: PullRequest): void {
  const { artifacts } = repository.state;
  if (artifacts.some(({ name, run }) => name === 'dbt-base' && run?.headSha === base.sha)) return;
  const run = repository.addWorkflowRun({ headSha: base.sha, headBranch: base.ref, event: 'push' });
  repository.addArtifact({
    name: 'dbt-base',
    headSha: base.sha,
    headBranch: base.ref,
    zip: demoArtifacts('base'),
    run,
  });
}

/** A workflow artifact as CI would upload it: manifest, catalog and run results of one side. */
function demoArtifacts(folder: string): Buffer {
  const known = zips.get(folder);
  const zip = known ?? makeZip(['manifest', 'catalog', 'run_results'].map((name) => artifactEntry(folder, name)));
  zips.set(folder, zip);
  return zip;
}

const zips = new Map<string, Buffer>();

function artifactEntry(folder: string, name: string): { readonly name: string; readonly content: Buffer } {
  const packed = readFileSync(join(demo, 'artifacts', folder, `${name}.json.gz`));
  return { name: `${name}.json`, content: gunzipSync(packed) };
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
