import type { Plan } from '../plan/plan.ts';
import { planText } from '../plan/text.ts';

/**
 * Whether two aligned plans give the same rows under the same column names on all data; the order of columns does not count.
 * False where it is not known: a part that was not understood is equal only to one of the same text.
 */
export function isProvenEqual(base: Plan, head: Plan): boolean {
  return base.kind !== 'opaque' && head.kind !== 'opaque' && planText(base, 'named') === planText(head, 'named');
}
