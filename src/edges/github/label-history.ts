import type { DatedLabelEvent, LabelEvent, StreamPlace } from '#review';
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
  pull: Pick<StreamPlace, 'repository'> & { readonly pullNumber: number },
  app: AppIdentity,
): Promise<readonly LabelEvent[]> {
  const last = new Map<string, LabelEvent>();
  for (const { label, action, by } of await readLabelEvents(octokit, pull, app)) {
    // Taken out first, so that the map's order is that of the last events.
    last.delete(label);
    last.set(label, { label, action, by });
  }
  return [...last.values()];
}

/** Everything that happened to labels of the pull request, in order, with who did it and when. */
export async function readLabelEvents(
  octokit: Octokit,
  { repository, pullNumber }: Pick<StreamPlace, 'repository'> & { readonly pullNumber: number },
  app: AppIdentity,
): Promise<readonly DatedLabelEvent[]> {
  const place = { ...ownerAndRepo(repository), issue_number: pullNumber, per_page: 100 };
  const events = await takeItems(octokit.paginate.iterator(octokit.rest.issues.listEvents, place), eventLimit);
  return events.items.flatMap((event): readonly DatedLabelEvent[] => {
    if (!('label' in event) || (event.event !== 'labeled' && event.event !== 'unlabeled')) return [];
    const action = event.event === 'labeled' ? 'added' : 'removed';
    const done: Done = event;
    const login = done.actor?.login ?? null;
    return [{ label: event.label.name, action, by: doneBy(done, app), login, at: event.created_at }];
  });
}

interface Done {
  readonly actor: { readonly login: string } | null;
  readonly performed_via_github_app: { readonly id: number } | null;
}

function doneBy({ actor, performed_via_github_app: via }: Done, app: AppIdentity): 'app' | 'person' {
  return via?.id === app.appId || actor?.login === app.botLogin ? 'app' : 'person';
}
