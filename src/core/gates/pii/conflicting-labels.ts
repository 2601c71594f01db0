import { sortedBy, toFingerprint } from '#core/base';
import type { Label } from '#core/pii';
import { columnLabels, columnOf, labelConflict } from '#core/pii';
import type { Finding } from '../gate.ts';
import { placeInPatch } from '../place-in-patch.ts';
import type { TracedChange } from './compare-sides.ts';
import { nameOf, wordPattern } from './path-text.ts';

/** Columns whose labels contradict each other, and did not at base. */
export function findConflictingLabels(traced: TracedChange): readonly Finding<'label-conflict'>[] {
  const { base, head, baseIds, change } = traced;
  const findings: Finding<'label-conflict'>[] = [];
  for (const node of sortedBy(head.project.nodes.values(), ({ uniqueId }) => uniqueId)) {
    const before = base.project.nodes.get(baseIds.get(node.uniqueId) ?? node.uniqueId);
    for (const column of node.columns.values()) {
      const conflict = labelConflict(columnLabels(column));
      const old = columnOf(before, column.name);
      if (conflict === null || (old !== null && labelConflict(columnLabels(old)) !== null)) continue;
      const { uniqueId, patchPath, originalFilePath } = node;
      const [first, second] = conflict;
      findings.push({
        messageId: 'label-conflict',
        data: {
          model: nameOf(head, uniqueId),
          column: column.name,
          first: labelText(first),
          second: labelText(second),
        },
        subject: { uniqueId, column: column.name },
        place: placeInPatch(change.pullRequest, [patchPath ?? originalFilePath], wordPattern(column.name)),
        basis: 'proven',
        fingerprint: toFingerprint('pii', 'label-conflict', uniqueId, column.name.toLowerCase()),
        matters: 'the first counts here; another tool may read the other',
        downstream: [],
        safeIf: 'say it once',
      });
    }
  }
  return findings;
}

function labelText({ source, pii, types }: Label): string {
  return `${source} (${pii ? types.join(', ') || 'personal' : 'not personal'})`;
}
