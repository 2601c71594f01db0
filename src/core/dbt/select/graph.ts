import type { UniqueId } from '#core/base';
import type { DbtNode, DbtProject } from '../project.ts';

/** dbt's graph of enabled nodes, tests and unit tests included; parents that the project does not have are left out. */
export interface SelectionGraph {
  readonly nodes: ReadonlyMap<UniqueId, DbtNode>;
  readonly parents: ReadonlyMap<UniqueId, readonly UniqueId[]>;
  readonly children: ReadonlyMap<UniqueId, readonly UniqueId[]>;
}

/** Source: dbt `Linker.link_graph`, `NodeSelector._is_graph_member`. */
export function selectionGraph(project: DbtProject): SelectionGraph {
  const nodes = new Map([...project.nodes].filter(([, node]) => node.config['enabled'] !== false));
  const parents = new Map<UniqueId, readonly UniqueId[]>();
  const children = new Map<UniqueId, UniqueId[]>();
  for (const [id, node] of nodes) {
    const known = [...new Set(node.dependsOn.nodes)].filter((parent) => nodes.has(parent));
    parents.set(id, known);
    for (const parent of known) {
      const siblings = children.get(parent);
      if (siblings === undefined) children.set(parent, [id]);
      else siblings.push(id);
    }
  }
  return { nodes, parents, children };
}

/**
 * What is reached from `start` along `edges` within `depth` generations. A node of `start` is in it only when another
 * one leads to it. Source: dbt `Graph.select_children`, `select_parents`.
 */
export function reachedFrom(
  edges: ReadonlyMap<UniqueId, readonly UniqueId[]>,
  start: Iterable<UniqueId>,
  depth: number,
): ReadonlySet<UniqueId> {
  const reached = new Set<UniqueId>();
  let layer: readonly UniqueId[] = [...start];
  for (let generation = 0; generation < depth && layer.length > 0; generation++) {
    layer = [...new Set(layer.flatMap((id) => edges.get(id) ?? []))].filter((id) => !reached.has(id));
    for (const id of layer) reached.add(id);
  }
  return reached;
}
