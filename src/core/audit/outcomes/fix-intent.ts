import type { PullRequest } from '#core/change';

const words = /\b(?:hot|bug)?fix(?:e[sd])?\b|\bbugs?\b|\bincorrect(?:ly)?\b|\bduplicat(?:e[sd]?|ion)\b|\bwrong\b/i;
const labels = /^(?:(?:kind|type)[/: ]*)?(?:bug|bugfix|hotfix|incident)$/i;
const issue = /\bfix(?:e[sd])?:?\s+(?:[\w.-]+\/[\w.-]+)?#\d+/i;

/**
 * Where a pull request says that it mends something. Its description is asked only for the issue that it fixes: templates
 * hold the word "fix" in every pull request. `fix typo` in a commit is a word like any other: the lines must fit as well.
 */
export function fixIntent(pull: Pick<PullRequest, 'title' | 'body' | 'labels' | 'commits'>): readonly string[] {
  const found: string[] = [];
  if (words.test(pull.title)) found.push('title');
  for (const label of pull.labels) if (labels.test(label.trim())) found.push(`label ${label.trim().toLowerCase()}`);
  if (issue.test(pull.body)) found.push('linked issue');
  for (const { sha, message } of pull.commits) {
    if (words.test(subjectOf(message))) found.push(`commit ${sha.slice(0, 7)}`);
  }
  return found;
}

function subjectOf(message: string): string {
  return message.split('\n')[0] ?? '';
}
