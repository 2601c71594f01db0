import { gates } from '#core/gates';
import { gateCheckName, SUMMARY_CHECK } from '#core/render';
import type { GitHubDouble } from './github-double/index.ts';

type Repository = GitHubDouble['repository'];
type PublishedState = ReturnType<Repository['publishedState']>;

/** Names of all check runs that a review makes. */
export const checkNames: readonly string[] = [...gates.map(({ id }) => gateCheckName(id)), SUMMARY_CHECK];

/** The same conclusion for every check run, and others where told. */
export function allConclude(
  conclusion: string,
  others: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return { ...Object.fromEntries(checkNames.map((name) => [name, conclusion])), ...others };
}

/** Conclusion of the newest check run of each name on a head SHA; the status while it has none. */
export function conclusionsOf({ checkRuns }: PublishedState): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(checkRuns).map(([name, { conclusion, status }]) => [name, conclusion ?? status]),
  );
}

/** The text of the App's one comment. Throws when there is none, or more than one. */
export function commentOf({ comments }: PublishedState): string {
  const own = comments.filter(({ author }) => author === 'weirkeeper[bot]');
  if (own.length !== 1) throw new Error(`the App has ${String(own.length)} comments on the pull request, not one`);
  return own[0]?.body ?? '';
}

/** Inline comments of all the App's reviews. */
export function inlineCommentsOf({ reviews }: PublishedState): PublishedState['reviews'][number]['comments'] {
  return reviews.flatMap(({ comments }) => comments);
}

/** What was written to GitHub since an earlier length of the request log: method and path; new tokens do not count. */
export function writesSince(github: GitHubDouble, length: number): readonly string[] {
  return github.requests
    .slice(length)
    .filter(({ method, path }) => method !== 'GET' && !path.endsWith('/access_tokens'))
    .map(({ method, path }) => `${method} ${path}`);
}

/** Every check run's id, name and conclusion, of all heads, in the order in which they were made. */
export function allCheckRuns({ state }: Repository): readonly string[] {
  return state.checkRuns.map(({ id, name, status, conclusion }) => `${String(id)} ${name} ${conclusion ?? status}`);
}
