import type { UniqueId } from '#core/base';
import type { AnalyzedSide } from '#core/change';
import type { DbtProject } from '#core/dbt';
import type { RelationNames } from '#core/lineage';
import { relationNames } from '#core/lineage';
import type { KnownRelation, PlanContext } from '#core/meaning';
import { toDialect } from '#core/sql';

/** What the plan of a model's query needs to know of its side: its dialect, and the relations that names stand for. */
export function planContext(side: AnalyzedSide, uniqueId: UniqueId): PlanContext {
  const { project } = side;
  const names = namesOf(project);
  const parents = project.nodes.get(uniqueId)?.dependsOn.nodes ?? [];
  return {
    dialect: toDialect(project.metadata.adapterType),
    relation(name) {
      const found = names.find(
        name.map((part) => part.name.toLowerCase()),
        parents,
      );
      return found === null ? null : relationOf(side, found);
    },
  };
}

const indexed = new WeakMap<DbtProject, RelationNames>();

/** Indexed once for all models of a project. */
function namesOf(project: DbtProject): RelationNames {
  const known = indexed.get(project) ?? relationNames(project);
  indexed.set(project, known);
  return known;
}

/** A source is the same on both sides where its identifier is: database and schema often follow the target. */
function relationOf({ project, lineage, catalog }: AnalyzedSide, uniqueId: UniqueId): KnownRelation {
  const node = project.nodes.get(uniqueId);
  const traced = lineage.get(uniqueId);
  const told = catalog?.get(uniqueId)?.columns.map(({ name }) => name) ?? [];
  const known =
    traced?.complete === true && traced.unresolved === null ? traced.columns.map(({ column }) => column) : [];
  const columns = told.length > 0 ? told : known;
  const name = node?.resourceType === 'source' ? `${uniqueId}:${node.identifier ?? node.name}` : uniqueId;
  return { uniqueId, name, columns: columns.length > 0 ? columns : null };
}
