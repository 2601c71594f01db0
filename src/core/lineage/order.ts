import type { UniqueId } from '#core/base';
import type { DbtNode } from '#core/dbt';

/** Nodes with their parents before them. A cycle (dbt allows none, but a manifest may be made by hand) is cut where it closes. */
export function inOrder(nodes: readonly DbtNode[]): readonly DbtNode[] {
  const byId = new Map<UniqueId, DbtNode>(nodes.map((node) => [node.uniqueId, node]));
  const done = new Set<UniqueId>();
  const open = new Set<UniqueId>();
  const ordered: DbtNode[] = [];
  for (const start of nodes) {
    const stack = [start];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      const next = open.has(node.uniqueId) ? undefined : parentsOf(node, byId, done, open);
      open.add(node.uniqueId);
      if (next !== undefined && next.length > 0) {
        stack.push(...next);
        continue;
      }
      stack.pop();
      if (!done.has(node.uniqueId)) ordered.push(node);
      done.add(node.uniqueId);
    }
  }
  return ordered;
}

function parentsOf(
  node: DbtNode,
  byId: ReadonlyMap<UniqueId, DbtNode>,
  done: ReadonlySet<UniqueId>,
  open: ReadonlySet<UniqueId>,
): readonly DbtNode[] {
  return node.dependsOn.nodes.flatMap((id) => (done.has(id) || open.has(id) ? [] : (byId.get(id) ?? [])));
}
