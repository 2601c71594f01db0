import type { UniqueId } from '#core/base';
import { sortedBy } from '#core/base';
import { bareColumn, type ColumnLineage, type NodeLineage, type ProjectLineage } from '#core/lineage';

/** The nodes of a lineage, each after every node that it takes columns from; a circle is cut where it is met. */
export function parentsFirst(lineage: ProjectLineage): readonly NodeLineage[] {
  const order: NodeLineage[] = [];
  const met = new Set<UniqueId>();
  for (const start of sortedBy(lineage.values(), ({ uniqueId }) => uniqueId)) visit(start, { lineage, met, order });
  return order;
}

/** A lineage to which columns are added that are read from a node that does not list them: a source without a catalog. */
export function withEveryColumn(lineage: ProjectLineage): ProjectLineage {
  const added = new Map<UniqueId, Map<string, ColumnLineage>>();
  const listed = new Map([...lineage.values()].map(({ uniqueId, columns }) => [uniqueId, namesOf(columns)]));
  for (const { columns } of lineage.values()) {
    for (const { uniqueId, column } of columns.flatMap(({ sources }) => sources)) {
      const name = column.toLowerCase();
      if (listed.get(uniqueId)?.has(name) === true) continue;
      const own = added.get(uniqueId) ?? new Map<string, ColumnLineage>();
      own.set(name, bareColumn(column, null));
      added.set(uniqueId, own);
    }
  }
  if (added.size === 0) return lineage;
  const all = new Map(lineage);
  for (const [uniqueId, columns] of added) {
    const known = all.get(uniqueId) ?? {
      uniqueId,
      columns: [],
      rowset: [],
      unresolved: null,
      complete: false,
      said: [],
      starTables: [],
      missing: [],
    };
    all.set(uniqueId, { ...known, columns: [...known.columns, ...columns.values()] });
  }
  return all;
}

function namesOf(columns: readonly ColumnLineage[]): ReadonlySet<string> {
  return new Set(columns.map(({ column }) => column.toLowerCase()));
}

interface Walk {
  readonly lineage: ProjectLineage;
  readonly met: Set<UniqueId>;
  readonly order: NodeLineage[];
}

/** Depth first with a stack of its own: a chain of models may be longer than the call stack is deep. */
function visit(start: NodeLineage, { lineage, met, order }: Walk): void {
  if (met.has(start.uniqueId)) return;
  met.add(start.uniqueId);
  const stack = [{ node: start, parents: parentsOf(start) }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const next = top.parents.pop();
    if (next === undefined) {
      order.push(top.node);
      stack.pop();
      continue;
    }
    const parent = lineage.get(next);
    if (parent === undefined || met.has(next)) continue;
    met.add(next);
    stack.push({ node: parent, parents: parentsOf(parent) });
  }
}

function parentsOf({ columns, rowset }: NodeLineage): UniqueId[] {
  const ids = new Set(columns.flatMap(({ sources }) => sources.map(({ uniqueId }) => uniqueId)));
  for (const { uniqueId } of rowset) ids.add(uniqueId);
  return [...ids].sort();
}
