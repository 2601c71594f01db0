import type { UniqueId } from '#core/base';
import { sortedBy } from '#core/base';
import type { DbtCatalog, DbtProject } from '#core/dbt';
import type { ProjectLineage } from '#core/lineage';
import type { CategoryId, DataContract, Level, Sensitivity, Taint } from '#core/pii';
import { categoryOf, hopsOf, labelReader, protectionOf, taintsOf, traceTaint, withEveryColumn } from '#core/pii';
import type { TracedSide } from './compare-sides.ts';
import { piiOptions, toTraceOptions } from './options.ts';
import { shown as shownAt } from './path-text.ts';
import { shows, sinksOf } from './sinks.ts';

/** One category in one column, as `weirkeeper pii` prints it. */
export interface InventoryLine {
  readonly unique_id: UniqueId;
  readonly column: string;
  readonly category: CategoryId;
  readonly sensitivity: Sensitivity;
  /** Where laws and standards speak of it: information, never a verdict of compliance. */
  readonly regulations: readonly string[];
  readonly level: Level;
  /** `config.meta.pii`, `policy`; null without a label of the column's own. */
  readonly label: string | null;
  /** Whether a label somewhere on the way, the model's, or the name alone says so. */
  readonly known: 'label' | 'model-label' | 'dictionary';
  /** Where it comes from; the column itself where it begins here. */
  readonly origin: string;
  /** `masking policy m`, `policy tags`; null without protection in the warehouse. */
  readonly protection: string | null;
  /** Readers that see the column, its own model's and those further down: `mart: public model`. */
  readonly readers: readonly string[];
}

/** Labelled and all columns with personal data, of one folder below the project's `models` (or of one resource type). */
export interface LabelCoverage {
  readonly layer: string;
  readonly labelled: number;
  readonly personal: number;
}

export interface Inventory {
  readonly columns: readonly InventoryLine[];
  readonly coverage: readonly LabelCoverage[];
}

/** What is known of a project when nothing is compared. */
export interface InventoryInput {
  readonly project: DbtProject;
  readonly catalog: DbtCatalog | null;
  readonly lineage: ProjectLineage;
  /** Data contracts that label columns. */
  readonly contracts?: readonly DataContract[];
}

/**
 * Every column of a project that holds personal data, and how far labels cover them. `options` is what the policy has for the
 * gate `pii`, checked before.
 */
export function piiInventory(
  { project, catalog, lineage: traced, contracts = [] }: InventoryInput,
  options: unknown,
): Inventory {
  const { dictionary, sanitizers, words, registry, externalNames } = toTraceOptions(piiOptions.parse(options ?? {}));
  const lineage = withEveryColumn(traced);
  const labelOf = labelReader(registry, contracts);
  const taints = traceTaint(project, lineage, {
    ...{ dictionary, sanitizers, words, labelOf, catalog },
    seeds: new Map(),
  });
  const side: TracedSide = { project, lineage, taints, sinks: sinksOf(project, externalNames) };
  const readers = readersByOrigin(side);
  const columns = sortedBy(lineage.values(), ({ uniqueId }) => uniqueId).flatMap(({ uniqueId, columns: own }) =>
    own.flatMap(({ column }): readonly InventoryLine[] => {
      const node = project.nodes.get(uniqueId);
      const at = { uniqueId, column };
      return taintsOf(taints, at).map((taint) => ({
        ...{ unique_id: uniqueId, column, category: taint.category, sensitivity: taint.sensitivity },
        regulations: categoryOf(taint.category).regulations,
        level: taint.level,
        label: labelOf(node, column)?.source ?? null,
        known: taint.known,
        origin: shownAt(side, taint.origin),
        protection: protectionOf(node, column),
        readers: [...(readers.get(readerKey(taint, at)) ?? [])].sort(),
      }));
    }),
  );
  return { columns, coverage: coverageOf(project, columns) };
}

/** For each column on a path to a reader, who reads it at the end. */
function readersByOrigin({ taints, sinks, project }: TracedSide): ReadonlyMap<string, ReadonlySet<string>> {
  const readers = new Map<string, Set<string>>();
  for (const sink of sinks.values()) {
    const reader = `${project.nodes.get(sink.uniqueId)?.name ?? sink.uniqueId}: ${sink.why}`;
    const shown = [...(taints.get(sink.uniqueId) ?? [])].filter(([column]) => shows(sink, column));
    for (const taint of shown.flatMap(([, all]) => all)) {
      for (const at of [taint.origin, ...hopsOf(taint.trail)]) {
        const key = readerKey(taint, at);
        readers.set(key, (readers.get(key) ?? new Set()).add(reader));
      }
    }
  }
  return readers;
}

function readerKey({ category }: Taint, { uniqueId, column }: { uniqueId: UniqueId; column: string }): string {
  return `${category}\n${uniqueId}\n${column.toLowerCase()}`;
}

function coverageOf(project: DbtProject, columns: readonly InventoryLine[]): readonly LabelCoverage[] {
  const byLayer = Map.groupBy(columns, ({ unique_id }) => layerOf(project, unique_id));
  const rows = [...byLayer].map(([layer, lines]): LabelCoverage => {
    const all = Map.groupBy(lines, ({ unique_id, column }) => `${unique_id}\n${column}`);
    const labelled = [...all.values()].filter((own) => own.some(({ label }) => label !== null)).length;
    return { layer, labelled, personal: all.size };
  });
  return sortedBy(rows, ({ layer }) => layer);
}

/** `models/staging` of a model; the resource type of anything else. */
function layerOf(project: DbtProject, uniqueId: UniqueId): string {
  const node = project.nodes.get(uniqueId);
  if (node?.resourceType !== 'model') return `${node?.resourceType ?? 'unknown'}s`;
  return node.originalFilePath.split('/').slice(0, -1).slice(0, 2).join('/') || 'models';
}
