// Rules that name an error which compiles, passes its tests and returns plausible wrong data. One rule per file; this list is
// the order in which equals are told.
import type { Change } from '#core/change';
import { freshnessRelaxed } from './dbt/freshness-relaxed.ts';
import { hardCodedRelation } from './dbt/hard-coded-relation.ts';
import { hardCodedValue } from './dbt/hard-coded-value.ts';
import { incrementalConfig } from './dbt/incremental-config.ts';
import { incrementalFilter } from './dbt/incremental-filter.ts';
import { incrementalKeyNullable } from './dbt/incremental-key-nullable.ts';
import { incrementalNotRebuilt } from './dbt/incremental-not-rebuilt.ts';
import { materializationChanged } from './dbt/materialization-changed.ts';
import { metricDefinition } from './dbt/metric-definition.ts';
import { nonDeterministicKey } from './dbt/non-deterministic-key.ts';
import { referenceRepointed } from './dbt/reference-repointed.ts';
import { seedChanged } from './dbt/seed-changed.ts';
import { snapshotConfig } from './dbt/snapshot-config.ts';
import { starAtBoundary } from './dbt/star-at-boundary.ts';
import { testWeakened } from './dbt/test-weakened.ts';
import { findBy, type RuleFound } from './find-all.ts';
import type { Rule } from './rule.ts';
import { aggregateFunction } from './sql/aggregate-function.ts';
import { andOrGrouping } from './sql/and-or-grouping.ts';
import { caseOrder } from './sql/case-order.ts';
import { castNarrowing } from './sql/cast-narrowing.ts';
import { comparisonBoundary } from './sql/comparison-boundary.ts';
import { countOfNullable } from './sql/count-of-nullable.ts';
import { crossJoin } from './sql/cross-join.ts';
import { dateLiteralOnTimestamp } from './sql/date-literal-on-timestamp.ts';
import { dedupOrder } from './sql/dedup-order.ts';
import { distinctChanged } from './sql/distinct-changed.ts';
import { division } from './sql/division.ts';
import { filterChanged } from './sql/filter-changed.ts';
import { grainChanged } from './sql/grain-changed.ts';
import { joinFanOut } from './sql/join-fan-out.ts';
import { joinKeyDropped } from './sql/join-key-dropped.ts';
import { joinNarrowed } from './sql/join-narrowed.ts';
import { joinWidened } from './sql/join-widened.ts';
import { notInNullable } from './sql/not-in-nullable.ts';
import { nullDefault } from './sql/null-default.ts';
import { nullDroppingPredicate } from './sql/null-dropping-predicate.ts';
import { nullInExpression } from './sql/null-in-expression.ts';
import { outerJoinNullified } from './sql/outer-join-nullified.ts';
import { outputColumn } from './sql/output-column.ts';
import { stringMatch } from './sql/string-match.ts';
import { timeBucket } from './sql/time-bucket.ts';
import { unionColumns } from './sql/union-columns.ts';
import { unionQuantifier } from './sql/union-quantifier.ts';
import { unitChange } from './sql/unit-change.ts';
import { unusedPart } from './sql/unused-part.ts';
import { windowFrame } from './sql/window-frame.ts';

export type { Compared } from './compare-models.ts';
export { compareModels, isKnownInPart } from './compare-models.ts';
export { sqlPutForward } from './compile-time.ts';
export type { RuleFound } from './find-all.ts';
export { planContext } from './relations-in.ts';
export type {
  ComparedModel,
  DbtExample,
  ExampleRelation,
  Rule,
  RuleDefinition,
  RuleFinding,
  RuleInput,
  RulePage,
  RulePlace,
  Severity,
  SqlExample,
} from './rule.ts';
export { sourcesIn } from './sources-in.ts';
export { shortName, termText } from './term-words.ts';
export { upstreamStatements, withUpstream } from './upstream.ts';

/** Every rule. */
export const rules: readonly Rule[] = [
  crossJoin,
  joinKeyDropped,
  joinFanOut,
  outerJoinNullified,
  joinNarrowed,
  joinWidened,
  grainChanged,
  aggregateFunction,
  countOfNullable,
  unionQuantifier,
  distinctChanged,
  dedupOrder,
  notInNullable,
  incrementalFilter,
  nullDroppingPredicate,
  comparisonBoundary,
  dateLiteralOnTimestamp,
  andOrGrouping,
  timeBucket,
  nullDefault,
  unitChange,
  incrementalConfig,
  incrementalKeyNullable,
  incrementalNotRebuilt,
  snapshotConfig,
  testWeakened,
  freshnessRelaxed,
  metricDefinition,
  referenceRepointed,
  unionColumns,
  windowFrame,
  division,
  castNarrowing,
  caseOrder,
  stringMatch,
  nullInExpression,
  filterChanged,
  nonDeterministicKey,
  starAtBoundary,
  hardCodedRelation,
  hardCodedValue,
  seedChanged,
  materializationChanged,
  outputColumn,
  unusedPart,
];

/** What every rule finds, in the order of the list; once for a change. */
export function findAll(change: Change): readonly RuleFound[] {
  return findBy(rules, change);
}
