import type { LabelEvent, ReviewRequest } from '#review';
import type { Octokit } from './connect.ts';
import { takeItems } from './pages.ts';
import { type AppIdentity, ownerAndRepo } from './target.ts';

/** More events than this are not read; a pull request with so many has had its labels settled long ago. */
const eventLimit = 3_000;

/**
 * The last thing that happened to each label of the pull request, in the order in which it happened. `app` is our own
 * App; other Apps count as `person`, because what they decide is not ours to undo.
 */
export async function readLabelHistory(
  octokit: Octokit,
  request: ReviewRequest,
  app: AppIdentity,
): Promise<readonly LabelEvent[]> {
  const place = { ...ownerAndRepo(request.repository), issue_number: request.pullNumber, per_page: 100 };
  const events = await takeItems(octokit.paginate.iterator(octokit.rest.issues.listEvents, place), eventLimit);
  const last = new Map<string, LabelEvent>();
  for (const event of events.items) {
    if (!('label' in event) || (event.event !== 'labeled' && event.event !== 'unlabeled')) continue;
    const { name } = event.label;
    // Taken out first, so that the map's order is that of the last events.
    last.delete(name);
    last.set(name, { label: name, action: event.event === 'labeled' ? 'added' : 'removed', by: doneBy(event, app) });
  }
  return [...last.values()];
}

interface Done {
  readonly actor: { readonly login: string } | null;
  readonly performed_via_github_app: { readonly id: number } | null;
}

function doneBy({ actor, performed_via_github_app: via }: Done, app: AppIdentity): 'app' | 'person' {
  return via?.id === app.appId || actor?.login === app.botLogin ? 'app' : 'person';
}
