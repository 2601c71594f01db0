import type { Change } from '#core/change';
import { compareModels, isKnownInPart } from './compare-models.ts';
import type { Rule, RuleFinding } from './rule.ts';

/** What a rule found, with the rule. */
export interface RuleFound {
  readonly rule: Rule;
  readonly finding: RuleFinding;
}

const known = new WeakMap<Change, readonly RuleFound[]>();

/** What rules find, in the order of the list; once for a change. */
export function findBy(rules: readonly Rule[], change: Change): readonly RuleFound[] {
  const before = known.get(change);
  if (before !== undefined) return before;
  const { input } = compareModels(change);
  const found = rules.flatMap((rule) =>
    rule.find(input).map((finding) => ({ rule, finding: withBasis(change, finding) })),
  );
  known.set(change, found);
  return found;
}

/** What is found in SQL of which only parts are known is a guess. */
function withBasis(change: Change, finding: RuleFinding): RuleFinding {
  const isGuess = finding.edits.length > 0 && isKnownInPart(change, finding.uniqueId);
  return isGuess ? { ...finding, basis: 'heuristic' } : finding;
}
