// What a query means, in normal form; how two of them differ; and what is known of the rows of relations.
export type { Comparison, Side } from './diff/compare.ts';
export { compareQueries, isSameTree } from './diff/compare.ts';
export type { Edit, EditPlace } from './diff/edit.ts';
export type {
  AcceptedValues,
  Fact,
  Facts,
  ForeignKey,
  Key,
  KeyOrigin,
  RelationFacts,
  Sureness,
} from './facts/facts.ts';
export { noFacts } from './facts/facts.ts';
export type { EveryRow } from './facts/joins.ts';
export {
  determines,
  everyRowMatches,
  firstNeverNull,
  isMetAtMostOnce,
  isOneRowFor,
  isOneRowInput,
  joinConditions,
  joinedColumns,
  keysOfInput,
  matchesAtMostOne,
  neverNullIn,
  rejectsMissing,
} from './facts/joins.ts';
export { partitionOf } from './facts/made-from.ts';
export { planFacts, uniqueBy } from './facts/plan-facts.ts';
export type { FactSources } from './facts/project-facts.ts';
export { projectFacts, saidKeys } from './facts/project-facts.ts';
export type { BuiltFrom } from './facts/sql-facts.ts';
export { isItsQuery, withSqlFacts } from './facts/sql-facts.ts';
export type { Definition, KnownRelation, PlanContext } from './plan/from-query.ts';
export { toPlan } from './plan/from-query.ts';
export type {
  Block,
  ColumnRead,
  Condition,
  Input,
  InputSource,
  Opaque,
  Output,
  Plan,
  SetPlan,
  StarOutput,
  Term,
  TermKind,
  ValuesPlan,
} from './plan/plan.ts';
