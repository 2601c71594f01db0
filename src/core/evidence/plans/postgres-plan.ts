import { z } from 'zod';
import { escapePattern } from '#core/base';
import type { Plan, Scan } from './plan.ts';
import { quotedRelation, toCount } from './plan.ts';

interface Node {
  readonly 'Node Type': string;
  readonly 'Join Type'?: string | undefined;
  readonly 'Parent Relationship'?: string | undefined;
  readonly 'Total Cost': number;
  readonly 'Plan Rows': number;
  readonly Alias?: string | undefined;
  readonly 'Relation Name'?: string | undefined;
  readonly Schema?: string | undefined;
  readonly Plans?: readonly Node[] | undefined;
  /** Conditions and whatever else the server says. */
  readonly [more: string]: unknown;
}

const name = z.string().optional();
const Node: z.ZodType<Node> = z.lazy(() =>
  z.looseObject({
    'Node Type': z.string(),
    'Join Type': name,
    'Parent Relationship': name,
    'Total Cost': z.number(),
    'Plan Rows': z.number(),
    Alias: name,
    'Relation Name': name,
    Schema: name,
    Plans: z.array(Node).optional(),
  }),
);
const Answer = z.tuple([z.looseObject({ Plan: Node })]);

/** The plan that `EXPLAIN (FORMAT JSON, VERBOSE)` gives; null where it is not of its form. */
export function readPostgresPlan([row]: readonly (readonly unknown[])[]): Plan | null {
  const read = Answer.safeParse(row?.[0]);
  if (!read.success) return null;
  const [{ Plan: root }] = read.data;
  const nodes = allOf(root);
  return {
    cost: toCount(root['Total Cost']),
    bytes: null,
    rows: toCount(root['Plan Rows']) ?? 0,
    crossProducts: nodes.filter((node) => isCrossProduct(node)).length,
    scans: nodes.flatMap((node) => toScan(node)),
  };
}

function allOf(node: Node): readonly Node[] {
  return [node, ...(node.Plans ?? []).flatMap((child) => allOf(child))];
}

function toScan(node: Node): readonly Scan[] {
  const { Schema: schema, 'Relation Name': relation } = node;
  if (node['Node Type'] !== 'Seq Scan' || schema === undefined || relation === undefined) return [];
  const rows = toCount(node['Plan Rows']) ?? 0;
  return [{ relation: quotedRelation([schema, relation]), rows, bytes: null, filtered: node['Filter'] !== undefined }];
}

/** A nested loop is one unless it filters, or its inner side looks up what the outer one gives. */
function isCrossProduct(node: Node): boolean {
  if (node['Node Type'] !== 'Nested Loop' || !['Inner', 'Left', 'Right', 'Full'].includes(node['Join Type'] ?? ''))
    return false;
  if (node['Join Filter'] !== undefined || node['Filter'] !== undefined) return false;
  const [outer, inner] = ['Outer', 'Inner'].map((side) =>
    node.Plans?.find((one) => one['Parent Relationship'] === side),
  );
  if (outer === undefined || inner === undefined) return false;
  return Math.min(outer['Plan Rows'], inner['Plan Rows']) > 1 && !looksUp(inner, outer);
}

function looksUp(inner: Node, outer: Node): boolean {
  const aliases = allOf(outer).flatMap(({ Alias: alias }) => alias ?? []);
  const own = new Set(allOf(inner).flatMap(({ Alias: alias }) => alias ?? []));
  const given = aliases.filter((alias) => !own.has(alias));
  return allOf(inner).some((node) =>
    Object.entries(node).some(([key, value]) => key !== 'Plans' && given.some((alias) => says(value, alias))),
  );
}

/** VERBOSE qualifies every column: `(a.id = b.id)`, `("Odd".id)`. */
function says(value: unknown, alias: string): boolean {
  if (Array.isArray(value)) return value.some((one) => says(one, alias));
  if (typeof value !== 'string') return false;
  return (
    value.includes(`"${alias.replaceAll('"', '""')}".`) ||
    new RegExp(`(?<![\\w$."])${escapePattern(alias)}\\.`).test(value)
  );
}
