import { sortedBy, toFingerprint, toLine, type UniqueId } from '#core/base';
import type { Change } from '#core/change';
import type { MissingColumn, NodeLineage } from '#core/lineage';
import type { Finding } from '../gate.ts';
import { nameOf, placeOfColumn } from './wording.ts';

/**
 * Models of head that read a column which a parent had at base and has no longer. All columns in reach are known there, so
 * the statement would fail in the warehouse; what base read in vain too is not this change's doing.
 */
export function findDangling(change: Change): readonly Finding<'dangling-column'>[] {
  const nodes = sortedBy(change.head.lineage.values(), (node) => node.uniqueId);
  return nodes.flatMap((node) => {
    const before = new Set(change.base.lineage.get(node.uniqueId)?.missing.map(({ column }) => column.toLowerCase()));
    const found = new Map<string, Finding<'dangling-column'>>();
    for (const missing of node.missing) {
      const parents = missing.parents.filter((parent) => lost(change, parent, missing.column));
      const key = missing.column.toLowerCase();
      if (parents.length > 0 && !before.has(key)) found.set(key, toFinding(change, node, missing, parents));
    }
    return [...found.values()];
  });
}

/** Whether the parent had the column at base, and all of its columns at head are known and do not have it. */
function lost({ base, head }: Change, parent: UniqueId, column: string): boolean {
  const now = head.lineage.get(parent);
  return now !== undefined && now.complete && has(base.lineage.get(parent), column) && !has(now, column);
}

function has(node: NodeLineage | undefined, column: string): boolean {
  return node?.columns.some((one) => one.column.toLowerCase() === column.toLowerCase()) ?? false;
}

function toFinding(
  change: Change,
  { uniqueId }: NodeLineage,
  { column }: MissingColumn,
  parents: readonly UniqueId[],
): Finding<'dangling-column'> {
  return {
    messageId: 'dangling-column',
    data: { model: nameOf(uniqueId), column: toLine(column), parents: parents.map(nameOf).join(', ') },
    subject: { uniqueId, column },
    place: placeOfColumn(change, uniqueId, column),
    basis: 'proven',
    fingerprint: toFingerprint('column-lineage', 'dangling-column', uniqueId, column.toLowerCase()),
    matters: 'the model fails as soon as it is built, and everything downstream of it keeps its old rows',
    downstream: change.head.children.get(uniqueId) ?? [],
    safeIf: `read a column that ${parents.map(nameOf).join(', ')} has, or keep ${toLine(column)} there`,
  };
}
