import type { Reason, UniqueId } from '#core/base';
import { reason, sortedBy, toFingerprint } from '#core/base';
import type { DbtNode } from '#core/dbt';
import type { ColumnAt, Label } from '#core/pii';
import { isAbove, lineageOf, makingOf, readNodeLabel, taintsOf } from '#core/pii';
import type { Finding } from '../gate.ts';
import { placeInPatch } from '../place-in-patch.ts';
import type { TracedChange, TracedSide } from './compare-sides.ts';
import { labelLike, labelYaml } from './label-yaml.ts';
import type { Look } from './new-paths.ts';
import { nameOf, wordPattern } from './path-text.ts';

/** A column that lost its label. */
interface Loss {
  readonly column: string;
  /** `is no longer labelled`, `was renamed from email and is not labelled`. */
  readonly how: string;
  /** Where the label stood. */
  readonly label: Label;
}

type Outcome = readonly Loss[] | Reason;

/** PII-03: columns whose label went away, or was lost in a rename, although they still hold the datum. One finding a model. */
export function findDroppedLabels(traced: TracedChange): Look<'label-dropped'> {
  const findings: Finding<'label-dropped'>[] = [];
  const unknown: Reason[] = [];
  for (const node of sortedBy(traced.base.project.nodes.values(), ({ uniqueId }) => uniqueId)) {
    const headNode = traced.head.project.nodes.get(traced.headIds.get(node.uniqueId) ?? node.uniqueId);
    if (headNode === undefined || readNodeLabel(headNode)?.pii === true) continue;
    const losses: Loss[] = [];
    for (const column of sortedBy(node.columns.values(), ({ name }) => name)) {
      const label = traced.labelOf(node, column.name);
      if (label?.pii !== true) continue;
      const outcome = lossesOf(traced, { node, headNode, label, column: column.name });
      if ('code' in outcome) unknown.push(outcome);
      else losses.push(...outcome);
    }
    const [first, ...others] = losses;
    if (first !== undefined) findings.push(toFinding(traced, headNode, [first, ...others]));
  }
  return { findings, unknown };
}

interface LabelledColumn {
  readonly node: DbtNode;
  readonly headNode: DbtNode;
  readonly label: Label;
  readonly column: string;
}

function lossesOf(traced: TracedChange, labelled: LabelledColumn): Outcome {
  const { node, headNode, label, column } = labelled;
  const { head } = traced;
  if (isOnlyDocumented(traced.base, { uniqueId: node.uniqueId, column })) return [];

  const headLabel = traced.labelOf(headNode, column);
  if (headLabel?.pii === true) return isDowngrade(label, headLabel) ? [downgraded(column, label, headLabel)] : [];
  if (isExplained(headLabel)) return [];
  const blind = headNode.resourceType === 'source' ? null : (head.lineage.get(headNode.uniqueId)?.unresolved ?? null);
  if (blind !== null) return unseen(labelled, blind);
  const isListed = lineageOf(head.lineage, { uniqueId: headNode.uniqueId, column }) !== null;
  if (!isListed) return lossesUnlisted(traced, labelled, headLabel);
  return isStillPersonal(traced, labelled) ? [unlabelled(labelled, headLabel)] : [];
}

function unseen({ headNode, column }: LabelledColumn, { text, remedy }: Reason): Reason {
  const what = `${headNode.uniqueId} no longer labels ${column}, and whether it still holds it cannot be told (${text})`;
  return reason('label-dropped-unseen', what, remedy);
}

/** Head's SQL does not list the column: it was renamed, or is gone, or stands in a star that could not be expanded. */
function lossesUnlisted(traced: TracedChange, labelled: LabelledColumn, headLabel: Label | null): readonly Loss[] {
  const renamed = renamedWithoutLabel(traced, labelled);
  const mayStillBe = traced.head.lineage.get(labelled.headNode.uniqueId)?.complete === false;
  return renamed.length === 0 && mayStillBe ? [unlabelled(labelled, headLabel)] : renamed;
}

function isExplained(label: Label | null): boolean {
  return label?.pii === false && label.reason !== null;
}

