import { z } from 'zod';
import { RepositoryError, toLine, toSha } from '#core/base';
import type { ChangedFile, Commit, PullRequest } from '#core/change';
import { readText } from './read-text.ts';

const Person = z.object({ login: z.string(), id: z.number().nullish(), type: z.string().nullish() });
const Ref = z.union([z.string(), z.object({ sha: z.string().nullish(), ref: z.string().nullish() })]);
const FileStatus = z.enum(['added', 'modified', 'removed', 'renamed', 'copied', 'changed', 'unchanged']);

/** The fields of `--pr FILE` that are used. GitHub's own pull request JSON fits, with `commits` and `files` added. */
const PullRequestFile = z.object({
  repo: z.string().nullish(),
  number: z.number().nullish(),
  pr: z.number().nullish(),
  title: z.string().nullish(),
  subject: z.string().nullish(),
  body: z.string().nullish(),
  user: Person.nullish(),
  author: z.union([z.string(), Person]).nullish(),
  draft: z.boolean().nullish(),
  base: Ref.nullish(),
  head: Ref.nullish(),
  labels: z.array(z.union([z.string(), z.object({ name: z.string() })])).nullish(),
  commits: z
    .array(
      z.object({
        sha: z.string().nullish(),
        message: z.string(),
        login: z.string().nullish(),
        author: z.object({ name: z.string().nullish(), email: z.string().nullish() }).nullish(),
      }),
    )
    .nullish(),
  files: z
    .array(
      z.object({
        filename: z.string(),
        status: FileStatus.catch('changed'),
        previous_filename: z.string().nullish(),
        patch: z.string().nullish(),
      }),
    )
    .nullish(),
});
type PullRequestFile = z.infer<typeof PullRequestFile>;

const form = '--pr takes the JSON of a pull request: title, body, user, commits, files';

/** Reads `--pr FILE`. Throws RepositoryError that names the file and the place. */
export function readPullRequestFile(path: string): PullRequest {
  const parsed = PullRequestFile.safeParse(readJson(path));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new RepositoryError(
      'bad-pull-request-file',
      `${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a pull request'}; ${form}`,
    );
  }
  return toPullRequest(parsed.data);
}

function readJson(path: string): unknown {
  const text = readText(path, '--pr');
  try {
    return JSON.parse(text);
  } catch (error) {
    const what = error instanceof Error ? toLine(error.message) : 'it cannot be parsed';
    throw new RepositoryError('bad-pull-request-file', `${path}: not JSON: ${what}; ${form}`);
  }
}

function toPullRequest(file: PullRequestFile): PullRequest {
  return {
    repository: file.repo ?? 'local/local',
    number: file.number ?? file.pr ?? 0,
    title: file.title ?? file.subject ?? '',
    body: file.body ?? '',
    author: authorOf(file),
    draft: file.draft ?? false,
    ...refsOf(file),
    fromFork: false,
    labels: listOf(file.labels).map((label) => (typeof label === 'string' ? label : label.name)),
    commits: listOf(file.commits).map(toCommit),
    commitsComplete: true,
    changedFiles: listOf(file.files).map(toChangedFile),
    filesComplete: true,
  };
}

function listOf<Item>(items: readonly Item[] | null | undefined): readonly Item[] {
  return items ?? [];
}

function authorOf({ user, author }: PullRequestFile): PullRequest['author'] {
  const person = user ?? (typeof author === 'string' ? { login: author } : author);
  if (person == null) return { login: 'unknown', id: null, type: 'unknown' };
  return { login: person.login, id: person.id ?? null, type: person.type === 'Bot' ? 'Bot' : 'unknown' };
}

function refsOf({ base, head }: PullRequestFile) {
  return {
    baseRef: refOf(base, 'main'),
    headRef: refOf(head, 'head'),
    baseSha: toSha(shaOf(base)),
    headSha: toSha(shaOf(head)),
    mergeBaseSha: toSha(shaOf(base)),
  };
}

function toCommit(commit: NonNullable<PullRequestFile['commits']>[number]): Commit {
  const name = commit.author?.name ?? '';
  const email = commit.author?.email ?? '';
  return {
    sha: commit.sha ?? '',
    message: commit.message,
    authorName: name,
    authorEmail: email,
    committerName: name,
    committerEmail: email,
    authorLogin: commit.login ?? null,
    committerLogin: null,
  };
}

function toChangedFile(file: NonNullable<PullRequestFile['files']>[number]): ChangedFile {
  return {
    path: file.filename,
    previousPath: file.previous_filename ?? null,
    status: file.status,
    patch: file.patch ?? null,
  };
}

function refOf(ref: PullRequestFile['base'], otherwise: string): string {
  return typeof ref === 'object' && ref?.ref ? ref.ref : otherwise;
}

function shaOf(ref: PullRequestFile['base']): string {
  return typeof ref === 'string' ? ref : (ref?.sha ?? '');
}
