import { z } from 'zod';
import { parseRelation } from '../relation-name.ts';
import type { Plan, Scan } from './plan.ts';
import { jsonIn, quotedRelation, toCount } from './plan.ts';

interface Node {
  readonly name: string;
  readonly children: readonly Node[];
  readonly extra_info: Readonly<Record<string, unknown>>;
}

const Node: z.ZodType<Node> = z.lazy(() =>
  z.looseObject({
    name: z.string(),
    children: z.array(Node).default([]),
    extra_info: z.record(z.string(), z.unknown()).default({}),
  }),
);

/** The physical plan that `EXPLAIN (FORMAT JSON)` gives; null where it is not of its form. DuckDB estimates rows and no cost. */
export function readDuckDbPlan([row]: readonly (readonly unknown[])[]): Plan | null {
  const read = z.tuple([Node]).safeParse(jsonIn(row?.[1]));
  if (!read.success) return null;
  const [root] = read.data;
  const nodes = allOf(root);
  return {
    cost: null,
    bytes: null,
    rows: rowsOf(root),
    crossProducts: nodes.filter((node) => isCrossProduct(node)).length,
    scans: nodes.flatMap((node) => toScan(node)),
  };
}

function allOf(node: Node): readonly Node[] {
  return [node, ...node.children.flatMap((child) => allOf(child))];
}

function isCrossProduct({ name, children }: Node): boolean {
  return name.trim() === 'CROSS_PRODUCT' && children.every((child) => rowsOf(child) > 1);
}

/** As estimated; where a node says nothing, as many as what it reads, and one of an aggregate without groups. */
function rowsOf({ name, children, extra_info: info }: Node): number {
  const said = toCount(info['Estimated Cardinality']);
  if (said !== null) return said;
  return name.trim() === 'UNGROUPED_AGGREGATE' ? 1 : Math.max(0, ...children.map((child) => rowsOf(child)));
}

function toScan(node: Node): readonly Scan[] {
  const { name, extra_info: info } = node;
  const relation = typeof info['Table'] === 'string' ? parseRelation(info['Table']) : null;
  if (!name.trim().endsWith('SCAN') || info['Type'] !== 'Sequential Scan' || relation === null) return [];
  // Its first part is the file's name as DuckDB has it, which says nothing to a reader.
  const names = relation.slice(-2).map((one) => one.name);
  return [
    { relation: quotedRelation(names), rows: rowsOf(node), bytes: null, filtered: info['Filters'] !== undefined },
  ];
}
