import type { PullRequest } from './pull-request.ts';

/**
 * Keys that stand in changed lines of the pull request's `dbt_project.yml`. A var whose name is among them was edited
 * here, as far as GitHub shows the patch; that one is not says nothing of the command line and the environment.
 */
export function editedKeys(pullRequest: PullRequest | null): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { path, patch } of pullRequest?.changedFiles ?? []) {
    if (patch === null || !/(?:^|\/)dbt_project\.ya?ml$/.test(path)) continue;
    for (const [, key] of patch.matchAll(/^[+-]\s*["']?([A-Za-z_]\w{0,79})["']?\s*:/gm)) keys.add(key ?? '');
  }
  return keys;
}

/** The expression, and which of the vars in it the pull request edits: `var('days')`, edited in dbt_project.yml. */
export function withEditedVars(expression: string, edited: ReadonlySet<string>): string {
  if (edited.size === 0) return expression;
  const vars = [...expression.matchAll(/\bvar\(\s*['"](\w{1,80})['"]/g)].map(([, name]) => name ?? '');
  return vars.some((name) => edited.has(name)) ? `${expression}, edited in dbt_project.yml` : expression;
}
