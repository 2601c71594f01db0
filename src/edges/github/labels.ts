import type { Publication } from '#review';
import { takeItems } from './pages.ts';
import type { Target } from './target.ts';
import { isStatus } from './to-failure.ts';

/** How our labels look where the repository has none of that name: colour as six hexadecimal digits. */
const looks: ReadonlyMap<string, { readonly color: string; readonly description: string }> = new Map([
  [
    'assisted-by:llm',
    { color: 'c5b4e3', description: 'An LLM helped with this change; the comment names the evidence' },
  ],
  ['needs-senior-review', { color: 'd97706', description: 'Needs a senior reviewer who is not the author' }],
  [
    'hallucination-budget',
    { color: 'b42318', description: 'An LLM helped with this change: its claims are checked and counted' },
  ],
  ['weirkeeper:deep-review', { color: '1d76db', description: 'Put on to ask Weirkeeper for a deep review' }],
]);

/** Adds and removes labels; those already there, or already gone, cause no write. GitHub compares names without case. */
export async function publishLabels(target: Target, labels: Publication['labels']): Promise<void> {
  if (labels.add.length === 0 && labels.remove.length === 0) return;
  const present = await readLabels(target);
  const missing = labels.add.filter((name) => !present.has(name.toLowerCase()));
  for (const name of missing) await createIfAbsent(target, name);
  const { octokit, owner, repo, pullNumber } = target;
  const place = { owner, repo, issue_number: pullNumber };
  if (missing.length > 0) await octokit.rest.issues.addLabels({ ...place, labels: [...missing] });
  for (const name of labels.remove) {
    const stored = present.get(name.toLowerCase());
    if (stored !== undefined) await removeLabel(target, stored);
  }
}

/** The pull request's labels as GitHub writes them, by their name in lower case. */
async function readLabels({ octokit, owner, repo, pullNumber }: Target): Promise<ReadonlyMap<string, string>> {
  const place = { owner, repo, issue_number: pullNumber, per_page: 100 };
  const { items } = await takeItems(octokit.paginate.iterator(octokit.rest.issues.listLabelsOnIssue, place), 1_000);
  return new Map(items.map((label) => [label.name.toLowerCase(), label.name]));
}

async function createIfAbsent({ octokit, owner, repo }: Target, name: string): Promise<void> {
  try {
    await octokit.rest.issues.getLabel({ owner, repo, name });
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
    await createLabel({ octokit, owner, repo }, name);
  }
}

async function createLabel(
  { octokit, owner, repo }: Pick<Target, 'octokit' | 'owner' | 'repo'>,
  name: string,
): Promise<void> {
  const look = looks.get(name.toLowerCase()) ?? { color: 'ededed', description: 'Set by Weirkeeper' };
  try {
    await octokit.rest.issues.createLabel({ owner, repo, name, ...look });
  } catch (error) {
    // Somebody else made it between the two calls.
    if (!isStatus(error, 422)) throw error;
  }
}

async function removeLabel({ octokit, owner, repo, pullNumber }: Target, name: string): Promise<void> {
  try {
    await octokit.rest.issues.removeLabel({ owner, repo, issue_number: pullNumber, name });
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
}
