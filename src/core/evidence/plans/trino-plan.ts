import { z } from 'zod';
import type { Plan, Scan } from './plan.ts';
import { jsonIn, quotedRelation, sumOf, toCount } from './plan.ts';

interface Node {
  readonly name: string;
  readonly descriptor: Readonly<Record<string, string>>;
  readonly estimates: readonly Readonly<Record<string, unknown>>[];
  readonly children: readonly Node[];
}

const Node: z.ZodType<Node> = z.lazy(() =>
  z.looseObject({
    name: z.string(),
    descriptor: z.record(z.string(), z.string().catch('')).default({}),
    estimates: z.array(z.record(z.string(), z.unknown())).default([]),
    children: z.array(Node).default([]),
  }),
);
const Fragments = z.record(z.string().regex(/^\d+$/), Node);

/**
 * The plan that `EXPLAIN (TYPE DISTRIBUTED, FORMAT JSON)` gives, a tree for each fragment; null where it is not of its form. Its cost is the
 * processor time of all nodes, as Trino estimates it, and there is none where the connector has no statistics.
 */
export function readTrinoPlan([row]: readonly (readonly unknown[])[]): Plan | null {
  const read = Fragments.safeParse(jsonIn(row?.[0]));
  const root = read.success ? read.data['0'] : undefined;
  if (!read.success || root === undefined) return null;
  const nodes = Object.values(read.data).flatMap(allOf);
  const tables = nodes.filter(isOfTable);
  return {
    cost: sumOf(nodes.flatMap(({ estimates }) => estimates.map(({ cpuCost }) => toCount(cpuCost)))),
    bytes: sumOf(tables.map((node) => estimateOf(node, 'outputSizeInBytes'))),
    rows: estimateOf(root, 'outputRowCount'),
    crossProducts: nodes.filter(isCrossProduct).length,
    scans: tables.flatMap(toScan),
  };
}

function allOf(node: Node): readonly Node[] {
  return [node, ...node.children.flatMap(allOf)];
}

function isOfTable({ name, descriptor }: Node): boolean {
  return /^(TableScan|Scan)/.test(name) && descriptor['table'] !== undefined;
}

/** Of a scan and a filter in one, the first estimate is the scan's. `"NaN"` is none. */
function estimateOf({ estimates }: Node, name: string): number | null {
  return toCount(estimates[0]?.[name]);
}

function isCrossProduct({ name, children }: Node): boolean {
  return name === 'CrossJoin' && children.every((child) => (estimateOf(child, 'outputRowCount') ?? 2) > 1);
}

/** `catalog:schema.table …`. A scan with a filter may skip what the filter excludes. */
function toScan(node: Node): readonly Scan[] {
  const [table = ''] = (node.descriptor['table'] ?? '').split(/[\s{[]/);
  const names = table.split(/[:.]/).slice(-2);
  if (node.name !== 'TableScan' || names.some((name) => name === '')) return [];
  const [rows, bytes] = ['outputRowCount', 'outputSizeInBytes'].map((name) => estimateOf(node, name));
  return [{ relation: quotedRelation(names), rows: rows ?? null, bytes: bytes ?? null, filtered: false }];
}
