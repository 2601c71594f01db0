import type { UniqueId } from '#core/base';
import { sortedBy } from '#core/base';
import type { Change } from '#core/change';
import type { DbtProject } from '#core/dbt';
import type { ProjectLineage } from '#core/lineage';
import type {
  ColumnAt,
  Label,
  LabelReader,
  LabelsReader,
  Personal,
  ProjectWords,
  RegistryRule,
  Sanitizer,
  Taints,
} from '#core/pii';
import {
  classifyColumnName,
  columnKey,
  datumOf,
  labelSensitivity,
  labelsReader,
  makingOf,
  traceTaint,
  withEveryColumn,
} from '#core/pii';
import type { Allowed, Sink } from './sinks.ts';
import { sinksOf } from './sinks.ts';

/** One side with its personal data traced. */
export interface TracedSide {
  readonly project: DbtProject;
  /** Columns that are only read, never listed, included. */
  readonly lineage: ProjectLineage;
  readonly taints: Taints;
  readonly sinks: ReadonlyMap<UniqueId, Sink>;
}

export interface TracedChange {
  readonly change: Change;
  /** What counts of everything that is said of a column. */
  readonly labelOf: LabelReader;
  /** Everything that is said of a column, what counts first. */
  readonly labelsOf: LabelsReader;
  readonly allowed: Allowed;
  readonly base: TracedSide;
  readonly head: TracedSide;
  /** What a model of base is called at head: itself, or the new model that took its columns over. */
  readonly headIds: ReadonlyMap<UniqueId, UniqueId>;
  /** The other way round. */
  readonly baseIds: ReadonlyMap<UniqueId, UniqueId>;
}

export interface TraceOptions {
  readonly dictionary: boolean;
  readonly sanitizers: readonly Sanitizer[];
  readonly words: ProjectWords;
  readonly registry: readonly RegistryRule[];
  readonly externalNames: readonly string[];
  readonly allowed: Allowed;
}

/**
 * Traces both sides so that they differ only where data flows differently: head also knows base's labels (a label that
 * goes away does not clean the data), and base takes for personal what head does (a new label opens no path).
 */
export function traceChange(change: Change, options: TraceOptions): TracedChange {
  const { dictionary, sanitizers, words, externalNames, allowed } = options;
  const labelsOf = labelsReader(options.registry, change.contracts ?? []);
  const labelOf: LabelReader = (node, column) => labelsOf(node, column)[0] ?? null;
  const known = { dictionary, sanitizers, words, labelOf };
  const base = { project: change.base.project, lineage: withEveryColumn(change.base.lineage) };
  const head = { project: change.head.project, lineage: withEveryColumn(change.head.lineage) };
  const headIds = renamedNodes(base, head);
  const headSeeds = labelSeeds(base, head, headIds, labelOf);
  const headTaints = traceTaint(head.project, head.lineage, {
    ...known,
    catalog: change.head.catalog,
    seeds: headSeeds,
  });
  const baseIds = new Map([...headIds].map(([baseId, headId]) => [headId, baseId]));
  const baseSeeds = originSeeds(headTaints, head.lineage, baseIds);
  const baseTaints = traceTaint(base.project, base.lineage, {
    ...known,
    catalog: change.base.catalog,
    seeds: baseSeeds,
  });
  return {
    ...{ change, labelOf, labelsOf, allowed, headIds, baseIds },
    base: { ...base, taints: baseTaints, sinks: sinksOf(base.project, externalNames) },
    head: { ...head, taints: headTaints, sinks: sinksOf(head.project, externalNames) },
  };
}

/** The column that a column of head repeats, named as base names it, so that both sides can be compared. */
export function headDatumKey({ head, baseIds }: TracedChange, at: ColumnAt): string {
  const datum = datumOf(head.lineage, at);
  return columnKey({ uniqueId: baseIds.get(datum.uniqueId) ?? datum.uniqueId, column: datum.column });
}

export function baseDatumKey({ base }: TracedChange, at: ColumnAt): string {
  return columnKey(datumOf(base.lineage, at));
}

interface Side {
  readonly project: DbtProject;
  readonly lineage: ProjectLineage;
}

