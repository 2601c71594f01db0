import type { UniqueId } from '#core/base';
import type { DbtProject } from '#core/dbt';
import { type ColumnSource, columnToken, isFolded, mapTokens, nodeToken } from '#core/lineage';

/** What a base column or node is called at head, so that a rename upstream is not a change downstream. */
export interface Correspondence {
  /** Says that a column of a node has another name at head. */
  readonly rename: (uniqueId: UniqueId, before: string, after: string) => void;
  /** A base column in head's words; the key of a head column is itself. */
  readonly keyOf: (source: Pick<ColumnSource, 'uniqueId' | 'column'>) => string;
  /** A base column's logic in head's words; null when it holds digests of names that have changed. */
  readonly logicOf: (logic: string, sources: readonly ColumnSource[]) => string | null;
}

/** The key of a head column. */
export function columnKey({ uniqueId, column }: Pick<ColumnSource, 'uniqueId' | 'column'>): string {
  return `${uniqueId}\n${column.toLowerCase()}`;
}

/** Starts with the nodes that moved to another package; renames of columns are added as they are found, parents first. */
export function correspondence(base: DbtProject, head: DbtProject): Correspondence {
  const moved = movedNodes(base, head);
  const renamed = new Map<string, string>();

  function atHead({ uniqueId, column }: Pick<ColumnSource, 'uniqueId' | 'column'>): {
    uniqueId: UniqueId;
    column: string;
  } {
    return {
      uniqueId: moved.get(uniqueId) ?? uniqueId,
      column: renamed.get(columnKey({ uniqueId, column })) ?? column,
    };
  }

  return {
    rename: (uniqueId, before, after) => renamed.set(columnKey({ uniqueId, column: before }), after),
    keyOf: (source) => columnKey(atHead(source)),
    logicOf: (logic, sources) => {
      const tokens = new Map<string, string>();
      for (const source of sources) {
        const { uniqueId, column } = atHead(source);
        const before = columnToken(source.uniqueId, source.column);
        const after = columnToken(uniqueId, column);
        if (before !== after) tokens.set(before, after);
        if (uniqueId !== source.uniqueId) tokens.set(nodeToken(source.uniqueId), nodeToken(uniqueId));
      }
      if (tokens.size === 0) return logic;
      return isFolded(logic) ? null : mapTokens(logic, (token) => tokens.get(token) ?? token);
    },
  };
}

/** Nodes of base that are gone, and that head has under another package: packages are split and merged. */
function movedNodes(base: DbtProject, head: DbtProject): ReadonlyMap<UniqueId, UniqueId> {
  const fresh = new Map<string, UniqueId[]>();
  for (const id of head.nodes.keys()) {
    if (!base.nodes.has(id)) fresh.set(withoutPackage(id), [...(fresh.get(withoutPackage(id)) ?? []), id]);
  }
  const moved = new Map<UniqueId, UniqueId>();
  for (const id of base.nodes.keys()) {
    if (head.nodes.has(id)) continue;
    const [only, ...more] = fresh.get(withoutPackage(id)) ?? [];
    if (only !== undefined && more.length === 0) moved.set(id, only);
  }
  return moved;
}

function withoutPackage(id: UniqueId): string {
  return id.replace(/^([^.]*)\.[^.]*\./, '$1.');
}
