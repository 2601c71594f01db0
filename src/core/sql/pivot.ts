import type { Dialect, Identifier } from './tree.ts';

/** One value of PIVOT's IN list: as written, and its alias. */
export interface PivotValue {
  readonly text: string;
  readonly isString: boolean;
  readonly alias: Identifier | null;
}

/** One aggregate of PIVOT: its alias, and how the dialect calls it without one. */
export interface PivotAggregate {
  readonly alias: Identifier | null;
  readonly name: string;
}

/**
 * Names of the columns that PIVOT makes, value by value, aggregate by aggregate within each.
 * BigQuery puts the aggregate's alias first, the others put it last; Snowflake keeps the quotes of a string value.
 */
export function pivotOutputs(
  values: readonly PivotValue[],
  aggregates: readonly PivotAggregate[],
  dialect: Dialect,
): readonly Identifier[] {
  return values.flatMap((value) =>
    aggregates.map((aggregate) => outputName(value, aggregate, aggregates.length > 1, dialect)),
  );
}

function outputName(value: PivotValue, aggregate: PivotAggregate, several: boolean, dialect: Dialect): Identifier {
  const base = value.alias?.name ?? (dialect === 'snowflake' && value.isString ? `'${value.text}'` : value.text);
  const suffix = aggregate.alias?.name ?? (several ? aggregate.name : null);
  const quoted = value.alias?.quoted ?? true;
  if (suffix === null) return { name: base, quoted };
  return { name: dialect === 'bigquery' ? `${suffix}_${base}` : `${base}_${suffix}`, quoted };
}
