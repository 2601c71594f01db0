import type { UniqueId } from '#core/base';
import type { ColumnLineage, NodeLineage, ProjectLineage, RowsetUse, Transformation } from './lineage.ts';

/** A column, and the columns it is made from or that are made from it. */
export interface ColumnStep {
  readonly uniqueId: UniqueId;
  readonly column: string;
  /** How the lower one of this column and the one before it is made from the upper one; null at the start. */
  readonly transformation: Transformation | null;
  readonly type: string | null;
  readonly next: readonly ColumnStep[];
  /** Downstream: models whose rows this column moves. Upstream: nothing. */
  readonly rows: readonly { readonly uniqueId: UniqueId; readonly clause: RowsetUse['clause'] }[];
  /** Why there is no `next` although there may be more: shown elsewhere in the tree, or deeper than asked for. */
  readonly cut: 'repeated' | 'depth' | null;
}

interface Hop {
  readonly uniqueId: UniqueId;
  readonly column: string;
  readonly transformation: Transformation;
}

interface Walk {
  readonly lineage: ProjectLineage;
  readonly depth: number;
  readonly seen: Set<string>;
  readonly hops: (uniqueId: UniqueId, column: string) => readonly Hop[];
  readonly rows: (uniqueId: UniqueId, column: string) => ColumnStep['rows'];
}

/** The columns that a column is made from, `depth` hops up at most. */
export function upstreamOf(lineage: ProjectLineage, uniqueId: UniqueId, column: string, depth: number): ColumnStep {
  const hops: Walk['hops'] = (at, name) => strongestOf(columnOf(lineage, at, name)?.sources ?? []);
  return step({ uniqueId, column, transformation: null }, 0, { lineage, depth, seen: new Set(), hops, rows: () => [] });
}

/** The columns that are made from a column, and the models whose rows it moves, `depth` hops down at most. */
export function downstreamOf(lineage: ProjectLineage, uniqueId: UniqueId, column: string, depth: number): ColumnStep {
  const made = new Map<string, Hop[]>();
  const moved = new Map<string, ColumnStep['rows'][number][]>();
  for (const node of lineage.values()) {
    for (const own of node.columns) {
      for (const source of strongestOf(own.sources)) {
        append(made, keyOf(source.uniqueId, source.column), { ...source, uniqueId: node.uniqueId, column: own.column });
      }
    }
    for (const use of node.rowset)
      append(moved, keyOf(use.uniqueId, use.column), { uniqueId: node.uniqueId, clause: use.clause });
  }
  return step({ uniqueId, column, transformation: null }, 0, {
    ...{ lineage, depth, seen: new Set<string>() },
    hops: (at, name) => made.get(keyOf(at, name)) ?? [],
    rows: (at, name) => moved.get(keyOf(at, name)) ?? [],
  });
}

function step(
  at: Omit<Hop, 'transformation'> & { readonly transformation: Transformation | null },
  level: number,
  walk: Walk,
): ColumnStep {
  const key = keyOf(at.uniqueId, at.column);
  const repeated = walk.seen.has(key);
  walk.seen.add(key);
  const hops = repeated ? [] : walk.hops(at.uniqueId, at.column);
  const tooDeep = level >= walk.depth && hops.length > 0;
  return {
    ...at,
    type: columnOf(walk.lineage, at.uniqueId, at.column)?.type ?? null,
    next: tooDeep ? [] : hops.map((hop) => step(hop, level + 1, walk)),
    rows: repeated ? [] : walk.rows(at.uniqueId, at.column),
    cut: repeated ? 'repeated' : tooDeep ? 'depth' : null,
  };
}

function columnOf(lineage: ProjectLineage, uniqueId: UniqueId, column: string): ColumnLineage | undefined {
  const node: NodeLineage | undefined = lineage.get(uniqueId);
  return node?.columns.find((one) => one.column.toLowerCase() === column.toLowerCase());
}

function keyOf(uniqueId: UniqueId, column: string): string {
  return `${uniqueId}\n${column.toLowerCase()}`;
}

function append<Item>(map: Map<string, Item[]>, key: string, item: Item): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [item]);
  else known.push(item);
}

const ranks: readonly Transformation[] = [
  'constant',
  'identity',
  'rename',
  'cast',
  'expression',
  'set-operation',
  'aggregate',
  'window',
];

/** Each source column once, with the strongest of its transformations. */
export function strongestOf(sources: ColumnLineage['sources']): readonly Hop[] {
  const found = new Map<string, Hop>();
  for (const { uniqueId, column, transformation } of sources) {
    const known = found.get(keyOf(uniqueId, column));
    if (known === undefined || ranks.indexOf(transformation) > ranks.indexOf(known.transformation)) {
      found.set(keyOf(uniqueId, column), { uniqueId, column, transformation });
    }
  }
  return [...found.values()];
}
