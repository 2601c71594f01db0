import type { Dialect } from '#core/sql';
import { readDuckDbPlan } from './duckdb-plan.ts';
import type { Plan } from './plan.ts';
import { readPostgresPlan } from './postgres-plan.ts';

/** The plan in the first row of what `toOneExplain` of the dialect is answered with; null where it cannot be read. */
export function readPlan(row: readonly unknown[], dialect: Dialect): Plan | null {
  if (dialect === 'duckdb') return readDuckDbPlan(row);
  return dialect === 'postgres' ? readPostgresPlan(row) : null;
}

/**
 * A plan as figures: `planned`, 1; `rows`; `crossProducts`; `cost` where there is one; and of each relation that is read from end to end
 * how many rows it has, `scan.<schema>.<name>`, by `sizes` where the scan itself tells less.
 */
export function planFigures(plan: Plan, sizes: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  const scans = plan.scans.map(({ relation, rows }): readonly [string, number] => [
    `scan.${relation.replaceAll('"', '')}`,
    Math.max(rows, sizes.get(relation) ?? 0),
  ]);
  const cost = plan.cost === null ? {} : { cost: plan.cost };
  const read: Readonly<Record<string, number>> = Object.fromEntries(scans);
  return { planned: 1, rows: plan.rows, crossProducts: plan.crossProducts, ...cost, ...read };
}
