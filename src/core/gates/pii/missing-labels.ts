import type { UniqueId } from '#core/base';
import { toFingerprint } from '#core/base';
import type { DbtNode } from '#core/dbt';
import type { ColumnLineage, ColumnSource } from '#core/lineage';
import type { Label } from '#core/pii';
import { makingOf, readNodeLabel, taintsOf } from '#core/pii';
import type { Finding } from '../gate.ts';
import { fileAt, placeInPatch } from '../place-in-patch.ts';
import type { TracedChange } from './compare-sides.ts';
import { labelLike, labelYaml } from './label-yaml.ts';
import { nameOf, wordPattern } from './path-text.ts';

interface Missing {
  readonly column: string;
  readonly upstream: ColumnSource;
  readonly label: Label;
}

/** PII-07: columns that this change takes over unaltered from labelled ones, and leaves unlabelled. One finding a model. */
export function findMissingLabels(traced: TracedChange): readonly Finding<'label-missing'>[] {
  const modified = new Set(traced.change.modified.map(({ uniqueId }) => uniqueId));
  return [...traced.head.project.nodes.values()].flatMap((node) => {
    const touched = modified.has(node.uniqueId) || isDocumentedInChange(traced, node);
    if (!touched || node.resourceType === 'source' || readNodeLabel(node) !== null) return [];
    const columns = traced.head.lineage.get(node.uniqueId)?.columns ?? [];
    const missing = columns.flatMap((column) => missingLabel(traced, node, column) ?? []);
    const [first, ...others] = missing;
    return first === undefined ? [] : [toFinding(traced, node, [first, ...others])];
  });
}

function isDocumentedInChange({ change }: TracedChange, { patchPath }: DbtNode): boolean {
  return patchPath !== null && fileAt(change.pullRequest, patchPath) !== null;
}

function missingLabel(traced: TracedChange, node: DbtNode, column: ColumnLineage): Missing | null {
  const at = { uniqueId: node.uniqueId, column: column.column };
  if (traced.labelOf(node, column.column) !== null) return null;
  if (!taintsOf(traced.head.taints, at).some(({ level, known }) => level === 'raw' && known === 'label')) return null;
  for (const upstream of column.sources) {
    const label = unalteredFrom(traced, upstream);
    if (label === null || isOldOmission(traced, node.uniqueId, column.column)) continue;
    return { column: column.column, upstream, label };
  }
  return null;
}

/** The upstream column's label, if the column is taken over as it is. */
function unalteredFrom({ head, labelOf }: TracedChange, source: ColumnSource): Label | null {
  const plain = ['identity', 'rename', 'cast'].includes(source.transformation);
  if (!plain || source.functions.some((name) => !/^(cast|try_cast|safe_cast|trim|lower|upper|coalesce)$/.test(name)))
    return null;
  const label = labelOf(head.project.nodes.get(source.uniqueId), source.column);
  return label?.pii === true ? label : null;
}

/** A column of base, whatever it was called, was made alike and as unlabelled (or nobody can tell): not this change's doing. */
function isOldOmission({ base, head, baseIds, labelOf }: TracedChange, uniqueId: UniqueId, column: string): boolean {
  const baseId = baseIds.get(uniqueId) ?? uniqueId;
  const before = base.lineage.get(baseId);
  if (before === undefined) return false;
  if (before.unresolved !== null) return true;
  const making = makingOf(head.lineage, { uniqueId, column });
  return before.columns.some((one) => {
    const unlabelled = labelOf(base.project.nodes.get(baseId), one.column) === null;
    return unlabelled && makingOf(base.lineage, { uniqueId: baseId, column: one.column }) === making;
  });
}

function toFinding(
  traced: TracedChange,
  node: DbtNode,
  missing: readonly [Missing, ...Missing[]],
): Finding<'label-missing'> {
  const [first] = missing;
  const { uniqueId, patchPath, originalFilePath } = node;
  const names = missing.map(({ column }) => column);
  const yaml = labelYaml(
    node,
    missing.map(({ column, label }) => ({ column, lines: labelLike(label.source) })),
  );
  return {
    messageId: 'label-missing',
    data: {
      model: nameOf(traced.head, uniqueId),
      columns: names.join(', '),
      upstream: `${nameOf(traced.head, first.upstream.uniqueId)}.${first.upstream.column}`,
      label: first.label.source,
    },
    subject: { uniqueId, column: first.column },
    place: placeInPatch(
      traced.change.pullRequest,
      [originalFilePath, ...(patchPath === null ? [] : [patchPath])],
      wordPattern(first.column),
    ),
    basis: 'proven',
    fingerprint: toFingerprint('pii', 'label-missing', uniqueId, ...names.map((name) => name.toLowerCase())),
    matters: '',
    downstream: [],
    safeIf: `label \`${names.join(', ')}\` too`,
    yaml,
  };
}
