import { COMMENT_MARKER } from '#core/render';
import type { Octokit } from './connect.ts';
import { takeItems } from './pages.ts';
import type { Target } from './target.ts';
import { capText, commentBytes } from './text-limits.ts';

const commentLimit = 10_000;

type IssueComment = Awaited<ReturnType<Octokit['rest']['issues']['listComments']>>['data'][number];

/**
 * Brings the one comment of the app to this text: written when there is none, edited when it differs, else left alone.
 * Further comments of the app with the marker, as a lost answer may leave behind, are deleted. A comment by anyone else
 * is not ours, marker or not.
 */
export async function publishComment(target: Target, markdown: string): Promise<void> {
  const { octokit, owner, repo, pullNumber } = target;
  const marked = markdown.includes(COMMENT_MARKER) ? markdown : `${COMMENT_MARKER}\n${markdown}`;
  const body = capText(marked, commentBytes);
  const [first, ...surplus] = await listOwn(target);
  if (first === undefined) await octokit.rest.issues.createComment({ owner, repo, issue_number: pullNumber, body });
  else if (!sameText(first.body, body)) {
    await octokit.rest.issues.updateComment({ owner, repo, comment_id: first.id, body });
  }
  for (const comment of surplus) await octokit.rest.issues.deleteComment({ owner, repo, comment_id: comment.id });
}

async function listOwn({ octokit, owner, repo, pullNumber, app }: Target): Promise<readonly IssueComment[]> {
  const place = { owner, repo, issue_number: pullNumber, per_page: 100 };
  const { items } = await takeItems(octokit.paginate.iterator(octokit.rest.issues.listComments, place), commentLimit);
  return items
    .filter((comment) => comment.body?.includes(COMMENT_MARKER) === true)
    .filter((comment) => comment.performed_via_github_app?.id === app.appId || comment.user?.login === app.botLogin)
    .sort((a, b) => a.id - b.id);
}

function sameText(stored: string | undefined, wanted: string): boolean {
  return (stored ?? '').replaceAll('\r\n', '\n').trim() === wanted.replaceAll('\r\n', '\n').trim();
}
