import { sortedBy, toFingerprint } from '#core/base';
import type { DbtNode } from '#core/dbt';
import type { Label } from '#core/pii';
import { columnOf, labelConflict, readNodeLabel } from '#core/pii';
import type { Finding } from '../gate.ts';
import { placeInPatch } from '../place-in-patch.ts';
import type { TracedChange } from './compare-sides.ts';
import { nameOf, wordPattern } from './path-text.ts';

type Conflict = readonly [Label, Label];

/**
 * Columns of which two places say otherwise (the policy, YAML, hooks, a data contract, or a model that is said to hold nothing
 * personal), and did not at base.
 */
export function findConflictingLabels(traced: TracedChange): readonly Finding<'label-conflict'>[] {
  const { base, head, baseIds } = traced;
  return sortedBy(head.project.nodes.values(), ({ uniqueId }) => uniqueId).flatMap((node) => {
    const before = base.project.nodes.get(baseIds.get(node.uniqueId) ?? node.uniqueId);
    return [...node.columns.values()].flatMap(({ name }) => {
      const conflict = conflictAt(traced, node, name);
      if (conflict === null || (before !== undefined && conflictBefore(traced, before, name))) return [];
      return [toFinding(traced, node, { column: name, conflict })];
    });
  });
}

function conflictBefore(traced: TracedChange, before: DbtNode, column: string): boolean {
  return columnOf(before, column) !== null && conflictAt(traced, before, column) !== null;
}

/** A model that holds some personal data has columns that are not; one that holds none has none that are. */
function conflictAt({ labelsOf }: TracedChange, node: DbtNode, column: string): Conflict | null {
  const labels = labelsOf(node, column);
  if (labels.length === 0) return null;
  const ofNode = readNodeLabel(node);
  return labelConflict(
    ofNode?.pii === false ? [...labels, { ...ofNode, source: `${ofNode.source} of the whole` }] : labels,
  );
}

function toFinding(
  { head, change }: TracedChange,
  { uniqueId, patchPath, originalFilePath }: DbtNode,
  { column, conflict: [first, second] }: { readonly column: string; readonly conflict: Conflict },
): Finding<'label-conflict'> {
  return {
    messageId: 'label-conflict',
    data: { model: nameOf(head, uniqueId), column, first: labelText(first), second: labelText(second) },
    subject: { uniqueId, column },
    place: placeInPatch(change.pullRequest, [patchPath ?? originalFilePath], wordPattern(column)),
    basis: 'proven',
    fingerprint: toFingerprint('pii', 'label-conflict', uniqueId, column.toLowerCase()),
    matters: 'the first counts here; another tool may read the other',
    downstream: [],
    safeIf: 'say it once',
  };
}

function labelText({ source, pii, types }: Label): string {
  return `${source} (${pii ? types.join(', ') || 'personal' : 'not personal'})`;
}
