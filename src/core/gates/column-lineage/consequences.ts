import type { UniqueId } from '#core/base';
import { type Change, type ColumnChange, consumersFirst } from '#core/change';

/** What a changed column moves, told apart by how. */
export interface Consequences {
  /** Models that hold a value made from it and name it, nearest first. */
  readonly readers: readonly UniqueId[];
  /** Models that have it only because they, or models between, say `select *`. */
  readonly passedOn: readonly UniqueId[];
  /** Models that hold no value of it but whose rows it moves. */
  readonly rows: readonly UniqueId[];
  /** Exposures, then metrics, then the rest. */
  readonly consumers: readonly UniqueId[];
}

/** Downstream of a column at base: a model that never names the column has it by `select *` alone. */
export function consequencesOf({ base }: Change, { column, uniqueId, dependents }: ColumnChange): Consequences {
  const names = new Map([[uniqueId, new Set([column.toLowerCase()])]]);
  for (const one of dependents.columns) {
    names.set(one.uniqueId, (names.get(one.uniqueId) ?? new Set()).add(one.column.toLowerCase()));
  }
  const models = [...new Set(dependents.columns.map((one) => one.uniqueId))].filter((id) => id !== uniqueId);
  const isRead = (id: UniqueId): boolean => {
    const lineage = base.lineage.get(id);
    if (lineage === undefined || lineage.unresolved !== null) return true;
    const said = new Set(lineage.said);
    const parents = base.project.nodes.get(id)?.dependsOn.nodes ?? [];
    return parents.some((parent) => [...(names.get(parent) ?? [])].some((name) => said.has(name)));
  };
  const readers = models.filter(isRead);
  const values = new Set([uniqueId, ...models]);
  return {
    readers,
    passedOn: models.filter((id) => !readers.includes(id)),
    rows: dependents.rowsetModels.filter((id) => !values.has(id)),
    consumers: consumersFirst(dependents.consumers),
  };
}

/**
 * Whether a changed column can matter to anyone: something reads it or passes it on, or its model may have readers that nobody sees.
 * A model that has readers, none of which uses the column, keeps quiet.
 */
export function hasConsequence({ head }: Change, { uniqueId, dependents }: ColumnChange): boolean {
  const used = dependents.columns.length + dependents.rowsetModels.length + dependents.consumers.length > 0;
  return used || isOpen(head, uniqueId);
}

/** Whether a node may have readers that nobody sees: outside the project, or among children that are not analysed. */
export function isOpen(head: Change['head'], uniqueId: UniqueId): boolean {
  const children = head.children.get(uniqueId) ?? [];
  const isPublic = head.project.nodes.get(uniqueId)?.access === 'public';
  return isPublic || children.length === 0 || blindChildren(head, uniqueId).length > 0;
}

/** Children of a node that could not be analysed. */
export function blindChildren({ lineage, children }: Change['head'], uniqueId: UniqueId): readonly UniqueId[] {
  return (children.get(uniqueId) ?? []).filter((id) => (lineage.get(id)?.unresolved ?? null) !== null);
}
