import type { UniqueId } from '#core/base';
import type { Rule, RuleFinding, Severity } from '#core/rules';

/** What a rule found, with the rule and how bad it is. */
export interface Found {
  readonly rule: Rule;
  readonly finding: RuleFinding;
  readonly severity: Severity;
  /** Other nodes of which the same is to be said. */
  readonly alike?: readonly UniqueId[];
}
