import type { Dialect } from '#core/sql';
import { type Shape, shapeOf } from './shape.ts';

/** The engines, by the names that answers carry. */
export type EngineName = 'polyglot' | 'sqlparser-ts' | 'node-sql-parser';

/** The engines in the order in which they are asked. */
export const engineOrder = ['polyglot', 'sqlparser-ts', 'node-sql-parser'] as const satisfies readonly EngineName[];

/** What each engine takes at most: deeper nesting and longer chains it refuses, or it dies of them. It is not asked then. */
const limits: Readonly<Record<EngineName, Shape>> = {
  polyglot: { nesting: 31, setOperations: 511, operators: Infinity },
  'sqlparser-ts': { nesting: 49, setOperations: 1_000, operators: 1_000 },
  'node-sql-parser': { nesting: 600, setOperations: 20_000, operators: Infinity },
};

/** The second engine's time doubles with each nested call of T-SQL: 12 levels take some 0.1 s. */
const tsqlNesting = 12;

/** The engines that can take `sql`, in the order in which they are asked. */
export function enginesFor(sql: string, dialect: Dialect): readonly EngineName[] {
  const { nesting, setOperations, operators } = shapeOf(sql);
  return engineOrder.filter((engine) => {
    const limit = limits[engine];
    const deepest = engine === 'sqlparser-ts' && dialect === 'tsql' ? tsqlNesting : limit.nesting;
    return nesting <= deepest && setOperations <= limit.setOperations && operators <= limit.operators;
  });
}
