import { type Reason, sortedBy, type UniqueId } from '#core/base';
import type { DbtProject } from '#core/dbt';
import type { ColumnLineage, NodeLineage, ProjectLineage, RowsetUse, Transformation } from './lineage.ts';
import { strongestOf } from './walk.ts';

/** One column of one model, as `weirkeeper lineage --format json` prints it. */
export interface LineageLine {
  readonly unique_id: UniqueId;
  readonly column: string;
  readonly sources: readonly {
    readonly unique_id: UniqueId;
    readonly column: string;
    readonly transformation: Transformation;
  }[];
  readonly rowset: readonly {
    readonly unique_id: UniqueId;
    readonly column: string;
    readonly clause: RowsetUse['clause'];
  }[];
  /** Only where the origin could not be told: no sources then means "not known", not "a constant". */
  readonly unresolved?: Reason;
}

/** How much of a project's models was resolved. */
export interface Coverage {
  readonly models: number;
  readonly columns: number;
  /** Columns whose origin was told. */
  readonly resolved: number;
  /** Models, and columns of models, of which it was not; by unique_id. */
  readonly unresolved: readonly { readonly uniqueId: UniqueId; readonly reason: Reason }[];
}

const modelTypes: ReadonlySet<string> = new Set(['model', 'snapshot']);

/** One record a column of every model and snapshot, by unique_id, in output order. */
export function lineageLines(lineage: ProjectLineage, project: DbtProject): readonly LineageLine[] {
  return modelsOf(lineage, project).flatMap((node) => {
    const rowset = node.rowset.map(({ uniqueId, column, clause }) => ({ unique_id: uniqueId, column, clause }));
    return node.columns.map((column) => {
      const line = { unique_id: node.uniqueId, column: column.column, sources: strongest(column), rowset };
      const unresolved = node.unresolved ?? column.unresolved;
      return unresolved === null ? line : { ...line, unresolved };
    });
  });
}

function strongest({ sources }: ColumnLineage): LineageLine['sources'] {
  return strongestOf(sources).map(({ uniqueId, column, transformation }) => ({
    unique_id: uniqueId,
    column,
    transformation,
  }));
}

/** How many columns of how many models were resolved, and why the others were not. */
export function coverage(lineage: ProjectLineage, project: DbtProject): Coverage {
  const models = modelsOf(lineage, project);
  const columns = models.flatMap((node) => node.columns);
  const unresolved = models.flatMap((node) => {
    const own = node.unresolved ?? node.columns.find((column) => column.unresolved !== null)?.unresolved ?? null;
    return own === null ? [] : [{ uniqueId: node.uniqueId, reason: own }];
  });
  const resolved = columns.filter((column) => column.unresolved === null).length;
  return { models: models.length, columns: columns.length, resolved, unresolved };
}

function modelsOf(lineage: ProjectLineage, project: DbtProject): readonly NodeLineage[] {
  const models = [...lineage.values()].filter((node) =>
    modelTypes.has(project.nodes.get(node.uniqueId)?.resourceType ?? ''),
  );
  return sortedBy(models, (node) => node.uniqueId);
}
