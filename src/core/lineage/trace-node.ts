import { reason, toUniqueId, type UniqueId } from '#core/base';
import type { DbtCatalog, DbtNode } from '#core/dbt';
import { type Dialect, type Identifier, identifierKey, type Query } from '#core/sql';
import { columnLineage } from './column-lineage.ts';
import type { MissingColumn, NodeLineage } from './lineage.ts';
import { nodeToken } from './logic.ts';
import { namesIn } from './names-in.ts';
import { addedByDbt, bareColumn, catalogColumns, declaredTypes, documentedColumns } from './node-columns.ts';
import { traceQuery } from './query.ts';
import { baseValue, nothing, plain, type Relation, type RelationColumn, strengths, usesOf } from './relation.ts';
import type { Trace } from './scope.ts';
import { starTables } from './star-tables.ts';

/** Origins and columns that one node's trace may copy: ten times what 300 columns of 300 sources each take. */
const budget = 1_000_000;

/** A column that a node's SQL reads of a relation that does not list it. */
export interface Asked {
  readonly uniqueId: UniqueId;
  readonly column: string;
}

/** What the trace of one node may look up. */
export interface Surroundings {
  readonly catalog: DbtCatalog | null;
  readonly dialect: Dialect;
  /** The node of a table's name, given in lower case; null for one that the project does not know. */
  readonly find: (name: readonly string[]) => UniqueId | null;
  /** The lineage of a node as its children may see it; null where it is not to be seen. */
  readonly see: (uniqueId: UniqueId) => NodeLineage | null;
  /** The ephemeral model that dbt has inlined as a CTE of this name, where its lineage is known. */
  readonly findEphemeral: (cte: string) => UniqueId | null;
  /** Told of each column that is read of a relation without being listed; gives the spelling to use. */
  readonly ask: (asked: Asked) => string;
}

/** What a node's SQL comes to. */
export interface Outcome {
  readonly lineage: NodeLineage;
  /** What the SQL gives, for columns that are asked for later; null when nothing could be said. */
  readonly output: Relation | null;
}

/** Traces one node's query, in terms of its direct parents. */
export function traceNode(node: DbtNode, tree: Query, around: Surroundings): Outcome {
  const { uniqueId } = node;
  const missing: MissingColumn[] = [];
  const trace = newTrace(node, around, missing);
  const output = withAdded(traceQuery(tree, new Map(), null, trace), node, around);
  if (trace.budget < 0) {
    const tooLarge = reason('too-large', `${uniqueId} has too many column uses to follow`);
    return { lineage: documented(node, around.catalog, tooLarge), output: null };
  }
  const typeOf = declaredTypes(node, around.catalog);
  const columns = output.columns.map((column) => columnLineage(column, around.dialect, typeOf));
  const known = new Set(columns.map((column) => column.column.toLowerCase()));
  const star = reason(
    'open-star',
    `${uniqueId} selects * from a relation whose columns are not known`,
    'give catalog.json (dbt docs generate)',
  );
  if (output.open !== null && columns.length === 0 && catalogColumns(node, around.catalog) === null)
    columns.push(bareColumn('*', star));
  const ofDbt = addedByDbt(node).filter((name) => !known.has(name.toLowerCase()));
  const lineage: NodeLineage = {
    uniqueId,
    columns: [...columns, ...ofDbt.map((name) => bareColumn(name, null))],
    rowset: usesOf(output.rowset).filter((use) => use.uniqueId !== uniqueId),
    unresolved: null,
    complete: output.open === null,
    said: namesIn(tree),
    starTables: [...starTables(tree)],
    missing,
  };
  return { lineage, output };
}

/** A node of which only the names of its columns are known. */
export function documented(
  node: DbtNode,
  catalog: DbtCatalog | null,
  unresolved: NodeLineage['unresolved'],
): NodeLineage {
  const catalogued = catalogColumns(node, catalog);
  const names = catalogued ?? documentedColumns(node);
  const typeOf = declaredTypes(node, catalog);
  return {
    uniqueId: node.uniqueId,
    columns: names.map((name) => bareColumn(name, unresolved, typeOf(name))),
    rowset: [],
    unresolved,
    complete: catalogued !== null && unresolved === null,
    said: [],
    starTables: [],
    missing: [],
  };
}

