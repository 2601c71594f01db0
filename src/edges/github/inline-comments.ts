import type { ChangedFile } from '#core/change';
import { rightSideLines } from '#core/change';
import { findingMarker } from '#core/render';
import type { InlineComment } from '#review';
import { takeItems } from './pages.ts';
import type { Target } from './target.ts';
import { capText, commentBytes } from './text-limits.ts';
import { isStatus } from './to-failure.ts';

const commentLimit = 10_000;
/** GitHub wants a body for a review of event COMMENT; this one shows nothing. */
const reviewBody = '<!-- weirkeeper:inline -->';

/**
 * Posts the comments that are new and whose line the diff shows, all in one pull request review that neither approves
 * nor asks for changes. When GitHub refuses the lines all the same, none is posted: the comment on the pull request
 * names every finding anyway.
 */
export async function publishInlineComments(
  target: Target,
  comments: readonly InlineComment[],
  changedFiles: readonly ChangedFile[],
): Promise<void> {
  const placeable = inDiff(comments, changedFiles);
  if (placeable.length === 0) return;
  const posted = await readPostedMarkers(target);
  const fresh = distinct(placeable).filter((comment) => !posted.has(findingMarker(comment.fingerprint)));
  if (fresh.length === 0) return;
  const { octokit, owner, repo, pullNumber, headSha, log } = target;
  try {
    await octokit.rest.pulls.createReview({
      owner,
      repo,
      pull_number: pullNumber,
      commit_id: headSha,
      event: 'COMMENT',
      body: reviewBody,
      comments: fresh.map((comment) => ({
        path: comment.path,
        line: comment.line,
        side: 'RIGHT',
        body: bodyOf(comment),
      })),
    });
  } catch (error) {
    if (!isStatus(error, 422)) throw error;
    log.warn({ comments: fresh.length }, 'GitHub refused the inline comments; they stand in the comment only');
  }
}

function bodyOf({ body, fingerprint }: InlineComment): string {
  const marker = findingMarker(fingerprint);
  return body.includes(marker) ? body : `${capText(body, commentBytes - marker.length - 1)}\n${marker}`;
}

function inDiff(comments: readonly InlineComment[], changedFiles: readonly ChangedFile[]): readonly InlineComment[] {
  const shown = new Map(
    changedFiles.map((file) => [file.path, new Set(rightSideLines(file.patch).map(({ line }) => line))]),
  );
  return comments.filter((comment) => shown.get(comment.path)?.has(comment.line) === true);
}

function distinct(comments: readonly InlineComment[]): readonly InlineComment[] {
  return [...new Map(comments.map((comment) => [comment.fingerprint, comment])).values()];
}

/** Markers in the app's own review comments; anyone may write a marker, so others' do not count. */
async function readPostedMarkers({ octokit, owner, repo, pullNumber, app }: Target): Promise<ReadonlySet<string>> {
  const place = { owner, repo, pull_number: pullNumber, per_page: 100 };
  const pages = octokit.paginate.iterator(octokit.rest.pulls.listReviewComments, place);
  const { items } = await takeItems(pages, commentLimit);
  const own = items.filter((item) => isOwn(item.user, app.botLogin));
  return new Set(own.flatMap((item) => item.body.match(/<!-- weirkeeper:finding [^>]* -->/g) ?? []));
}

/** GitHub's types say that a comment has an author; it is null once the account is gone. */
function isOwn(user: { readonly login: string } | null, botLogin: string): boolean {
  return user?.login === botLogin;
}
