// The questions that a gate may ask the world, what they cost, the SQL that answers them, and the answers.

export type { Budget, PricedQuestions, SearchBudget } from './budget.ts';
export { notSearched, overTime, priceQuestions } from './budget.ts';
export { columnsFromCatalog, rowsFromCatalog } from './catalog-rows.ts';
export type {
  Counterexample,
  CounterexampleAnswer,
  CounterexampleQuestion,
  SearchedRelation,
  ShownValue,
} from './counterexample.ts';
export { counterexampleQuestion, tellCounterexample } from './counterexample.ts';
export type { DataKind, DataQuestion, OfBoth, OfRelation, QuestionOf, RowCountQuestion } from './data-question.ts';
export type { Answer, Answers, ClaimsQuestion, MeasuredAnswer, MeasuredColumn, Question } from './evidence.ts';
export type { EvidenceTrust } from './evidence-trust.ts';
export { noTrust } from './evidence-trust.ts';
export type { OneExplain } from './one-explain.ts';
export { toOneExplain } from './one-explain.ts';
export type { OneSelect } from './one-select.ts';
export { toOneSelect } from './one-select.ts';
export { planFigures, readPlan } from './plans/read-plan.ts';
export type { Condition } from './predicate.ts';
export { conditionText, toCondition } from './predicate.ts';
export { QuestionShape } from './question-shape.ts';
export { columnProfileQuestion } from './questions/column-profile.ts';
export { columnsQuestion, mostColumnsRead } from './questions/columns.ts';
export { distinctRowsQuestion } from './questions/distinct-rows.ts';
export { failingRowsQuestion } from './questions/failing-rows.ts';
export { keyDiffQuestion } from './questions/key-diff.ts';
export { keyProfileQuestion } from './questions/key-profile.ts';
export { newestQuestion } from './questions/newest.ts';
export { planQuestion } from './questions/plan.ts';
export { rowCountQuestion } from './questions/row-count.ts';
export { valueMatchQuestion } from './questions/value-match.ts';
export { windowRowsQuestion } from './questions/window-rows.ts';
export { parseRelation } from './relation-name.ts';
export { rowsFromRun } from './run-rows.ts';
export type { Side } from './side.ts';
export type { SqlWriter } from './sql-writer.ts';
export { sqlWriter } from './sql-writer.ts';
export type { CheckedStatement } from './to-statement.ts';
export { toStatement } from './to-statement.ts';
export { dataKinds, evidenceFileName, unanswered } from './unanswered.ts';
