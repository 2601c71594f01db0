import type { UniqueId } from '#core/base';
import { compareText } from '#core/base';
import type { DbtNode } from '#core/dbt';
import { descendantsOf } from '#core/dbt';
import type { Change, ColumnChange, ModifiedNode } from './change.ts';

/** What a node reaches, from head's graph, or from base's when head has lost the node; nearest first. */
export interface Reach {
  readonly models: readonly UniqueId[];
  readonly exposures: readonly UniqueId[];
  readonly metrics: readonly UniqueId[];
  readonly semanticModels: readonly UniqueId[];
  readonly savedQueries: readonly UniqueId[];
  /** Groups of what is reached, the node's own left out, ordered. */
  readonly groups: readonly string[];
  /** Reached models that any project may read. */
  readonly publicModels: readonly UniqueId[];
  /** Reached incremental models and snapshots: rows that they hold already stay as they are. */
  readonly keepRows: readonly UniqueId[];
}

/** An incremental model that holds or takes the wrong rows or columns until it is built anew, and why, as one phrase. */
export interface FullRefresh {
  readonly uniqueId: UniqueId;
  /** Whether its config lays the table out otherwise, or its columns are others. */
  readonly kind: 'layout' | 'columns';
  readonly because: string;
}

const holdingRows: ReadonlySet<string> = new Set(['model', 'seed', 'snapshot']);

/** Everything downstream of a node, by what it is. */
export function reachOf(change: Pick<Change, 'base' | 'head'>, uniqueId: UniqueId): Reach {
  const side = change.head.project.nodes.has(uniqueId) ? change.head : change.base;
  const own = side.project.nodes.get(uniqueId)?.group ?? null;
  const nodes = descendantsOf(side.children, uniqueId).flatMap((id) => side.project.nodes.get(id) ?? []);
  const ids = (chosen: (node: DbtNode) => boolean): readonly UniqueId[] =>
    nodes.filter(chosen).map((node) => node.uniqueId);
  return {
    models: ids(({ resourceType }) => holdingRows.has(resourceType)),
    exposures: ids(({ resourceType }) => resourceType === 'exposure'),
    metrics: ids(({ resourceType }) => resourceType === 'metric'),
    semanticModels: ids(({ resourceType }) => resourceType === 'semantic_model'),
    savedQueries: ids(({ resourceType }) => resourceType === 'saved_query'),
    groups: [...new Set(nodes.flatMap(({ group }) => (group === null || group === own ? [] : [group])))].sort(
      compareText,
    ),
    publicModels: ids(({ resourceType, access }) => resourceType === 'model' && access === 'public'),
    keepRows: ids(({ materialized }) => materialized === 'incremental' || materialized === 'snapshot'),
  };
}

/** Config keys by which an incremental model's table is laid out or merged: rows already there follow the old ones. */
const layoutKeys: ReadonlySet<string> = new Set(['unique_key', 'partition_by']);

/**
 * Modified incremental models that need `--full-refresh`: their key or partitioning is another, or columns come and go
 * that `on_schema_change` (dbt's default is `ignore`) does not carry into the table.
 */
export function findFullRefreshes(
  change: Pick<Change, 'base' | 'head' | 'modified' | 'columnChanges'>,
): readonly FullRefresh[] {
  const found: FullRefresh[] = [];
  for (const modified of change.modified) {
    const sides = [change.base, change.head].map(({ project }) => project.nodes.get(modified.uniqueId));
    const node = sides[1];
    if (node === undefined || !sides.every((side) => side?.materialized === 'incremental')) continue;
    const because = reasonOf(modified, node, change.columnChanges);
    if (because !== null) found.push({ uniqueId: modified.uniqueId, ...because });
  }
  return found;
}

function reasonOf(
  modified: ModifiedNode,
  node: DbtNode,
  changes: readonly ColumnChange[],
): Omit<FullRefresh, 'uniqueId'> | null {
  const layout = modified.causes.find(
    ({ kind, item, foreign }) => kind === 'config' && layoutKeys.has(item ?? '') && foreign === undefined,
  );
  if (layout !== undefined) return { kind: 'layout', because: `${layout.item ?? ''} is another` };
  const onChange = node.config['on_schema_change'] ?? 'ignore';
  if (onChange !== 'ignore' && onChange !== 'fail') return null;
  const columns = changes.filter(
    ({ uniqueId, kind }) =>
      uniqueId === modified.uniqueId && (kind === 'added' || kind === 'removed' || kind === 'renamed'),
  );
  const [first] = columns;
  if (first === undefined) return null;
  const more = columns.length > 1 ? ` and ${columns.length - 1} more` : '';
  const because = `column ${first.column} ${first.kind}${more}, and on_schema_change is ${onChange}`;
  return { kind: 'columns', because };
}
