// Reviews in processes of their own: what they hold can neither stall the server nor take it down.
export { inProcess } from './in-process.ts';
export type { Reviewers, ReviewersOptions, StartReviewers } from './reviewers.ts';
export { childProcesses } from './reviewers.ts';
export { trustOf } from './trust.ts';
