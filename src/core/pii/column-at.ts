import type { UniqueId } from '#core/base';
import type { DbtColumn, DbtNode } from '#core/dbt';

/** A column of a node; the key of maps is made by `columnKey`. */
export interface ColumnAt {
  readonly uniqueId: UniqueId;
  readonly column: string;
}

/** The key of a column in maps: warehouses fold case, and YAML and SQL seldom agree on it. */
export function columnKey({ uniqueId, column }: ColumnAt): string {
  return `${uniqueId}\n${column.toLowerCase()}`;
}

/** The YAML entry of a column, whatever its case. */
export function columnOf(node: DbtNode | undefined, column: string): DbtColumn | null {
  if (node === undefined) return null;
  const exact = node.columns.get(column);
  if (exact !== undefined) return exact;
  const wanted = column.toLowerCase();
  for (const entry of node.columns.values()) {
    if (entry.name.toLowerCase() === wanted) return entry;
  }
  return null;
}
