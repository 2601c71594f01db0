import { type Reason, reason, sortedBy, toLine, type UniqueId } from '#core/base';
import type { Change, ModifiedNode } from '#core/change';
import type { DbtProject } from '#core/dbt';

const traced: ReadonlySet<string> = new Set(['model', 'snapshot']);

/**
 * What the gate could not look at: modified models that a side could not analyse or whose columns are not all known, and
 * unread children of a model that loses a column. By node.
 */
export function findUnread(change: Change): readonly Reason[] {
  const own = change.modified.filter(mayDiffer).flatMap((node) => reasonFor(change, node.uniqueId) ?? []);
  const losing = new Set(
    change.columnChanges
      .filter(({ origin, kind }) => origin === 'own' && (kind === 'removed' || kind === 'renamed'))
      .map(({ uniqueId }) => uniqueId),
  );
  return [...own, ...sortedBy(losing, (id) => id).flatMap((id) => unreadChildren(change, id))];
}

function mayDiffer({ resourceType, compiled }: ModifiedNode): boolean {
  return traced.has(resourceType) && (compiled === 'changed' || compiled === 'unknown');
}

function reasonFor({ base, head }: Change, id: UniqueId): Reason | null {
  const now = head.lineage.get(id);
  const before = base.lineage.get(id);
  if (now?.unresolved != null) return named(id, head.project, now.unresolved);
  if (before?.unresolved != null) {
    return named(id, base.project, { ...before.unresolved, text: `at base, ${before.unresolved.text}` });
  }
  if (now === undefined || now.complete || before === undefined) return null;
  return reason(
    'open-star',
    `${id} selects * from relations whose columns are not known, so removed columns would not be seen`,
    'give catalog.json (dbt docs generate), or name the columns in YAML',
  );
}

/** The reason with the file it is about, unless it names the node already. */
function named(id: UniqueId, project: DbtProject, cause: Reason): Reason {
  if (cause.text.includes(id)) return cause;
  return { ...cause, text: `${toLine(project.nodes.get(id)?.originalFilePath ?? id, 200)}: ${cause.text}` };
}

function unreadChildren({ head }: Change, id: UniqueId): readonly Reason[] {
  return (head.children.get(id) ?? []).flatMap((child) => {
    const unresolved = head.lineage.get(child)?.unresolved;
    if (unresolved == null) return [];
    return [
      reason(unresolved.code, `${child} reads ${id}, which loses a column, and ${unresolved.text}`, unresolved.remedy),
    ];
  });
}
