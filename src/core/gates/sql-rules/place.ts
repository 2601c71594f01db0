import type { Change } from '#core/change';
import { firstChangedLine, rightSideLines } from '#core/change';
import type { RuleFinding, RulePlace } from '#core/rules';
import type { FileRange } from '../gate.ts';
import { fileAt, placeInPatch } from '../place-in-patch.ts';

/**
 * The line of a finding's cause in the repository's file: an added line that holds its text, else the same text in the file as a
 * manifest has it, else the first line that the pull request changes there. Null where the file is not known.
 */
export function placeOf(
  change: Change,
  { uniqueId, place }: Pick<RuleFinding, 'uniqueId' | 'place'>,
): FileRange | null {
  const of = place?.kind === 'text' ? place.uniqueId : uniqueId;
  const node = change.head.project.nodes.get(of) ?? change.base.project.nodes.get(of);
  if (node === undefined) return null;
  const isCode = place?.kind !== 'text' || place.in === 'code';
  const path = isCode ? node.originalFilePath : (node.patchPath ?? node.originalFilePath);
  const text = place === null ? null : textOf(change, place, uniqueId);
  const file = fileAt(change.pullRequest, path);
  if (text !== null) {
    const found = placeInPatch(change.pullRequest, [path], text);
    const isAdded = rightSideLines(file?.patch ?? null).some(({ line, added }) => added && line === found?.startLine);
    if (found !== null && isAdded) return found;
    const line = isCode ? lineIn(node.rawCode, text) : null;
    if (line !== null) return { path: file?.path ?? path, startLine: line, endLine: line };
  }
  const line = firstChangedLine(file?.patch ?? null) ?? 1;
  return path === '' ? null : { path: file?.path ?? path, startLine: line, endLine: line };
}

function textOf(change: Change, place: RulePlace, uniqueId: RuleFinding['uniqueId']): string | RegExp | null {
  if (place.kind === 'text') return place.text;
  if (place.span === null || place.side === 'base') return null;
  const sql = change.head.project.nodes.get(uniqueId)?.compiledCode ?? '';
  const [first = ''] = sql.slice(place.span.start, place.span.end).split('\n');
  const text = first.replace(/\s+/g, ' ').trim();
  return text === '' ? null : text;
}

/** The only line that holds a text; null where none does, or several do. */
function lineIn(code: string, text: string | RegExp): number | null {
  const holds = (row: string): boolean =>
    typeof text === 'string' ? row.toLowerCase().replace(/\s+/g, ' ').includes(text.toLowerCase()) : text.test(row);
  const lines = code.split('\n').flatMap((row, at) => (holds(row) ? [at + 1] : []));
  return lines.length === 1 ? (lines[0] ?? null) : null;
}
