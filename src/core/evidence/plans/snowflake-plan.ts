import { z } from 'zod';
import { parseRelation } from '../relation-name.ts';
import type { Plan, Scan } from './plan.ts';
import { jsonIn, quotedRelation } from './plan.ts';

const count = z.number().min(0);
const Operation = z.looseObject({
  id: z.number(),
  operation: z.string(),
  parent: z.number().optional(),
  parentOperators: z.array(z.number()).optional(),
  objects: z.array(z.string()).default([]),
  expressions: z.array(z.string()).default([]),
  partitionsAssigned: count.optional(),
  partitionsTotal: count.optional(),
  bytesAssigned: count.optional(),
});
type Operation = z.infer<typeof Operation>;
const Answer = z.looseObject({
  GlobalStats: z.looseObject({ bytesAssigned: count }),
  Operations: z.array(z.array(Operation)),
});

/**
 * The plan that `EXPLAIN USING JSON` gives; null where it is not of its form. Snowflake tells the bytes of the partitions that are left
 * after pruning, and neither rows nor a cost. A scan is of the whole relation where no partition is pruned.
 */
export function readSnowflakePlan([row]: readonly (readonly unknown[])[]): Plan | null {
  const read = Answer.safeParse(jsonIn(row?.[0]));
  if (!read.success) return null;
  const { GlobalStats: stats, Operations: steps } = read.data;
  return {
    cost: null,
    rows: null,
    bytes: stats.bytesAssigned,
    crossProducts: steps.reduce((sum, step) => sum + step.filter((one) => isCrossProduct(one, step)).length, 0),
    scans: steps.flat().flatMap(toScan),
  };
}

function isCrossProduct({ operation, id }: Operation, step: readonly Operation[]): boolean {
  return operation === 'CartesianJoin' && childrenOf(id, step).every((child) => !isOneRow(child, step, 0));
}

function childrenOf(id: number, step: readonly Operation[]): readonly Operation[] {
  return step.filter(({ parent, parentOperators = [] }) => parent === id || parentOperators.includes(id));
}

/** An aggregate over all rows, whatever is projected or filtered of it. */
function isOneRow({ id, operation, expressions }: Operation, step: readonly Operation[], depth: number): boolean {
  if (operation === 'Aggregate') return !expressions.some((one) => /^groupKeys/i.test(one));
  const [only, ...more] = depth < 20 && ['Filter', 'Projection'].includes(operation) ? childrenOf(id, step) : [];
  return only !== undefined && more.length === 0 && isOneRow(only, step, depth + 1);
}

function toScan({ operation, objects, ...told }: Operation): readonly Scan[] {
  const relation = parseRelation(objects[0] ?? '');
  const { partitionsAssigned: assigned, partitionsTotal: total = 0, bytesAssigned: bytes = null } = told;
  if (operation !== 'TableScan' || relation === null || total === 0 || assigned !== total) return [];
  const names = relation.slice(-2).map(({ name }) => name);
  return [{ relation: quotedRelation(names), rows: null, bytes, filtered: false }];
}
