import { type Reason, reason, toUniqueId, type UniqueId } from '#core/base';
import { type DbtCatalog, type DbtNode, type DbtProject, isFirm } from '#core/dbt';
import { type Dialect, type Identifier, identifierKey, type Query, toDialect } from '#core/sql';
import { columnLineage } from './column-lineage.ts';
import type { ColumnLineage, MissingColumn, NodeLineage, ProjectLineage } from './lineage.ts';
import { nodeToken } from './logic.ts';
import { addedByDbt, bareColumn, catalogColumns, declaredTypes, documentedColumns } from './node-columns.ts';
import { inOrder } from './order.ts';
import { traceQuery } from './query.ts';
import { baseValue, nothing, plain, type Relation, type RelationColumn, strengths, usesOf } from './relation.ts';
import { type RelationNames, relationNames } from './relation-names.ts';
import { findColumn, type Trace } from './scope.ts';

/** Origins and columns that one node's trace may copy: ten times what 300 columns of 300 sources each take. */
const budget = 1_000_000;

const analysed: ReadonlySet<string> = new Set(['model', 'snapshot']);
const columnar: ReadonlySet<string> = new Set(['model', 'snapshot', 'seed', 'source']);

/** What is known while a project is traced. */
interface Project {
  readonly project: DbtProject;
  readonly catalog: DbtCatalog | null;
  readonly trees: ReadonlyMap<UniqueId, Query>;
  readonly reasons: ReadonlyMap<UniqueId, Reason>;
  readonly dialect: Dialect;
  readonly names: RelationNames;
  readonly lineage: Map<UniqueId, NodeLineage>;
  /** Each node as its children see it. */
  readonly relations: Map<UniqueId, Relation>;
  /** What each node's SQL gives, for columns that are asked for later. */
  readonly outputs: Map<UniqueId, Relation>;
  /** Columns that children read and the node does not list, by lower-case name. */
  readonly asked: Map<UniqueId, Map<string, string>>;
}

/**
 * Lineage of every model, snapshot, seed and source of a project. `trees` are the parsed queries of its models and snapshots,
 * `reasons` say why others have none. Parents are traced before their children, each node once; cost is linear in the SQL.
 */
export function traceProject(
  project: DbtProject,
  catalog: DbtCatalog | null,
  trees: ReadonlyMap<UniqueId, Query>,
  reasons: ReadonlyMap<UniqueId, Reason>,
): ProjectLineage {
  const dialect = toDialect(project.metadata.adapterType);
  const names = relationNames(project);
  const state: Project = {
    project,
    catalog,
    trees,
    reasons,
    dialect,
    names,
    lineage: new Map(),
    relations: new Map(),
    outputs: new Map(),
    asked: new Map(),
  };
  const order = inOrder([...project.nodes.values()].filter((node) => columnar.has(node.resourceType)));
  for (const node of order) {
    const lineage = traceOne(node, state);
    state.lineage.set(node.uniqueId, lineage);
    state.relations.set(node.uniqueId, baseRelation(lineage, state));
  }
  for (const node of order.toReversed()) addAsked(node.uniqueId, state);
  return state.lineage;
}

function traceOne(node: DbtNode, state: Project): NodeLineage {
  const { uniqueId } = node;
  if (!analysed.has(node.resourceType)) return documented(node, state, null);
  const tree = state.trees.get(uniqueId);
  if (tree === undefined) return documented(node, state, state.reasons.get(uniqueId) ?? noTree(node));
  const missing: MissingColumn[] = [];
  const trace = newTrace(node, state, missing);
  const output = withAdded(traceQuery(tree, new Map(), null, trace), node, state);
  if (trace.budget < 0)
    return documented(node, state, { code: 'too-large', text: `${uniqueId} has too many column uses to follow` });
  state.outputs.set(uniqueId, output);
  const typeOf = declaredTypes(node, state.catalog);
  const columns = output.columns.map((column) => columnLineage(column, state.dialect, typeOf));
  const known = new Set(columns.map((column) => column.column.toLowerCase()));
  const star = reason(
    'open-star',
    `${uniqueId} selects * from a relation whose columns are not known`,
    'give catalog.json (dbt docs generate)',
  );
  if (output.open !== null && columns.length === 0 && catalogColumns(node, state.catalog) === null)
    columns.push(bareColumn('*', star));
  const lineage: NodeLineage = {
    uniqueId,
    columns: [...columns, ...dbtColumns(node, known)],
    rowset: usesOf(output.rowset).filter((use) => use.uniqueId !== uniqueId),
    unresolved: null,
    complete: output.open === null,
    missing,
  };
  return asRendered(lineage, node);
}

