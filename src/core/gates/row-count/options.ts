import { z } from 'zod';
import type { JsonValue } from '#core/base';
import { isJsonObject, isUnder } from '#core/base';
import type { DbtNode } from '#core/dbt';

const percent = z.number().min(0).max(1_000_000);
const rows = z.int().min(0);

/** What a move may be laid to that is no fault of the change. */
const environments = ['parents', 'clock', 'sample', 'target', 'times', 'stale'] as const;
export type Environment = (typeof environments)[number];

export const options = z.strictObject({
  /** Rows may differ by this much, in percent of base. */
  threshold_percent: percent.default(10),
  /** And by this many rows, whatever the percentage. */
  threshold_rows: rows.default(0),
  /** Other thresholds for a layer: the first entry that matches a node by folder or tag holds. */
  thresholds: z
    .array(
      z.strictObject({
        paths: z.array(z.string().min(1).max(300)).max(50).default([]),
        tags: z.array(z.string().min(1).max(100)).max(50).default([]),
        percent: percent.optional(),
        rows: rows.optional(),
      }),
    )
    .max(50)
    .default([]),
  /** Whether direct children of modified models are counted too; or how many steps down. */
  children: z.union([z.boolean(), z.int().min(0).max(50)]).default(true),
  /** Relations beyond this many are not counted, and the check says so. */
  max_relations: z.number().int().min(1).max(10_000).default(300),
  /** By which of these a move may be explained, so that it does not block; the others are told only. */
  environment: z.array(z.enum(environments)).default(['parents']),
  /** Base and head that were built further apart than this are said to be. */
  max_hours_apart: z.number().min(0).max(10_000).default(24),
});
export type RowCountOptions = z.output<typeof options>;

/** How far a relation's rows may move: beyond both, it is told. */
export interface Threshold {
  readonly percent: number;
  readonly rows: number;
}

/**
 * The threshold of a node: its own (`meta: {weirkeeper: {rows: {percent: 2, rows: 50}}}`, as base has it, so that a change cannot
 * loosen it), else its layer's, else the gate's.
 */
export function thresholdOf(base: DbtNode | undefined, head: DbtNode, all: RowCountOptions): Threshold {
  const layer = all.thresholds.find(
    ({ paths, tags }) =>
      paths.some((path) => isUnder(head.originalFilePath, path)) || tags.some((tag) => head.tags.includes(tag)),
  );
  const own = ownWords(base)['rows'];
  const said = isJsonObject(own) ? own : {};
  return {
    percent: atLeastZero(said['percent']) ?? layer?.percent ?? all.threshold_percent,
    rows: atLeastZero(said['rows']) ?? layer?.rows ?? all.threshold_rows,
  };
}

/** What a node's meta says to us, `meta: {weirkeeper: …}`; empty without. */
export function ownWords(node: DbtNode | undefined): Readonly<Record<string, JsonValue>> {
  const words = node?.meta['weirkeeper'];
  return isJsonObject(words) ? words : {};
}

function atLeastZero(value: JsonValue | undefined): number | null {
  return typeof value === 'number' && value >= 0 ? value : null;
}
