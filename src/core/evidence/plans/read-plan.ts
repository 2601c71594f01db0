import type { Dialect } from '#core/sql';
import { readBigQueryPlan } from './bigquery-plan.ts';
import { readDuckDbPlan } from './duckdb-plan.ts';
import type { Plan } from './plan.ts';
import { readPostgresPlan } from './postgres-plan.ts';
import { readRedshiftPlan } from './redshift-plan.ts';
import { readSnowflakePlan } from './snowflake-plan.ts';
import { readSparkPlan } from './spark-plan.ts';
import { readTrinoPlan } from './trino-plan.ts';

type Rows = readonly (readonly unknown[])[];

const readers: Partial<Readonly<Record<Dialect, (rows: Rows) => Plan | null>>> = {
  duckdb: readDuckDbPlan,
  postgres: readPostgresPlan,
  redshift: readRedshiftPlan,
  snowflake: readSnowflakePlan,
  bigquery: readBigQueryPlan,
  databricks: readSparkPlan,
  trino: readTrinoPlan,
};

/** The plan in the rows with which `toOneExplain` of the dialect is answered; null where it cannot be read. */
export function readPlan(rows: Rows, dialect: Dialect): Plan | null {
  return readers[dialect]?.(rows) ?? null;
}

/**
 * A plan as figures: `planned`, 1; `rows`, `crossProducts`, `cost` and `bytes` where the warehouse tells them; and of each relation that is
 * read from end to end how many rows it has, `scan.<schema>.<name>`, by `sizes` where the scan itself tells less, or else how many bytes,
 * `scanBytes.<schema>.<name>`.
 */
export function planFigures(plan: Plan, sizes: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  const { rows, crossProducts, cost, bytes } = plan;
  const told = Object.entries({ rows, crossProducts, cost, bytes }).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  );
  const scans = plan.scans.flatMap((scan): readonly (readonly [string, number])[] => {
    const name = scan.relation.replaceAll('"', '');
    if (scan.rows !== null) return [[`scan.${name}`, Math.max(scan.rows, sizes.get(scan.relation) ?? 0)]];
    return scan.bytes === null ? [] : [[`scanBytes.${name}`, scan.bytes]];
  });
  return { planned: 1, ...Object.fromEntries([...told, ...scans]) };
}