/** Of SQL with parts that are masked or taken for granted, nothing is missing for certain; where blocks are left out, no column is sure. */
function asRendered(lineage: NodeLineage, { rendered }: DbtNode): NodeLineage {
  if (rendered === undefined || isFirm(rendered)) return lineage;
  if (rendered.gaps.length === 0) return { ...lineage, missing: [] };
  const doubt = reason(
    'not-rendered',
    `not analysed: ${rendered.gaps.slice(0, 3).join(', ')}`,
    'run dbt compile before the upload',
  );
  const columns = lineage.columns.map((column) => ({ ...column, unresolved: column.unresolved ?? doubt }));
  return { ...lineage, columns, complete: false, missing: [] };
}

function dbtColumns(node: DbtNode, known: ReadonlySet<string>): readonly ColumnLineage[] {
  return addedByDbt(node)
    .filter((name) => !known.has(name.toLowerCase()))
    .map((name) => bareColumn(name, null));
}

function noTree(node: DbtNode): Reason {
  if (node.language === 'python') return reason('python-model', `${node.uniqueId} is a Python model`);
  const failed = node.rendered?.failed ?? null;
  return reason(
    'not-compiled',
    `the manifest has no compiled SQL of ${node.uniqueId}${failed === null ? '' : `, and its Jinja could not be rendered: ${failed}`}`,
    'run dbt compile before the upload',
  );
}

/** A node of which only the names of its columns are known. */
function documented(node: DbtNode, { catalog }: Project, unresolved: Reason | null): NodeLineage {
  const catalogued = catalogColumns(node, catalog);
  const names = catalogued ?? documentedColumns(node);
  const typeOf = declaredTypes(node, catalog);
  return {
    uniqueId: node.uniqueId,
    columns: names.map((name) => bareColumn(name, unresolved, typeOf(name))),
    rowset: [],
    unresolved,
    complete: catalogued !== null && unresolved === null,
    missing: [],
  };
}

/** A star that could not be expanded from its parents is expanded from the catalog, or from what the YAML names. */
function withAdded(output: Relation, node: DbtNode, state: Project): Relation {
  const { open } = output;
  if (open === null) return output;
  const catalogued = catalogColumns(node, state.catalog);
  const known = new Set(output.columns.map((column) => column.name.toLowerCase()));
  const own = new Set(addedByDbt(node).map((name) => name.toLowerCase()));
  const added = (catalogued ?? documentedColumns(node)).flatMap((name): readonly RelationColumn[] => {
    const value = known.has(name.toLowerCase()) || own.has(name.toLowerCase()) ? null : open({ name, quoted: true });
    return value === null ? [] : [{ name, key: identifierKey({ name, quoted: true }, state.dialect), value }];
  });
  return { ...output, columns: [...output.columns, ...added], open: catalogued === null ? open : null };
}

function newTrace(node: DbtNode, state: Project, missing: MissingColumn[]): Trace {
  const parents = parentsOf(node, state);
  const trace: Trace = {
    dialect: state.dialect,
    table: (name) => tableRelation(name, state.names.find(name, parents), node.uniqueId, state),
    knows: (name) => state.names.find(name, parents) !== null,
    ephemeral: (cte) => ephemeralRelation(cte, node.uniqueId, state),
    query: (query, env, outer) => traceQuery(query, env, outer, trace),
    missing,
    budget,
  };
  return trace;
}

