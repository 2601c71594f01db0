import type { LabelEvent } from '#core/policy';
import { decideLabels } from '#core/policy';
import type { ReviewView } from '#core/render';
import { renderCheckRuns, renderComment, renderInlineComments } from '#core/render';
import type { Publication } from './ports.ts';
import type { Review } from './review.ts';

/** All that a review says to GitHub. */
export function toPublication(review: Review, view: ReviewView, history: readonly LabelEvent[]): Publication {
  const { snapshot, assistance, verdict } = review;
  const { comment, labels } = snapshot.policy;
  return {
    checkRuns: renderCheckRuns(view),
    comment: comment.enabled ? renderComment(view) : null,
    inlineComments: comment.inline ? renderInlineComments(view) : [],
    labels: decideLabels({ assistance, verdict, labels, current: snapshot.pullRequest?.labels ?? [], history }),
  };
}
