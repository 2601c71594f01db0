import type { UniqueId } from '#core/base';
import { isJsonObject, sortedBy } from '#core/base';
import type { DbtNode, DbtProject } from '#core/dbt';
import type { Level, Taint } from '#core/pii';
import { categoryOf, isAbove } from '#core/pii';
import { dimensionColumns } from './dimension-columns.ts';

/** Where people beyond a model's makers read: by access, by an exposure of one of dbt's types, outside, through metrics, in failures. */
export const sinkKinds = [
  'public',
  'dashboard',
  'notebook',
  'analysis',
  'ml',
  'application',
  'external',
  'semantic_layer',
  'stored_failures',
] as const;
export type SinkKind = (typeof sinkKinds)[number];

/** How much of a grave datum each kind of sink may hold. */
export type Allowed = Readonly<Record<SinkKind, Level>>;

/** A model that people beyond its makers read. */
export interface Sink {
  readonly uniqueId: UniqueId;
  /** `public model`, `exposure Board dashboard`. */
  readonly why: string;
  readonly exposures: readonly UniqueId[];
  /** One way in a reader: the kind, and the columns that it shows, in lower case; null where it shows all. */
  readonly doors: readonly Door[];
}

interface Door {
  readonly kind: SinkKind;
  readonly columns: ReadonlySet<string> | null;
}

/**
 * Public and shared models, the models that exposures read directly, the columns that semantic models offer as dimensions, and
 * tests that store the rows that fail. An exposure with `meta.pii_allowed: true` opens none.
 */
export function sinksOf(project: DbtProject, externalNames: readonly string[]): ReadonlyMap<UniqueId, Sink> {
  const sinks = new Map<UniqueId, Sink>();
  const open = (uniqueId: UniqueId, why: string, door: Door, exposures: readonly UniqueId[] = []): void => {
    const known = sinks.get(uniqueId) ?? { uniqueId, why: '', exposures: [], doors: [] };
    const whys = known.why === '' ? why : `${known.why}, ${why}`;
    const all = [...known.exposures, ...exposures];
    sinks.set(uniqueId, { uniqueId, why: whys, exposures: all, doors: [...known.doors, door] });
  };
  const nodes = sortedBy(project.nodes.values(), ({ uniqueId }) => uniqueId);
  for (const node of nodes) openModel(node, open);
  for (const node of nodes) openReader(node, externalNames, open);
  return sinks;
}

type Open = (uniqueId: UniqueId, why: string, door: Door, exposures?: readonly UniqueId[]) => void;

function openModel(node: DbtNode, open: Open): void {
  if (node.resourceType !== 'model') return;
  if (node.access === 'public') open(node.uniqueId, 'public model', { kind: 'public', columns: null });
  const meta = metaOf(node);
  if (meta['data_share'] !== undefined && meta['data_share'] !== false)
    open(node.uniqueId, 'data share', { kind: 'external', columns: null });
}

function openReader(node: DbtNode, externalNames: readonly string[], open: Open): void {
  const { resourceType, uniqueId, name, dependsOn } = node;
  if (resourceType === 'exposure') openExposure(node, externalNames, open);
  if (resourceType === 'semantic_model') {
    const columns = dimensionColumns(node.entry);
    for (const parent of dependsOn.nodes)
      open(parent, `semantic model ${name}`, { kind: 'semantic_layer', columns }, [uniqueId]);
  }
  const tested = storesFailures(node) ? testedNode(node) : undefined;
  if (tested !== undefined) open(tested, `failures of test ${name}`, { kind: 'stored_failures', columns: null });
}

function openExposure(node: DbtNode, externalNames: readonly string[], open: Open): void {
  if (metaOf(node)['pii_allowed'] === true) return;
  const kind = isExternal(node, externalNames) ? 'external' : exposureKind(node.exposure?.type);
  const label = node.exposure?.label ?? '';
  const why = `exposure ${label === '' ? node.name : label}`;
  for (const parent of node.dependsOn.nodes) open(parent, why, { kind, columns: null }, [node.uniqueId]);
}

/** The node that a test stands on. */
export function testedNode({ test, dependsOn }: DbtNode): UniqueId | undefined {
  return test?.attachedNode ?? dependsOn.nodes[0];
}

function exposureKind(type: string | undefined): SinkKind {
  return sinkKinds.find((kind) => kind === type) ?? 'dashboard';
}

/** Whether dbt keeps the failing rows of a test in the warehouse; `store_failures_as` overrules `store_failures`. */
export function storesFailures({ config, resourceType }: DbtNode): boolean {
  if (resourceType !== 'test') return false;
  const as = config['store_failures_as'];
  return typeof as === 'string' ? as !== 'ephemeral' : config['store_failures'] === true;
}

/** Whether a sink shows more of a datum than it may. `masked` columns are shown in clear in stored failures only. */
export function showsTooMuch(
  sink: Sink,
  taint: Taint,
  at: { column: string; masked: boolean; allowed: Allowed },
): boolean {
  return sink.doors.some(({ kind, columns }) => {
    if (columns !== null && !columns.has(at.column)) return false;
    if (at.masked && kind !== 'stored_failures') return false;
    return isAbove(taint.level, allowedLevel(taint, kind, at.allowed));
  });
}

/** Whether there is anything that the sink may not show. */
export function isGuarded({ doors }: Sink, allowed: Allowed): boolean {
  return doors.some(({ kind }) => allowed[kind] !== 'raw');
}

/** Whether a sink shows a column at all. */
export function shows({ doors }: Sink, column: string): boolean {
  return doors.some(({ columns }) => columns === null || columns.has(column));
}

/** Of what weighs little, anything; a name or a device at most as a hash; what weighs more, as the policy has it. */
function allowedLevel({ sensitivity }: Taint, kind: SinkKind, allowed: Allowed): Level {
  const most = allowed[kind];
  if (kind === 'external' || sensitivity >= 3) return most;
  const light: Level = sensitivity === 2 ? 'pseudonym-weak' : 'raw';
  return isAbove(most, light) ? most : light;
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
