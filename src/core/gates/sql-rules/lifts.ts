import type { Severity } from '#core/rules';
import type { Found } from './found.ts';

/** Two findings about one model that together are worse than each alone. */
const lifts: readonly { readonly rule: string; readonly with: string; readonly to: Severity }[] = [
  // DISTINCT hides that a join repeats rows: counts look right, sums above it do not.
  { rule: 'join-fan-out', with: 'distinct-changed', to: 'S1' },
];

/** The severity that a finding has because of another one about the same model; null where none lifts it. */
export function liftOf({ rule, finding }: Found, all: readonly Found[]): Severity | null {
  const lift = lifts.find(
    (one) =>
      one.rule === rule.id &&
      all.some((other) => other.rule.id === one.with && other.finding.uniqueId === finding.uniqueId),
  );
  return lift?.to ?? null;
}
