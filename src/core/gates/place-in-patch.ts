import type { ChangedFile, PullRequest } from '#core/change';
import { rightSideLines } from '#core/change';
import type { FileRange } from './gate.ts';

/**
 * Where a text stands among the lines that a pull request adds, in the first candidate file that holds it.
 * `candidates` are paths from a dbt project's root; the project may lie in a folder of the repository.
 * Without a pull request, or when no patch holds the text: line 1 of the first candidate.
 */
export function placeInPatch(
  pullRequest: PullRequest | null,
  candidates: readonly string[],
  text: string | RegExp,
): FileRange | null {
  const files = candidates.flatMap((path) => fileAt(pullRequest, path) ?? []);
  for (const file of files) {
    const line = addedLineWith(file.patch, text);
    if (line !== null) return { path: file.path, startLine: line, endLine: line };
  }
  const path = files[0]?.path ?? candidates[0];
  return path === undefined ? null : { path, startLine: 1, endLine: 1 };
}

/** The changed file at a path of the dbt project, wherever in the repository the project lies; null when there is none. */
export function fileAt(pullRequest: PullRequest | null, path: string): ChangedFile | null {
  if (path === '') return null;
  const files = pullRequest?.changedFiles ?? [];
  return files.find((file) => file.path === path) ?? files.find((file) => file.path.endsWith(`/${path}`)) ?? null;
}

function addedLineWith(patch: string | null, text: string | RegExp): number | null {
  return rightSideLines(patch).find((row) => row.added && holds(row.text, text))?.line ?? null;
}

function holds(row: string, text: string | RegExp): boolean {
  if (typeof text !== 'string') return text.test(row);
  return row.toLowerCase().replace(/\s+/g, ' ').includes(text.toLowerCase());
}
