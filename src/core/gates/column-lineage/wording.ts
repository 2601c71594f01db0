import { escapePattern, toLine, type UniqueId } from '#core/base';
import type { Change } from '#core/change';
import { hasFirmSql } from '#core/dbt';
import type { FileRange, Finding } from '../gate.ts';
import { fileAt, placeInPatch } from '../place-in-patch.ts';
import type { Consequences } from './consequences.ts';

/** The last part of a unique_id, on one line. */
export function nameOf(id: UniqueId): string {
  return toLine(id.split('.').at(-1) ?? id, 120);
}

/** `a, b, c and 12 more`. */
export function names(ids: readonly UniqueId[], most = 4): string {
  const shown = ids.slice(0, most).map(nameOf).join(', ');
  return ids.length > most ? `${shown} and ${ids.length - most} more` : shown;
}

/** What a finding says of consequences: consumers, models that read the column, those that pass it on; apart, moved rows. */
export function reachOf({
  readers,
  passedOn,
  rows,
  consumers,
}: Consequences): Pick<Finding, 'downstream' | 'movesRowsOf'> {
  return { downstream: [...consumers, ...readers, ...passedOn], movesRowsOf: rows };
}

/** Proven, unless the SQL of a side is rendered with something in doubt. */
export function basisFor({ base, head }: Change, id: UniqueId): 'proven' | 'heuristic' {
  const nodes = [base, head].flatMap(({ project }) => project.nodes.get(id) ?? []);
  return nodes.every(hasFirmSql) ? 'proven' : 'heuristic';
}

/** `matters`, and which models have the column by `select *` alone. */
export function mattersWith(matters: string, { passedOn }: Consequences): string {
  return passedOn.length === 0 ? matters : `${matters}; only \`select *\` passes it on in ${names(passedOn)}`;
}

/** Where a column's name stands: among the added lines of the patch, else in the model's file, else its first line. */
export function placeOfColumn({ pullRequest, head }: Change, uniqueId: UniqueId, column: string): FileRange | null {
  const node = head.project.nodes.get(uniqueId);
  if (node === undefined || node.originalFilePath === '') return null;
  const word = new RegExp(`(?<![\\w$])${escapePattern(column)}(?![\\w$])`, 'i');
  const added = placeInPatch(pullRequest, [node.originalFilePath], word);
  if (added !== null && added.startLine > 1) return added;
  const path = fileAt(pullRequest, node.originalFilePath)?.path ?? node.originalFilePath;
  const line = Math.max(1, node.rawCode.split('\n').findIndex((text) => word.test(text)) + 1);
  return { path, startLine: line, endLine: line };
}
