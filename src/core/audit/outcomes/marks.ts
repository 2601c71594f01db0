import type { PullRequest } from '#core/change';
import { sha256 } from '../digest.ts';

/** What a commit or a pull request says of others: full or shortened commit ids, numbers, digests of titles. */
export interface Marks {
  readonly revertsCommits: readonly string[];
  readonly revertsPulls: readonly number[];
  readonly revertsTitles: readonly string[];
  readonly fixesCommits: readonly string[];
  readonly fixesPulls: readonly number[];
}

/** A branch that GitHub's button "Revert" makes: `revert-42-name`. */
const revertBranch = /^revert-(\d+)-/;
const revertTitle = /^Revert "(.*)"(?: \(#\d+\))?$/s;

/** What the text of one commit says: `This reverts commit …` as git writes it, and the trailer `Fixes: …`. */
export function commitMarks(message: string): Pick<Marks, 'revertsCommits' | 'fixesCommits'> {
  return {
    revertsCommits: allOf(message, /\bThis reverts commit ([0-9a-f]{7,40})\b/gi),
    fixesCommits: allOf(message, /^Fixes:\s*([0-9a-f]{7,40})\b/gim),
  };
}

/** What a pull request says, its commits included. A number counts only when it names this repository. */
export function pullRequestMarks(pull: PullRequest): Marks {
  const ofCommits = pull.commits.map(({ message }) => commitMarks(message));
  const ofBody = commitMarks(pull.body);
  const branch = revertBranch.exec(pull.headRef)?.[1];
  const title = revertTitle.exec(pull.title.trim())?.[1];
  const numbers = (verb: string): readonly number[] => pullNumbers(pull, verb);
  return {
    revertsCommits: [...new Set([ofBody, ...ofCommits].flatMap(({ revertsCommits }) => revertsCommits))],
    revertsPulls: [...new Set([...numbers('Reverts'), ...(branch === undefined ? [] : [Number(branch)])])],
    revertsTitles: title === undefined ? [] : [sha256(title.trim())],
    fixesCommits: [...new Set([ofBody, ...ofCommits].flatMap(({ fixesCommits }) => fixesCommits))],
    fixesPulls: numbers('(?:Fix|Fixes|Fixed)'),
  };
}

function pullNumbers({ body, repository }: PullRequest, verb: string): readonly number[] {
  const found = body.matchAll(new RegExp(`^\\s*${verb}:?\\s+([\\w.-]+/[\\w.-]+)?#(\\d{1,9})\\b`, 'gim'));
  return [...found]
    .filter(([, named]) => named === undefined || named.toLowerCase() === repository.toLowerCase())
    .map(([, , number]) => Number(number));
}

function allOf(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, sha = '']) => sha.toLowerCase());
}
