import { compareText, type UniqueId } from '#core/base';
import { descendantsOf } from '#core/dbt';
import type { NodeLineage, ProjectLineage } from '#core/lineage';
import type { AnalyzedSide, ColumnRef, Dependents } from './change.ts';
import { columnKey } from './correspondence.ts';

/** Answers what stands downstream of a column of one side. */
export type DependentsOf = (column: ColumnRef) => Dependents;

/** What is made of one column. */
interface Uses {
  /** Columns made directly from it. */
  readonly values: readonly ColumnRef[];
  /** Nodes whose rows it moves. */
  readonly rows: readonly UniqueId[];
}

type UsesOf = (column: ColumnRef) => Uses;

const consumers: ReadonlySet<string> = new Set(['exposure', 'metric', 'semantic_model', 'saved_query']);

/** Turns a side's lineage round, once for all the columns that are asked for. */
export function dependentsIn(side: AnalyzedSide): DependentsOf {
  const usesOf = usesIn(side);
  return (column) => {
    const columns = columnsFrom(column, usesOf);
    const rowsetModels = [...new Set([column, ...columns].flatMap((one) => usesOf(one).rows))];
    const models = new Set([column.uniqueId, ...columns.map((one) => one.uniqueId), ...rowsetModels]);
    return { columns, rowsetModels, consumers: consumersBehind(side, models) };
  };
}

/** Exposures, metrics, semantic models and saved queries that read any of `nodes`, nearest first, then by unique_id. */
export function consumersBehind({ project, children }: AnalyzedSide, nodes: Iterable<UniqueId>): readonly UniqueId[] {
  const isConsumer = (id: UniqueId): boolean => consumers.has(project.nodes.get(id)?.resourceType ?? '');
  const direct = [...new Set([...nodes].flatMap((id) => (children.get(id) ?? []).filter(isConsumer)))].sort(
    compareText,
  );
  const further = direct.flatMap((id) => descendantsOf(children, id).filter(isConsumer));
  return [...new Set([...direct, ...further])];
}

const order = ['exposure', 'metric', 'saved_query', 'semantic_model'];

/** Consumers by who looks at them: exposures, metrics, saved queries, semantic models; each kind in the order given. */
export function consumersFirst(ids: readonly UniqueId[]): readonly UniqueId[] {
  const rank = (id: UniqueId): number => order.indexOf(id.slice(0, id.indexOf('.')));
  return [...ids].sort((a, b) => rank(a) - rank(b));
}

function usesIn({ lineage }: AnalyzedSide): UsesOf {
  let readers: ReadonlyMap<UniqueId, readonly NodeLineage[]> | null = null;
  const known = new Map<string, Uses>();
  return (column) => {
    const key = columnKey(column);
    const before = known.get(key);
    if (before !== undefined) return before;
    readers ??= readersIn(lineage);
    const uses = usesBy(readers.get(column.uniqueId) ?? [], key);
    known.set(key, uses);
    return uses;
  };
}

function usesBy(readers: readonly NodeLineage[], key: string): Uses {
  const isIt = (place: ColumnRef): boolean => columnKey(place) === key;
  const values = readers.flatMap(({ uniqueId, columns }) =>
    columns.flatMap(({ column, sources }) => (sources.some(isIt) ? [{ uniqueId, column }] : [])),
  );
  return { values, rows: readers.flatMap(({ uniqueId, rowset }) => (rowset.some(isIt) ? [uniqueId] : [])) };
}

/** Lineage of the nodes that read a node, by it. */
function readersIn(lineage: ProjectLineage): ReadonlyMap<UniqueId, readonly NodeLineage[]> {
  const readers = new Map<UniqueId, NodeLineage[]>();
  for (const node of lineage.values()) for (const id of parentsOf(node)) append(readers, id, node);
  return readers;
}

const parents = new WeakMap<NodeLineage, ReadonlySet<UniqueId>>();

function parentsOf(node: NodeLineage): ReadonlySet<UniqueId> {
  const known = parents.get(node);
  if (known !== undefined) return known;
  const places = [...node.columns.flatMap(({ sources }) => sources), ...node.rowset];
  const found = new Set(places.map(({ uniqueId }) => uniqueId));
  parents.set(node, found);
  return found;
}

function append<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [item]);
  else known.push(item);
}

/** Layer by layer, each layer ordered by node and column. */
function columnsFrom(start: ColumnRef, usesOf: UsesOf): readonly ColumnRef[] {
  const seen = new Set([columnKey(start)]);
  const found: ColumnRef[] = [];
  let layer: readonly ColumnRef[] = [start];
  while (layer.length > 0) {
    const next = new Map<string, ColumnRef>();
    for (const column of layer.flatMap((one) => usesOf(one).values)) {
      if (!seen.has(columnKey(column))) next.set(columnKey(column), column);
    }
    for (const key of next.keys()) seen.add(key);
    layer = [...next.values()].sort((a, b) => compareText(a.uniqueId, b.uniqueId) || compareText(a.column, b.column));
    found.push(...layer);
  }
  return found;
}
