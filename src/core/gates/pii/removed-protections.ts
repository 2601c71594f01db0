import { sortedBy, toFingerprint } from '#core/base';
import type { DbtNode } from '#core/dbt';
import type { Taint } from '#core/pii';
import { hasIdleTags, hopsOf, lineageOf, makingOf, protectionOf } from '#core/pii';
import type { Finding } from '../gate.ts';
import { placeInPatch } from '../place-in-patch.ts';
import type { TracedChange } from './compare-sides.ts';
import { nameOf, pathText, spelled, wordPattern } from './path-text.ts';
import type { PlainColumn } from './plain-columns.ts';
import { basisOf, plainColumns } from './plain-columns.ts';
import { storesFailures, testedNode } from './sinks.ts';

interface Loss extends PlainColumn {
  readonly how: string;
}

/**
 * PII-04: columns that still hold personal data and are no longer covered in the warehouse: the policy is gone or idle, a view
 * became a table, which copies in clear what the view read through a mask, or a test now stores the rows. One finding a model.
 */
export function findRemovedProtections(traced: TracedChange): readonly Finding<'protection-removed'>[] {
  const nodes = sortedBy(traced.head.project.nodes.values(), ({ uniqueId }) => uniqueId);
  const stored = newlyStored(traced, nodes);
  return nodes.flatMap((node) => {
    const before = traced.base.project.nodes.get(traced.baseIds.get(node.uniqueId) ?? node.uniqueId);
    const losses = plainColumns(traced.head, node.uniqueId).flatMap((column): readonly Loss[] => {
      const how = lossOf(traced, { node, before, column, tests: stored.get(node.uniqueId) ?? [] });
      return how === null ? [] : [{ ...column, how }];
    });
    const [first, ...others] = losses;
    return first === undefined ? [] : [toFinding(traced, node, [first, ...others])];
  });
}

interface Case {
  readonly node: DbtNode;
  readonly before: DbtNode | undefined;
  readonly column: PlainColumn;
  /** Tests of the node that now store their failures. */
  readonly tests: readonly string[];
}

function lossOf(traced: TracedChange, { node, before, column, tests }: Case): string | null {
  const now = protectionOf(node, column.column);
  const [test] = tests;
  if (now !== null) return test === undefined ? null : `is covered by ${now}, and is copied by the failures of ${test}`;
  const was = protectionBefore(traced, { node, before, column });
  if (was !== null) {
    return hasIdleTags(node, column.column)
      ? 'has policy tags that dbt no longer sets: persist_docs.columns is off'
      : `is no longer covered by ${was}`;
  }
  if (before === undefined || before.materialized !== 'view' || !copies(node)) return null;
  const masked = maskedOnTheWay(traced, column.taint);
  return masked === null ? null : `is now copied into a ${node.materialized}, in clear, from ${masked}`;
}

/** The protection at base of the column, whatever it was called there. */
function protectionBefore(
  { base, head }: TracedChange,
  { node, before, column }: Pick<Case, 'node' | 'before' | 'column'>,
): string | null {
  if (before === undefined) return null;
  const own = protectionOf(before, column.column);
  if (own !== null) return own;
  const { uniqueId } = node;
  for (const { name } of before.columns.values()) {
    const was = protectionOf(before, name);
    // Looked at last: most models have no protection, and what a column is made of is walked for.
    if (was === null || lineageOf(head.lineage, { uniqueId, column: name }) !== null) continue;
    const making = makingOf(head.lineage, { uniqueId, column: column.column });
    if (makingOf(base.lineage, { uniqueId: before.uniqueId, column: name }) === making) return was;
  }
  return null;
}

function copies({ materialized }: DbtNode): boolean {
  return !['view', 'ephemeral', 'materialized_view', ''].includes(materialized);
}

function maskedOnTheWay({ head }: TracedChange, { origin, trail }: Taint): string | null {
  for (const at of [origin, ...hopsOf(trail).slice(0, -1)].toReversed()) {
    const by = protectionOf(head.project.nodes.get(at.uniqueId), at.column);
    if (by !== null) return `${nameOf(head, at.uniqueId)}.${at.column}, which has ${by}`;
  }
  return null;
}

function newlyStored({ base }: TracedChange, nodes: readonly DbtNode[]): ReadonlyMap<string, readonly string[]> {
  const tests = new Map<string, string[]>();
  for (const node of nodes) {
    const { name, uniqueId } = node;
    const before = base.project.nodes.get(uniqueId);
    if (!storesFailures(node) || (before !== undefined && storesFailures(before))) continue;
    const tested = testedNode(node);
    if (tested !== undefined) tests.set(tested, [...(tests.get(tested) ?? []), name]);
  }
  return tests;
}

function toFinding(
  { change, head }: TracedChange,
  { uniqueId, originalFilePath, patchPath }: DbtNode,
  losses: readonly [Loss, ...Loss[]],
): Finding<'protection-removed'> {
  const [first, ...others] = losses;
  const column = spelled(head, { uniqueId, column: first.column });
  return {
    messageId: 'protection-removed',
    data: {
      model: nameOf(head, uniqueId),
      column,
      how: first.how,
      more: others.length === 0 ? '' : ` (and ${others.map((one) => `${one.column} ${one.how}`).join('; ')})`,
    },
    subject: { uniqueId, column },
    place: placeInPatch(
      change.pullRequest,
      [...(patchPath === null ? [] : [patchPath]), originalFilePath],
      wordPattern(column),
    ),
    basis: basisOf(losses),
    fingerprint: toFingerprint('pii', 'protection-removed', uniqueId, ...losses.map((one) => one.column)),
    matters: `whoever may read the relation reads the column in clear; the path: ${pathText(head, first.taint)}`,
    downstream: change.head.children.get(uniqueId) ?? [],
    safeIf: `bind \`${column}\` to its policy again, or leave it out`,
  };
}