/** The node's parents, and those of ephemeral ones, whose SQL dbt puts into the node's. */
function parentsOf(node: DbtNode, { project }: Project): readonly UniqueId[] {
  const parents = new Set(node.dependsOn.nodes);
  for (const id of parents) {
    const parent = project.nodes.get(id);
    if (parent?.materialized === 'ephemeral') for (const further of parent.dependsOn.nodes) parents.add(further);
  }
  return [...parents];
}

/** A relation of the project, as it has been traced; of the model itself (`{{ this }}`), nothing is said. */
function tableRelation(name: readonly Identifier[], found: UniqueId | null, self: UniqueId, state: Project): Relation {
  if (found === self) return selfRelation;
  const known = found === null ? undefined : state.relations.get(found);
  if (known !== undefined) return known;
  const uniqueId = found ?? toUniqueId(`relation.${name.map((part) => part.name.toLowerCase()).join('.')}`);
  const outside = openRelation(uniqueId, [], state);
  state.relations.set(uniqueId, outside);
  return outside;
}

const selfRelation: Relation = {
  columns: [],
  open: () => ({ ...plain, logic: 'this', made: strengths.expression }),
  parents: [],
  rowset: nothing,
  signature: 'this',
};

function ephemeralRelation(cte: Identifier, self: UniqueId, state: Project): Relation | null {
  const found = state.names.findEphemeral(cte);
  if (found === null || found === self || state.lineage.get(found)?.unresolved !== null) return null;
  return state.relations.get(found) ?? null;
}

/** A node as its children see it: each column is itself, wherever it comes from. */
function baseRelation({ uniqueId, columns, complete }: NodeLineage, state: Project): Relation {
  const listed = columns
    .filter((column) => column.column !== '*')
    .map(
      ({ column, type }): RelationColumn => ({
        name: column,
        key: identifierKey({ name: column, quoted: true }, state.dialect),
        value: baseValue(uniqueId, column, type),
      }),
    );
  if (!complete) return openRelation(uniqueId, listed, state);
  return { columns: listed, open: null, parents: [uniqueId], rowset: nothing, signature: nodeToken(uniqueId) };
}

function openRelation(uniqueId: UniqueId, columns: readonly RelationColumn[], state: Project): Relation {
  return {
    columns,
    open: ({ name }) => {
      const asked = state.asked.get(uniqueId) ?? new Map<string, string>();
      state.asked.set(uniqueId, asked);
      const spelled = asked.get(name.toLowerCase()) ?? name;
      asked.set(name.toLowerCase(), spelled);
      return baseValue(uniqueId, spelled);
    },
    parents: [uniqueId],
    rowset: nothing,
    signature: nodeToken(uniqueId),
  };
}

/** Lists the columns that children read of a node whose columns are not all known. Children come first, so what they ask of a star asks its parents. */
function addAsked(uniqueId: UniqueId, state: Project): void {
  const lineage = state.lineage.get(uniqueId);
  const asked = state.asked.get(uniqueId);
  if (lineage === undefined || asked === undefined) return;
  const output = state.outputs.get(uniqueId);
  const listed = new Set(lineage.columns.map((column) => column.column.toLowerCase()));
  const added = [...asked].flatMap(([lower, name]): readonly ColumnLineage[] => {
    if (listed.has(lower)) return [];
    if (output === undefined) return [bareColumn(name, lineage.unresolved)];
    const identifier = { name, quoted: true };
    const value = findColumn(output, identifier, state.dialect)?.value ?? output.open?.(identifier) ?? null;
    return value === null
      ? []
      : [columnLineage({ name, key: identifierKey(identifier, state.dialect), value }, state.dialect, () => null)];
  });
  const columns = lineage.columns.filter((column) => column.column !== '*' || added.length === 0);
  state.lineage.set(uniqueId, { ...lineage, columns: [...columns, ...added] });
}
