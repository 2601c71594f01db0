import { sortedBy, toFingerprint } from '#core/base';
import type { DbtNode } from '#core/dbt';
import type { Taint } from '#core/pii';
import { categoryOf, lineageOf, readNodeLabel } from '#core/pii';
import type { Finding } from '../gate.ts';
import { placeInPatch } from '../place-in-patch.ts';
import type { TracedChange, TracedSide } from './compare-sides.ts';
import { labelYaml, plainLabel } from './label-yaml.ts';
import { nameOf, spelled, wordPattern } from './path-text.ts';
import type { PlainColumn } from './plain-columns.ts';
import { plainColumns } from './plain-columns.ts';

/**
 * PII-06: a column that this change adds, that is grave personal data by its name, and that no label anywhere on its way covers.
 * Only where the project labels columns at all: elsewhere it would say of every column what everyone knows.
 */
export function findUnlabelledColumns(traced: TracedChange): readonly Finding<'unlabelled-column'>[] {
  const { head, change } = traced;
  if (!labelsAnything(traced)) return [];
  const modified = new Set(change.modified.map(({ uniqueId }) => uniqueId));
  const documented = new Set(change.alsoModified.map(({ uniqueId }) => uniqueId));
  return sortedBy(head.project.nodes.values(), ({ uniqueId }) => uniqueId).flatMap((node) => {
    if (!modified.has(node.uniqueId) && !documented.has(node.uniqueId)) return [];
    if (readNodeLabel(node) !== null) return [];
    const columns = plainColumns(head, node.uniqueId).filter((one) => isNewAndBare(traced, node, one));
    const [first, ...others] = columns;
    return first === undefined ? [] : [toFinding(traced, node, [first, ...others])];
  });
}

/** Told where the datum enters the project, in the model itself or from a source or seed: further down, paths tell it. */
function isNewAndBare(
  { base, head, baseIds }: TracedChange,
  { uniqueId }: DbtNode,
  { column, taint }: PlainColumn,
): boolean {
  if (taint.known !== 'dictionary' || taint.sensitivity < 3 || !entersHere(head, taint)) return false;
  const before = baseIds.get(uniqueId) ?? uniqueId;
  const own = base.lineage.get(before);
  if (own !== undefined && own.unresolved !== null) return false;
  return lineageOf(base.lineage, { uniqueId: before, column }) === null;
}

function entersHere({ project }: TracedSide, { trail, origin }: Taint): boolean {
  if (trail === null) return true;
  const type = project.nodes.get(origin.uniqueId)?.resourceType;
  return trail.length === 1 && (type === 'source' || type === 'seed');
}

function labelsAnything({ base, labelOf }: TracedChange): boolean {
  return [...base.project.nodes.values()].some((node) =>
    [...node.columns.values()].some(({ name }) => labelOf(node, name)?.pii === true),
  );
}

function toFinding(
  { head, change }: TracedChange,
  node: DbtNode,
  columns: readonly [PlainColumn, ...PlainColumn[]],
): Finding<'unlabelled-column'> {
  const { uniqueId, patchPath, originalFilePath } = node;
  const [first] = columns;
  const names = columns.map(({ column }) => spelled(head, { uniqueId, column }));
  const column = spelled(head, { uniqueId, column: first.column });
  return {
    messageId: 'unlabelled-column',
    data: {
      model: nameOf(head, uniqueId),
      columns: names.join(', '),
      category: categoryOf(first.taint.category).title,
    },
    subject: { uniqueId, column },
    place: placeInPatch(
      change.pullRequest,
      [originalFilePath, ...(patchPath === null ? [] : [patchPath])],
      wordPattern(column),
    ),
    basis: 'heuristic',
    fingerprint: toFingerprint('pii', 'unlabelled-column', uniqueId, ...names.map((name) => name.toLowerCase())),
    matters: 'what masks, grants or deletes by label does not see it',
    downstream: [],
    safeIf: 'label it, or say why it is not personal: `pii: false` with `pii_reason`',
    yaml: labelYaml(
      node,
      names.map((name) => ({ column: name, lines: plainLabel })),
    ),
  };
}
