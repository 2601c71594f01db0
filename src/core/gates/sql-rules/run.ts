import type { Change } from '#core/change';
import type { Severity } from '#core/rules';
import { findAll } from '#core/rules';
import type { Found } from './found.ts';
import { liftOf } from './lifts.ts';
import { named } from './named.ts';

/** What the policy says of single rules: off, or another severity. */
export type RuleLevels = Readonly<Record<string, Severity | 'off' | undefined>>;

/** What the rules find, the worst first, one finding for a cause; a rule that the policy turns off finds nothing. */
export function findingsIn(change: Change, levels: RuleLevels): readonly Found[] {
  const found = findAll(change).filter(({ rule }) => levels[rule.id] !== 'off');
  const rated = found.map((one): Found => {
    const level = levels[one.rule.id];
    const own = one.finding.severity ?? one.rule.severity;
    return { ...one, severity: level === undefined || level === 'off' ? own : level };
  });
  return oneForEachCause(rated.map((one) => named({ ...one, severity: liftOf(one, rated) ?? one.severity })));
}

/** Of findings with an edit in common, the worst; of equals, that of the earlier rule. */
function oneForEachCause(found: readonly Found[]): readonly Found[] {
  const told = new Set<unknown>();
  const kept: Found[] = [];
  // The sort keeps the order of equals, which is that of the rules.
  for (const one of [...found].sort((a, b) => (a.severity < b.severity ? -1 : a.severity > b.severity ? 1 : 0))) {
    const { edits } = one.finding;
    if (edits.length > 0 && edits.every((edit) => told.has(edit))) continue;
    for (const edit of edits) told.add(edit);
    kept.push(one);
  }
  return kept;
}
