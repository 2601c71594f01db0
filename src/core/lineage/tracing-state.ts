import type { UniqueId } from '#core/base';
import type { DbtCatalog, DbtNode, DbtProject } from '#core/dbt';
import type { Dialect, Query, SqlAnswer } from '#core/sql';
import { identifierKey } from '#core/sql';
import { columnLineage } from './column-lineage.ts';
import type { NodeLineage } from './lineage.ts';
import type { Relation } from './relation.ts';
import type { RelationNames } from './relation-names.ts';
import { findColumn } from './scope.ts';
import { type Surroundings, traceNode } from './trace-node.ts';
import {
  type Answered,
  conditionsOf,
  faceOf,
  type Known,
  type Lookup,
  startAsking,
  type Traced,
  withTraced,
} from './traced.ts';

/** Says what became of a column that children ask a node for, by its name. */
export type Answerer = (name: string) => Answered;

/** What is known while a project is traced. */
export interface State {
  readonly project: DbtProject;
  readonly catalog: DbtCatalog | null;
  readonly sqlKeys: ReadonlyMap<UniqueId, string>;
  readonly known: Known;
  readonly fresh: Map<string, readonly Traced[]>;
  readonly dialect: Dialect;
  readonly names: RelationNames;
  /** Nodes in the order in which they are traced, and the place of each. */
  readonly order: readonly DbtNode[];
  readonly places: ReadonlyMap<UniqueId, number>;
  readonly read: Map<string, SqlAnswer>;
  readonly lineage: Map<UniqueId, NodeLineage>;
  readonly traced: Map<UniqueId, Traced>;
  /** Of the nodes whose query was traced here. */
  readonly answerers: Map<UniqueId, Answerer>;
  /** Columns that children read of nodes that may not list them, by lower-case name; gathered when all nodes are traced. */
  readonly asked: Map<UniqueId, Map<string, string>>;
  /** Place of the last node whose asked columns are listed. */
  at: number;
}

/** The lineage of a node that stands before `node`; null of one that does not, so that cycles are cut. */
function visible(id: UniqueId, node: DbtNode, { places, lineage }: State): NodeLineage | 'waits' | null {
  const place = places.get(id);
  if (place === undefined || place >= (places.get(node.uniqueId) ?? 0)) return null;
  return lineage.get(id) ?? 'waits';
}

/** Whether a parent of `node` is not traced yet. */
export function waits(node: DbtNode, state: State): boolean {
  return node.dependsOn.nodes.some((id) => visible(id, node, state) === 'waits');
}

/** What lookups find now, as text; null where one of them waits. */
export function foundBy(lookups: readonly Lookup[], node: DbtNode, state: State): readonly string[] | null {
  const parents = parentsOf(node, state);
  const found: string[] = [];
  for (const lookup of lookups) {
    const id = idOf(lookup, parents, state);
    const lineage = id === null ? null : visible(id, node, state);
    if (lineage === 'waits') return null;
    found.push(lineage === null ? (id ?? '') : faceOf(lineage));
  }
  return found;
}

function idOf({ kind, name }: Lookup, parents: readonly UniqueId[], { names }: State): UniqueId | null {
  return kind === 'cte' ? names.findEphemeral(name[0] ?? '') : names.find(name, parents);
}

/** The node's parents, and those of ephemeral ones, whose SQL dbt puts into the node's. */
function parentsOf(node: DbtNode, { project }: State): readonly UniqueId[] {
  const parents = new Set(node.dependsOn.nodes);
  for (const id of parents) {
    const parent = project.nodes.get(id);
    if (parent?.materialized === 'ephemeral') for (const further of parent.dependsOn.nodes) parents.add(further);
  }
  return [...parents];
}

/** Traces a node's query and notes what that hung on; null where it reads a node that waits. */
export function traceAnew(node: DbtNode, key: string, tree: Query, state: State): Traced | null {
  const parents = parentsOf(node, state);
  const lookups = new Map<string, Lookup>();
  let asking = startAsking();
  const look = (lookup: Lookup): UniqueId | null => {
    lookups.set(`${lookup.kind}\n${lookup.name.join('\n')}`, lookup);
    return idOf(lookup, parents, state);
  };
  const around: Surroundings = {
    catalog: state.catalog,
    dialect: state.dialect,
    find: (name) => look({ kind: 'table', name }),
    findEphemeral: (cte) => look({ kind: 'cte', name: [cte] }),
    see: (id) => {
      const lineage = visible(id, node, state);
      return lineage === 'waits' ? null : lineage;
    },
    ask: (asked) => asking.ask(asked),
  };
  const { lineage, output } = traceNode(node, tree, around);
  const list = [...lookups.values()];
  const found = foundBy(list, node, state);
  if (found === null) return null;
  const conditions = conditionsOf(node, state.catalog, found);
  const open = output !== null && output.open !== null;
  const traced: Traced = { lookups: list, conditions, lineage, asked: asking.list, open, answered: new Map() };
  remember(key, traced, state);
  if (output !== null)
    state.answerers.set(node.uniqueId, (name) => {
      asking = startAsking();
      return { column: columnOf(output, name, state.dialect), asked: asking.list };
    });
  return traced;
}

/** Keeps a trace for those who come later. */
export function remember(key: string, traced: Traced, { fresh, known }: State): void {
  fresh.set(key, withTraced(fresh.get(key) ?? known.get(key) ?? [], traced));
}

function columnOf(output: Relation, name: string, dialect: Dialect): Answered['column'] {
  const identifier = { name, quoted: true };
  const value = findColumn(output, identifier, dialect)?.value ?? output.open?.(identifier) ?? null;
  return value === null
    ? null
    : columnLineage({ name, key: identifierKey(identifier, dialect), value }, dialect, () => null);
}