/** Base's nodes by what they are at head. A new node with at least four fifths of a removed one's columns, made alike, is it renamed. */
function renamedNodes(base: Side, head: Side): ReadonlyMap<UniqueId, UniqueId> {
  const ids = new Map<UniqueId, UniqueId>();
  const fresh = [...head.project.nodes.values()].filter(({ uniqueId }) => !base.project.nodes.has(uniqueId));
  const taken = new Set<UniqueId>();
  for (const { uniqueId, resourceType } of sortedBy(base.project.nodes.values(), (node) => node.uniqueId)) {
    if (head.project.nodes.has(uniqueId)) {
      ids.set(uniqueId, uniqueId);
      continue;
    }
    const heir = fresh.find(
      (node) =>
        node.resourceType === resourceType && !taken.has(node.uniqueId) && isAlike(base, uniqueId, head, node.uniqueId),
    );
    if (heir === undefined) continue;
    ids.set(uniqueId, heir.uniqueId);
    taken.add(heir.uniqueId);
  }
  return ids;
}

function isAlike(base: Side, baseId: UniqueId, head: Side, headId: UniqueId): boolean {
  const before = makings(base, baseId);
  const after = new Set(makings(head, headId));
  if (before.length === 0) return false;
  return before.filter((making) => after.has(making)).length * 5 >= before.length * 4;
}

function makings({ lineage }: Side, uniqueId: UniqueId): readonly string[] {
  return (lineage.get(uniqueId)?.columns ?? [])
    .filter(({ sources }) => sources.length > 0)
    .map(({ column }) => makingOf(lineage, { uniqueId, column }));
}

/** Base's labels, on the columns of head that are made as the labelled ones were, whatever they are called now. */
function labelSeeds(
  base: Side,
  head: Side,
  headIds: ReadonlyMap<UniqueId, UniqueId>,
  labelOf: LabelReader,
): ReadonlyMap<string, readonly Personal[]> {
  const seeds = new Map<string, readonly Personal[]>();
  for (const node of base.project.nodes.values()) {
    const { uniqueId } = node;
    const headId = headIds.get(uniqueId);
    const labels = [...node.columns.values()].flatMap(({ name }) => labelledAs(name, labelOf(node, name)) ?? []);
    if (headId === undefined || labels.length === 0) continue;
    const byMaking = new Map(
      labels.map((one) => [makingOf(base.lineage, { uniqueId, column: one.column }), one.personal]),
    );
    for (const { column } of head.lineage.get(headId)?.columns ?? []) {
      const at = { uniqueId: headId, column };
      const personal = byMaking.get(makingOf(head.lineage, at));
      if (personal !== undefined) seeds.set(columnKey(at), [personal]);
    }
  }
  return seeds;
}

function labelledAs(
  column: string,
  label: Label | null,
): { readonly column: string; readonly personal: Personal } | null {
  if (label?.pii !== true) return null;
  const guess = classifyColumnName(column, { personTable: true, dataType: null })?.category;
  const category = label.types[0] ?? guess ?? 'unspecified';
  return { column, personal: { category, sensitivity: labelSensitivity(label, category), known: 'label' } };
}

/** Where head's personal data begins, and the columns that those repeat, as base names them. */
function originSeeds(
  taints: Taints,
  lineage: ProjectLineage,
  baseIds: ReadonlyMap<UniqueId, UniqueId>,
): ReadonlyMap<string, readonly Personal[]> {
  const seeds = new Map<string, Map<string, Personal>>();
  for (const { origin, category, sensitivity, known } of [...taints.values()].flatMap((columns) =>
    [...columns.values()].flat(),
  )) {
    for (const at of [origin, datumOf(lineage, origin)]) {
      const key = columnKey({ uniqueId: baseIds.get(at.uniqueId) ?? at.uniqueId, column: at.column });
      const own = seeds.get(key) ?? new Map<string, Personal>();
      own.set(category, { category, sensitivity, known });
      seeds.set(key, own);
    }
  }
  return new Map([...seeds].map(([key, own]) => [key, [...own.values()]]));
}
