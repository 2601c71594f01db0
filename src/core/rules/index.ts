// Rules that name an error which compiles, passes its tests and returns plausible wrong data. One rule per file; this list is
// the order in which equals are told.
import type { Rule } from './rule.ts';

export type { Compared } from './compare-models.ts';
export { compareModels } from './compare-models.ts';
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
export { defineRule } from './rule.ts';

/** Every rule. */
export const rules: readonly Rule[] = [];
