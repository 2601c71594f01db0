import { sortedBy, type UniqueId } from '#core/base';
import type { Change, ColumnChange, ColumnRef } from '#core/change';

/** A column that a modified node no longer has under its name, and the same column of nodes that pass it on by `select *`. */
export interface Loss {
  readonly change: ColumnChange & { readonly kind: 'removed' | 'renamed' };
  /** The node itself first. */
  readonly lost: readonly ColumnRef[];
}

/** A model of head that reads a column which none of the relations in its reach has, and which it did not read in vain at base. */
export interface VainReading {
  readonly reader: UniqueId;
  readonly column: string;
  readonly parents: readonly UniqueId[];
}

/** Removed and renamed columns of modified nodes. */
export function lossesOf({ columnChanges }: Change): readonly Loss[] {
  const inherited = new Map<string, ColumnRef>();
  for (const { origin, kind, uniqueId, column } of columnChanges) {
    if (origin === 'inherited' && (kind === 'removed' || kind === 'renamed')) {
      inherited.set(keyOf({ uniqueId, column }), { uniqueId, column });
    }
  }
  return columnChanges.flatMap((change): readonly Loss[] => {
    const { kind, origin, uniqueId, column } = change;
    if (origin !== 'own' || (kind !== 'removed' && kind !== 'renamed')) return [];
    const passedOn = change.dependents.columns.flatMap((one) => inherited.get(keyOf(one)) ?? []);
    return [{ change: { ...change, kind }, lost: [{ uniqueId, column }, ...passedOn] }];
  });
}

/** What head reads in vain and base did not, by reader. */
export function vainReadings({ base, head }: Change): readonly VainReading[] {
  return sortedBy(head.lineage.values(), (node) => node.uniqueId).flatMap((node) => {
    const before = new Set(base.lineage.get(node.uniqueId)?.missing.map(({ column }) => column.toLowerCase()));
    const readings = new Map<string, VainReading>();
    for (const { column, parents } of node.missing) {
      const key = column.toLowerCase();
      const more = readings.get(key)?.parents ?? [];
      if (before.has(key)) continue;
      readings.set(key, { reader: node.uniqueId, column, parents: [...new Set([...more, ...parents])] });
    }
    return [...readings.values()];
  });
}

/** Tells columns apart, whatever their case. */
export function keyOf({ uniqueId, column }: ColumnRef): string {
  return `${uniqueId}\n${column.toLowerCase()}`;
}