/** A star that could not be expanded from its parents is expanded from the catalog, or from what the YAML names. */
function withAdded(output: Relation, node: DbtNode, { catalog, dialect }: Surroundings): Relation {
  const { open } = output;
  if (open === null) return output;
  const catalogued = catalogColumns(node, catalog);
  const known = new Set(output.columns.map((column) => column.name.toLowerCase()));
  const own = new Set(addedByDbt(node).map((name) => name.toLowerCase()));
  const added = (catalogued ?? documentedColumns(node)).flatMap((name): readonly RelationColumn[] => {
    const value = known.has(name.toLowerCase()) || own.has(name.toLowerCase()) ? null : open({ name, quoted: true });
    return value === null ? [] : [{ name, key: identifierKey({ name, quoted: true }, dialect), value }];
  });
  return { ...output, columns: [...output.columns, ...added], open: catalogued === null ? open : null };
}

function newTrace(node: DbtNode, around: Surroundings, missing: MissingColumn[]): Trace {
  const find = (name: readonly Identifier[]): UniqueId | null =>
    around.find(name.map((part) => part.name.toLowerCase()));
  const trace: Trace = {
    dialect: around.dialect,
    table: (name) => {
      const found = find(name);
      return found === node.uniqueId ? selfRelation : tableRelation(name, found, around);
    },
    knows: (name) => find(name) !== null,
    ephemeral: (cte) => {
      const found = around.findEphemeral(cte.name.toLowerCase());
      const lineage = found === null || found === node.uniqueId ? null : around.see(found);
      return lineage?.unresolved === null ? baseRelation(lineage, around) : null;
    },
    query: (query, env, outer) => traceQuery(query, env, outer, trace),
    missing,
    budget,
  };
  return trace;
}

/** A relation of the project, as it has been traced; of the model itself (`{{ this }}`), nothing is said. */
function tableRelation(name: readonly Identifier[], found: UniqueId | null, around: Surroundings): Relation {
  const lineage = found === null ? null : around.see(found);
  if (lineage !== null) return baseRelation(lineage, around);
  const uniqueId = found ?? toUniqueId(`relation.${name.map((part) => part.name.toLowerCase()).join('.')}`);
  return openRelation(uniqueId, [], around);
}

const selfRelation: Relation = {
  columns: [],
  open: () => ({ ...plain, logic: 'this', made: strengths.expression }),
  parents: [],
  rowset: nothing,
  signature: 'this',
};

/** A node as its children see it: each column is itself, wherever it comes from. */
function baseRelation(lineage: NodeLineage, around: Surroundings): Relation {
  const { uniqueId, complete } = lineage;
  const columns = listedColumns(lineage, around.dialect);
  if (!complete) return openRelation(uniqueId, columns, around);
  return { columns, open: null, parents: [uniqueId], rowset: nothing, signature: nodeToken(uniqueId) };
}

/** A node's columns are made once, whoever reads them. Its lineage belongs to one project, and so to one dialect. */
const listed = new WeakMap<NodeLineage, readonly RelationColumn[]>();

function listedColumns(lineage: NodeLineage, dialect: Dialect): readonly RelationColumn[] {
  const known = listed.get(lineage);
  if (known !== undefined) return known;
  const named = lineage.columns.filter(({ column }) => column !== '*');
  const columns = named.map(({ column, type }): RelationColumn => {
    const key = identifierKey({ name: column, quoted: true }, dialect);
    return { name: column, key, value: baseValue(lineage.uniqueId, column, type) };
  });
  listed.set(lineage, columns);
  return columns;
}

function openRelation(uniqueId: UniqueId, columns: readonly RelationColumn[], around: Surroundings): Relation {
  return {
    columns,
    open: ({ name }) => baseValue(uniqueId, around.ask({ uniqueId, column: name })),
    parents: [uniqueId],
    rowset: nothing,
    signature: nodeToken(uniqueId),
  };
}