function unlabelled({ column, label }: LabelledColumn, headLabel: Label | null): Loss {
  const how = headLabel === null ? 'is no longer labelled' : 'is now labelled as not personal, without a reason';
  return { column, how, label };
}

/** The same making as when it was labelled, or fed by other personal data. */
function isStillPersonal(traced: TracedChange, { node, headNode, column }: LabelledColumn): boolean {
  const { base, head } = traced;
  const before: ColumnAt = { uniqueId: node.uniqueId, column };
  const after: ColumnAt = { uniqueId: headNode.uniqueId, column };
  if (makingAtHead(traced, after) === makingOf(base.lineage, before)) return true;
  return taintsOf(head.taints, after).some(({ level, trail }) => trail !== null && isAbove(level, 'generalised'));
}

/** Columns of head that are made as the labelled one was, new under their name, and without a label. */
function renamedWithoutLabel(
  traced: TracedChange,
  { node, headNode, column, label: lost }: LabelledColumn,
): readonly Loss[] {
  const { base, head } = traced;
  const making = makingOf(base.lineage, { uniqueId: node.uniqueId, column });
  const losses: Loss[] = [];
  for (const { column: name, sources } of head.lineage.get(headNode.uniqueId)?.columns ?? []) {
    if (sources.length === 0 || makingAtHead(traced, { uniqueId: headNode.uniqueId, column: name }) !== making)
      continue;
    if (lineageOf(base.lineage, { uniqueId: node.uniqueId, column: name }) !== null) continue;
    const label = traced.labelOf(headNode, name);
    if (label?.pii === true) return [];
    if (isExplained(label)) continue;
    losses.push({ column: name, how: `was renamed from ${column} and is not labelled`, label: lost });
  }
  return losses;
}

/** As `makingOf`, with renamed models under the name that base gives them. */
function makingAtHead({ head, baseIds }: TracedChange, at: ColumnAt): string {
  const making = makingOf(head.lineage, at);
  return making.replace(/^[^\n\t]+/gm, (text) => baseIds.get(text as UniqueId) ?? text);
}

function isDowngrade(before: Label, after: Label): boolean {
  return before.sensitivity !== null && after.sensitivity !== null && after.sensitivity < before.sensitivity;
}

function downgraded(column: string, before: Label, after: Label): Loss {
  return {
    column,
    how: `went from sensitivity ${String(before.sensitivity)} to ${String(after.sensitivity)}`,
    label: before,
  };
}

/** Documented, but not in the SQL: there is nothing to protect. */
function isOnlyDocumented({ lineage }: TracedSide, at: ColumnAt): boolean {
  const own = lineage.get(at.uniqueId);
  return own?.complete === true && own.columns.length > 0 && lineageOf(lineage, at) === null;
}

function toFinding(traced: TracedChange, node: DbtNode, losses: readonly [Loss, ...Loss[]]): Finding<'label-dropped'> {
  const [first, ...others] = losses;
  const { uniqueId, patchPath, originalFilePath } = node;
  const files = [originalFilePath, ...(patchPath === null ? [] : [patchPath])];
  return {
    messageId: 'label-dropped',
    data: {
      model: nameOf(traced.head, uniqueId),
      column: first.column,
      how: first.how,
      more: others.length === 0 ? '' : ` (and ${others.map(({ column, how }) => `${column} ${how}`).join('; ')})`,
    },
    subject: { uniqueId, column: first.column },
    place: placeInPatch(traced.change.pullRequest, files, wordPattern(first.column)),
    basis: 'proven',
    fingerprint: toFingerprint('pii', 'label-dropped', uniqueId, ...losses.map(({ column }) => column.toLowerCase())),
    matters: 'what masks, grants or deletes by label no longer sees the column',
    downstream: traced.change.head.children.get(uniqueId) ?? [],
    safeIf: 'put the label back on the column, or say why it is not personal: `pii: false` with `pii_reason`',
    yaml: labelYaml(
      node,
      losses.map(({ column, label }) => ({ column, lines: labelLike(label.source) })),
    ),
  };
}
