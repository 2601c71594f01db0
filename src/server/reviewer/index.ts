// Reviews in processes of their own: what they hold can neither stall the server nor take it down.
export type { Reviewers, ReviewersOptions } from './reviewers.ts';
export { createReviewers } from './reviewers.ts';
