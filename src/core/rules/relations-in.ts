import type { UniqueId } from '#core/base';
import type { AnalyzedSide } from '#core/change';
import { ancestorsOf, type DbtNode, type DbtProject, hasFirmSql } from '#core/dbt';
import { relationNames } from '#core/lineage';
import type { KnownRelation, PlanContext } from '#core/meaning';
import { type Identifier, toDialect } from '#core/sql';

/**
 * What the plan of a model's query needs to know of its side: its dialect, and the relations that names stand for. Columns are given
 * where `other`, the other side, has the same: what an upstream model changes is no change of this query.
 */
export function planContext(side: AnalyzedSide, uniqueId: UniqueId, other: AnalyzedSide): PlanContext {
  const theirs = new Set(ancestorsOf(other.project, twinOf(uniqueId, side.project, other.project) ?? uniqueId));
  return contextOf(side, uniqueId, { other, theirs, levels: mostLevels });
}

/** Models that are written out one inside the other. */
const mostLevels = 8;

interface Against {
  readonly other: AnalyzedSide;
  /** What the model reads there, directly or through others. */
  readonly theirs: ReadonlySet<UniqueId>;
  readonly levels: number;
}

function contextOf(side: AnalyzedSide, uniqueId: UniqueId, against: Against): PlanContext {
  const { project } = side;
  const names = relationNames(project);
  const parents = project.nodes.get(uniqueId)?.dependsOn.nodes ?? [];
  const find = (name: readonly Identifier[]): UniqueId | null =>
    names.find(
      name.map((part) => part.name.toLowerCase()),
      parents,
    );
  const own: PlanContext = {
    dialect: toDialect(project.metadata.adapterType),
    relation(name) {
      const found = find(name);
      return found === null ? null : relationOf(side, found, against.other);
    },
  };
  if (!parents.some((parent) => isOneSided(side, parent, against))) return own;
  return {
    ...own,
    definition(name) {
      const found = find(name);
      const query = found === null || !isOneSided(side, found, against) ? undefined : side.trees.get(found);
      if (found === null || query === undefined || query.lossy !== undefined) return null;
      return { query, context: contextOf(side, found, { ...against, levels: against.levels - 1 }) };
    },
  };
}

/** Whether a model is one that the other side does not read, so that its SQL was only moved into it: to be written out. */
function isOneSided({ project, trees }: AnalyzedSide, id: UniqueId, { other, theirs, levels }: Against): boolean {
  const node = project.nodes.get(id);
  if (levels === 0 || node === undefined || !trees.has(id) || !hasFirmSql(node) || !holdsItsQuery(node)) return false;
  return !theirs.has(twinOf(id, project, other.project) ?? id);
}

/** Whether a model's relation holds just the rows of its SQL: nothing is kept from earlier runs, cast to a contract or changed by a hook. */
function holdsItsQuery({ resourceType, language, materialized, contractEnforced, config }: DbtNode): boolean {
  const hooks = config['post-hook'] ?? config['post_hook'] ?? [];
  const isPlain = materialized === 'view' || materialized === 'table';
  const hasHooks = !Array.isArray(hooks) || hooks.length > 0;
  return resourceType === 'model' && language === 'sql' && isPlain && !contractEnforced && !hasHooks;
}

const withoutPackages = new WeakMap<DbtProject, ReadonlyMap<string, readonly UniqueId[]>>();

/** The node of the other side that is this one: itself, or the only one that moved here from another package; null for none. */
function twinOf(uniqueId: UniqueId, own: DbtProject, other: DbtProject): UniqueId | null {
  if (other.nodes.has(uniqueId)) return uniqueId;
  const known = withoutPackages.get(other) ?? Map.groupBy(other.nodes.keys(), withoutPackage);
  withoutPackages.set(other, known);
  const moved = (known.get(withoutPackage(uniqueId)) ?? []).filter((id) => !own.nodes.has(id));
  return moved.length === 1 ? (moved[0] ?? null) : null;
}

function withoutPackage(uniqueId: UniqueId): string {
  return uniqueId.replace(/^([^.]*)\.[^.]*\./, '$1.');
}

/** A source is the same on both sides where its identifier is: database and schema often follow the target. */
function relationOf(side: AnalyzedSide, uniqueId: UniqueId, other: AnalyzedSide): KnownRelation {
  const node = side.project.nodes.get(uniqueId);
  const twin = twinOf(uniqueId, side.project, other.project);
  // The same from either side.
  const id = twin !== null && twin < uniqueId ? twin : uniqueId;
  const name = node?.resourceType === 'source' ? `${id}:${node.identifier ?? node.name}` : id;
  const [columns, others] = [columnsOf(side, uniqueId), twin === null ? [] : columnsOf(other, twin)];
  const same = columns.join('\n').toLowerCase() === others.join('\n').toLowerCase();
  return { uniqueId, name, columns: columns.length > 0 && same ? columns : null };
}

function columnsOf({ lineage, catalog }: AnalyzedSide, uniqueId: UniqueId): readonly string[] {
  const told = catalog?.get(uniqueId)?.columns.map(({ name }) => name) ?? [];
  if (told.length > 0) return told;
  const traced = lineage.get(uniqueId);
  return traced?.complete === true && traced.unresolved === null ? traced.columns.map(({ column }) => column) : [];
}
