import type { UniqueId } from '#core/base';
import { isJsonObject, sortedBy } from '#core/base';
import type { DbtNode, DbtProject } from '#core/dbt';
import type { Level, Taint } from '#core/pii';
import { categoryOf } from '#core/pii';

/** A model that people beyond its makers read. */
export interface Sink {
  readonly uniqueId: UniqueId;
  /** `public model`, `exposure Board dashboard`. */
  readonly why: string;
  readonly exposures: readonly UniqueId[];
  /** Whether its rows leave the organisation's own tools. */
  readonly external: boolean;
}

/** Public models, and the models that exposures read directly; an exposure with `meta.pii_allowed: true` opens none. */
export function sinksOf(project: DbtProject, externalNames: readonly string[]): ReadonlyMap<UniqueId, Sink> {
  const sinks = new Map<UniqueId, Sink>();
  for (const node of sortedBy(project.nodes.values(), ({ uniqueId }) => uniqueId)) {
    if (node.resourceType === 'model' && node.access === 'public') {
      const { uniqueId } = node;
      sinks.set(uniqueId, { uniqueId, why: 'public model', exposures: [], external: false, ...sinks.get(uniqueId) });
    }
    if (node.resourceType !== 'exposure' || metaOf(node)['pii_allowed'] === true) continue;
    const external = isExternal(node, externalNames);
    for (const parent of node.dependsOn.nodes) addExposure(sinks, parent, node, external);
  }
  return sinks;
}

function addExposure(sinks: Map<UniqueId, Sink>, uniqueId: UniqueId, node: DbtNode, external: boolean): void {
  const known = sinks.get(uniqueId);
  const label = node.exposure?.label ?? '';
  const name = `exposure ${label === '' ? node.name : label}`;
  sinks.set(uniqueId, {
    uniqueId,
    why: known === undefined ? name : `${known.why}, ${name}`,
    exposures: [...(known?.exposures ?? []), node.uniqueId],
    external: external || known?.external === true,
  });
}

/** How much of a datum may stand in a sink. Of what weighs little, anything; a key or a name at most as a hash. */
export function allowedLevel({ sensitivity }: Taint, { external }: Sink): Level {
  if (external) return 'aggregated';
  if (sensitivity >= 3) return 'generalised';
  return sensitivity === 2 ? 'pseudonym-weak' : 'raw';
}

/** Whether a taint is worth a word at a sink: labelled, or by its name alone an identifier or grave. */
export function isPlain({ known, category, sensitivity }: Taint): boolean {
  if (known === 'label') return true;
  if (sensitivity >= 3) return true;
  return sensitivity === 2 && categoryOf(category).privacyClass === 'identifier';
}

function isExternal(node: DbtNode, names: readonly string[]): boolean {
  const destination = metaOf(node)['destination'];
  const text = [node.name, node.exposure?.label, node.exposure?.owner.name, destination]
    .filter((part) => typeof part === 'string')
    .join(' ')
    .toLowerCase();
  return typeof destination === 'string' || names.some((name) => text.includes(name.toLowerCase()));
}

function metaOf({ meta, config }: DbtNode): Readonly<Record<string, unknown>> {
  const own = config['meta'];
  return { ...meta, ...(isJsonObject(own) ? own : {}) };
}
