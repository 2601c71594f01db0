import { isJsonObject, type Reason } from '#core/base';
import type { DbtCatalog, DbtNode } from '#core/dbt';
import type { ColumnLineage } from './lineage.ts';

/** Names of a node's columns as the catalog gives them; null when the catalog does not know the node. */
export function catalogColumns(node: DbtNode, catalog: DbtCatalog | null): readonly string[] | null {
  const relation = catalog?.get(node.uniqueId);
  return relation === undefined || relation.columns.length === 0 ? null : relation.columns.map((column) => column.name);
}

/** Gives the type of a node's column as the catalog has it, else as its YAML has it, in lower case; null where neither says. */
export function declaredTypes(node: DbtNode, catalog: DbtCatalog | null): (column: string) => string | null {
  const types = new Map<string, string>();
  for (const { name, dataType } of node.columns.values())
    if (dataType !== null && dataType !== '') types.set(name.toLowerCase(), dataType.toLowerCase());
  for (const { name, type } of catalog?.get(node.uniqueId)?.columns ?? [])
    if (type !== '') types.set(name.toLowerCase(), type.toLowerCase());
  return (column) => types.get(column.toLowerCase()) ?? null;
}

/** Names of a node's columns as its YAML gives them; of a seed, those of `column_types` too. */
export function documentedColumns(node: DbtNode): readonly string[] {
  const types = node.config['column_types'];
  const seeded = node.resourceType === 'seed' && isJsonObject(types) ? Object.keys(types) : [];
  const names = new Map<string, string>();
  for (const name of [...[...node.columns.values()].map((column) => column.name), ...seeded]) {
    if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
  }
  return [...names.values()];
}

/** A column whose origin is not told: of a source or seed, or of a model that could not be analysed. */
export function bareColumn(column: string, unresolved: Reason | null, type: string | null = null): ColumnLineage {
  return { column, sources: [], unresolved, logic: '', castType: null, transformation: 'identity', type };
}

/** Columns that dbt adds to a snapshot's query. Source: dbt-adapters, include/global_project/macros/materializations/snapshots. */
const snapshotColumns = ['dbt_scd_id', 'dbt_updated_at', 'dbt_valid_from', 'dbt_valid_to'] as const;

/** Columns that dbt adds to what a node's SQL selects. */
export function addedByDbt(node: DbtNode): readonly string[] {
  if (node.resourceType !== 'snapshot') return [];
  const renamed = node.config['snapshot_meta_column_names'];
  const names = isJsonObject(renamed) ? renamed : {};
  const marksDeletes = node.config['hard_deletes'] === 'new_record';
  return [...snapshotColumns, ...(marksDeletes ? ['dbt_is_deleted'] : [])].map((name) => {
    const other = names[name];
    return typeof other === 'string' && other !== '' ? other : name;
  });
}
