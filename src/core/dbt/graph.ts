import type { UniqueId } from '#core/base';
import { compareText } from '#core/base';
import type { DbtMacro, DbtNode, DbtOwner, DbtProject, ResourceType } from './project.ts';

const tests: ReadonlySet<ResourceType> = new Set<ResourceType>(['test', 'unit_test']);
const consumers: ReadonlySet<ResourceType> = new Set<ResourceType>([
  'exposure',
  'metric',
  'semantic_model',
  'saved_query',
]);

/** Direct children by `unique_id`. */
export type Children = ReadonlyMap<UniqueId, readonly UniqueId[]>;

/**
 * `depends_on` turned round: the direct children of every node, tests and unit tests left out, each once, ordered by
 * `unique_id`. A node that head no longer has but that is still named as a parent has its children too.
 */
export function childrenOf(project: DbtProject): Children {
  const found = new Map<UniqueId, Set<UniqueId>>();
  for (const node of project.nodes.values()) {
    if (tests.has(node.resourceType)) continue;
    for (const parent of node.dependsOn.nodes) {
      const siblings = found.get(parent);
      if (siblings === undefined) found.set(parent, new Set([node.uniqueId]));
      else siblings.add(node.uniqueId);
    }
  }
  return new Map([...found].map(([parent, ids]) => [parent, [...ids].sort(compareText)]));
}

/** Everything downstream of `start`, itself left out, nearest first, then by `unique_id`. */
export function descendantsOf(children: Children, start: UniqueId): readonly UniqueId[] {
  return reach(start, (id) => children.get(id) ?? []);
}

/** Everything upstream of `start` that the project has, itself left out, nearest first, then by `unique_id`. */
export function ancestorsOf(project: DbtProject, start: UniqueId): readonly UniqueId[] {
  return reach(
    start,
    (id) => project.nodes.get(id)?.dependsOn.nodes.filter((parent) => project.nodes.has(parent)) ?? [],
  );
}

/** Exposures, metrics, semantic models and saved queries downstream of `start`, nearest first, then by `unique_id`. */
export function consumersOf(project: DbtProject, children: Children, start: UniqueId): readonly UniqueId[] {
  return descendantsOf(children, start).filter((id) => {
    const type = project.nodes.get(id)?.resourceType;
    return type !== undefined && consumers.has(type);
  });
}

/** Whom to ask about a node: the owner of an exposure, of anything else the owner of its group; null when none is named. */
export function ownerOf(node: DbtNode, project: DbtProject): DbtOwner | null {
  const owner = node.exposure?.owner ?? (node.group === null ? undefined : project.groups.get(node.group));
  return owner === undefined || (owner.name === null && owner.email.length === 0) ? null : owner;
}

function reach(start: UniqueId, next: (id: UniqueId) => readonly UniqueId[]): readonly UniqueId[] {
  const seen = new Set([start]);
  const reached: UniqueId[] = [];
  let layer: readonly UniqueId[] = [start];
  while (layer.length > 0) {
    const following = new Set(layer.flatMap(next).filter((id) => !seen.has(id)));
    layer = [...following].sort(compareText);
    for (const id of layer) seen.add(id);
    reached.push(...layer);
  }
  return reached;
}

/** The macros that a node calls, directly and through others, each once; none of a package where `stopsAt` holds, nor what those call. */
export function macrosUsedBy(
  { macros }: Pick<DbtProject, 'macros'>,
  { dependsOn }: Pick<DbtNode, 'dependsOn'>,
  stopsAt: (packageName: string) => boolean,
): readonly DbtMacro[] {
  const used = new Map<string, DbtMacro>();
  const pending = [...dependsOn.macros];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const macro = macros.get(id);
    if (macro === undefined || used.has(id) || stopsAt(macro.packageName)) continue;
    used.set(id, macro);
    pending.push(...macro.dependsOnMacros);
  }
  return [...used.values()];
}
