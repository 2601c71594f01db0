// A review as text: the comment, check runs, inline comments, terminal and JSON.
export { gateCheckName, renderCheckRuns, SUMMARY_CHECK } from './check-runs.ts';
export { COMMENT_MARKER, renderComment } from './comment.ts';
export { counterexampleLines } from './counterexample-lines.ts';
export { findingMarker, renderInlineComments } from './inline-comments.ts';
export { renderJson, reviewJsonSchema, toFindingJson } from './json.ts';
export type { Annotation, CheckRunOutput, InlineComment } from './publication.ts';
export type {
  DeepReviewStatus,
  ReviewView,
  RowCounts,
} from './review-view.ts';
export { renderText } from './text.ts';
export { workflowLines } from './workflow-lines.ts';
