import { compareText, type UniqueId } from '#core/base';
import { descendantsOf } from '#core/dbt';
import type { AnalyzedSide, ColumnRef, Dependents } from './change.ts';
import { columnKey } from './correspondence.ts';

/** Answers what stands downstream of a column of one side. */
export type DependentsOf = (column: ColumnRef) => Dependents;

interface Uses {
  /** Columns made directly from a column, by its key. */
  readonly values: ReadonlyMap<string, readonly ColumnRef[]>;
  /** Nodes whose rows a column moves, by its key. */
  readonly rows: ReadonlyMap<string, readonly UniqueId[]>;
}

const consumers: ReadonlySet<string> = new Set(['exposure', 'metric', 'semantic_model', 'saved_query']);

/** Turns a side's lineage round, once for all the columns that are asked for. */
export function dependentsIn(side: AnalyzedSide): DependentsOf {
  let uses: Uses | null = null;
  return (column) => {
    uses ??= usesIn(side);
    const columns = columnsFrom(column, uses);
    const reached = [column, ...columns];
    const rowsetModels = [...new Set(reached.flatMap((one) => uses?.rows.get(columnKey(one)) ?? []))];
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

function usesIn({ lineage }: AnalyzedSide): Uses {
  const values = new Map<string, ColumnRef[]>();
  const rows = new Map<string, UniqueId[]>();
  for (const { uniqueId, columns, rowset } of lineage.values()) {
    for (const { column, sources } of columns) {
      for (const key of new Set(sources.map(columnKey))) append(values, key, { uniqueId, column });
    }
    for (const key of new Set(rowset.map(columnKey))) append(rows, key, uniqueId);
  }
  return { values, rows };
}

function append<Item>(map: Map<string, Item[]>, key: string, item: Item): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [item]);
  else known.push(item);
}

/** Layer by layer, each layer ordered by node and column. */
function columnsFrom(start: ColumnRef, { values }: Uses): readonly ColumnRef[] {
  const seen = new Set([columnKey(start)]);
  const found: ColumnRef[] = [];
  let layer: readonly ColumnRef[] = [start];
  while (layer.length > 0) {
    const next = new Map<string, ColumnRef>();
    for (const column of layer.flatMap((one) => values.get(columnKey(one)) ?? [])) {
      if (!seen.has(columnKey(column))) next.set(columnKey(column), column);
    }
    for (const key of next.keys()) seen.add(key);
    layer = [...next.values()].sort((a, b) => compareText(a.uniqueId, b.uniqueId) || compareText(a.column, b.column));
    found.push(...layer);
  }
  return found;
}
