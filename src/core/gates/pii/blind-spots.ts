import type { Reason, UniqueId } from '#core/base';
import { reason, sortedBy } from '#core/base';
import type { NodeLineage } from '#core/lineage';
import { isAbove } from '#core/pii';
import type { TracedChange, TracedSide } from './compare-sides.ts';
import { isGuarded, isPlain } from './sinks.ts';

const mostNamed = 5;

/**
 * Where personal data could pass unseen: models that this change touches (or whose parents it feeds anew), whose lineage
 * at head is not known, that read personal data, and that lead to a sink. Null when there are none.
 */
export function findBlindSpots(traced: TracedChange): Reason | null {
  const { head, change, allowed } = traced;
  const modified = new Set(change.modified.map(({ uniqueId }) => uniqueId));
  const sinks = new Map([...head.sinks].filter(([, sink]) => isGuarded(sink, allowed)));
  const uncertain = uncertainNodes(head);
  const spots = sortedBy(head.project.nodes.values(), ({ uniqueId }) => uniqueId).filter(
    ({ uniqueId, resourceType, dependsOn }) => {
      if (resourceType !== 'model' && resourceType !== 'snapshot') return false;
      if (causeOf(head.lineage.get(uniqueId)) === null || !uncertain.has(uniqueId)) return false;
      const touched =
        modified.has(uniqueId) || dependsOn.nodes.some((parent) => modified.has(parent) && bringsMore(traced, parent));
      return touched && leadsToSink(traced, uniqueId, sinks);
    },
  );
  const [first] = spots;
  if (first === undefined) return null;
  const names = spots.slice(0, mostNamed).map(({ uniqueId }) => uniqueId);
  const more = spots.length > mostNamed ? ` and ${spots.length - mostNamed} more` : '';
  const cause = causeOf(head.lineage.get(first.uniqueId)) ?? reason('lineage-unknown', 'no lineage');
  return reason(
    'lineage-unknown',
    `personal data cannot be followed through ${names.join(', ')}${more} (${cause.text})`,
    cause.remedy,
  );
}

/** Nodes that read personal data and whose output is not known, and those that read from them. */
function uncertainNodes({ project, lineage, taints }: TracedSide): ReadonlySet<UniqueId> {
  const uncertain = new Set<UniqueId>();
  const settled = new Set<UniqueId>();
  function settle(uniqueId: UniqueId): void {
    const stack: UniqueId[] = [uniqueId];
    for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
      const parents = project.nodes.get(id)?.dependsOn.nodes ?? [];
      const open = settled.has(id) ? [] : parents.filter((parent) => !settled.has(parent) && !stack.includes(parent));
      if (open.length > 0) {
        stack.push(...open.slice(0, 1));
        continue;
      }
      stack.pop();
      settled.add(id);
      const personal = parents.some((parent) => uncertain.has(parent) || hasPlain(taints.get(parent)?.values()));
      if (personal && causeOf(lineage.get(id)) !== null) uncertain.add(id);
    }
  }
  for (const { uniqueId, resourceType } of project.nodes.values()) {
    if (resourceType === 'model' || resourceType === 'snapshot') settle(uniqueId);
  }
  return uncertain;
}

function hasPlain(columns: Iterable<readonly Parameters<typeof isPlain>[0][]> | undefined): boolean {
  for (const taints of columns ?? []) {
    if (taints.some((taint) => isPlain(taint) && isAbove(taint.level, 'generalised'))) return true;
  }
  return false;
}

/** Why a node's output, or a column of it, is not known; null when it is. */
function causeOf(lineage: NodeLineage | undefined): Reason | null {
  if (lineage === undefined) return reason('no-lineage', 'its SQL was not read');
  return lineage.unresolved ?? lineage.columns.find(({ unresolved }) => unresolved !== null)?.unresolved ?? null;
}

/** Whether a modified model holds personal data that it did not hold at base. */
function bringsMore({ base, head, baseIds }: TracedChange, uniqueId: UniqueId): boolean {
  const before = base.taints.get(baseIds.get(uniqueId) ?? uniqueId);
  const known = new Set([...(before?.values() ?? [])].flat().map(({ category }) => category));
  return [...(head.taints.get(uniqueId)?.values() ?? [])]
    .flat()
    .some((taint) => isPlain(taint) && !known.has(taint.category));
}

function leadsToSink({ change }: TracedChange, start: UniqueId, sinks: ReadonlyMap<UniqueId, unknown>): boolean {
  const met = new Set<UniqueId>([start]);
  const queue: UniqueId[] = [start];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (sinks.has(id)) return true;
    for (const child of change.head.children.get(id) ?? []) {
      if (met.has(child)) continue;
      met.add(child);
      queue.push(child);
    }
  }
  return false;
}
