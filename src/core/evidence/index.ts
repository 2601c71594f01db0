// The questions that a gate may ask the world, and the answers it may get.
export type { Answer, Answers, ClaimsQuestion, Question, RowCountQuestion, Side } from './evidence.ts';
export { evidenceFileName, rowCountQuestion, unanswered } from './row-count.ts';
