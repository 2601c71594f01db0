import type { Reason } from '#core/base';
import { type Dialect, type Identifier, identifierKey } from '#core/sql';
import type { PlanContext } from './from-query.ts';
import type { Plan } from './plan.ts';

/** What the making of one plan carries along. */
export interface Build {
  readonly context: PlanContext;
  readonly dialect: Dialect;
  /** Terms that may still be made: what keeps the cost of a hostile statement in bounds. */
  budget: number;
  /** Why no plan comes of it. The first reason stays. */
  failed: Reason | null;
}

/** CTEs in reach, by key. */
export type Environment = ReadonlyMap<string, Plan>;

/**
 * The name by which a column is the same wherever it is written: lower case where the dialect folds, `"Name"` where quotes keep
 * another case.
 */
export function keyOf(identifier: Identifier, dialect: Dialect): string {
  const key = identifierKey(identifier, dialect);
  const folded = identifierKey({ name: identifier.name, quoted: false }, dialect);
  return key === folded ? key.toLowerCase() : JSON.stringify(key);
}

/** Says that no plan comes of it. */
export function fail(build: Build, cause: Reason): void {
  build.failed ??= cause;
}
