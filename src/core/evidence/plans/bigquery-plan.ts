import type { Plan } from './plan.ts';
import { toCount } from './plan.ts';

/** What a dry run tells: the bytes that would be read, and nothing of how. Null where it does not say. */
export function readBigQueryPlan([row]: readonly (readonly unknown[])[]): Plan | null {
  const bytes = toCount(row?.[0]);
  return bytes === null ? null : { bytes, cost: null, rows: null, crossProducts: null, scans: [] };
}
