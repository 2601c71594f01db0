import type { Change } from '#core/change';
import { firstChangedLine, rightSideLines } from '#core/change';
import type { RuleFinding, RulePlace } from '#core/rules';
import { type SourceLines, sourceLine } from '#core/sql';
import type { FileRange } from '../gate.ts';
import { fileAt, placeInPatch } from '../place-in-patch.ts';

/**
 * The line of a finding's cause in the repository's file: an added line that holds its text, else the same text in the file as a
 * manifest has it, else the first line that the pull request changes there. Of SQL that was rendered here, the line that it came of. Null where the file is not known.
 */
// eslint-disable-next-line complexity -- one way after the other
export function placeOf(
  change: Change,
  { uniqueId, place }: Pick<RuleFinding, 'uniqueId' | 'place'>,
): FileRange | null {
  const of = place?.kind === 'text' ? place.uniqueId : uniqueId;
  const node = change.head.project.nodes.get(of) ?? change.base.project.nodes.get(of);
  if (node === undefined) return null;
  const text = place === null ? null : textOf(change, place, uniqueId);
  if (place?.kind === 'text' && place.in !== 'code')
    return lineOf(change, node.patchPath ?? node.originalFilePath, text, '');
  const lines = change.head.lines?.get(of);
  if (lines === undefined) return lineOf(change, node.originalFilePath, text, node.rawCode);
  const own = renderedLine(place, lines) ?? (text === null ? null : lineIn(node.rawCode, text));
  const line = own ?? firstOther(change, of);
  return { path: node.originalFilePath, startLine: line, endLine: line };
}

/** The line of the file on which a place in its rendered SQL stands. */
function renderedLine(place: RulePlace | null, lines: SourceLines): number | null {
  if (place?.kind !== 'compiled' || place.side !== 'head' || place.span === null) return null;
  return sourceLine(lines, place.span.start);
}

/** The first line of a node's code in which the sides differ. */
function firstOther({ base, head }: Change, uniqueId: RuleFinding['uniqueId']): number {
  const [before = [], after = []] = [base, head].map(({ project }) => project.nodes.get(uniqueId)?.rawCode.split('\n'));
  const found = after.findIndex((line, at) => line !== before[at]);
  return found === -1 ? Math.max(1, after.length) : found + 1;
}

/** `code` is the file's, as far as it is known. */
function lineOf(change: Change, path: string, text: string | RegExp | null, code: string): FileRange | null {
  const added = text === null ? null : addedAt(change, path, text);
  if (added !== null || path === '') return added;
  const file = fileAt(change.pullRequest, path);
  const own = text === null ? null : lineIn(code, text);
  const line = own ?? firstChangedLine(file?.patch ?? null) ?? 1;
  return { path: file?.path ?? path, startLine: line, endLine: line };
}

/** The added line that holds the text. */
function addedAt({ pullRequest }: Change, path: string, text: string | RegExp): FileRange | null {
  const found = placeInPatch(pullRequest, [path], text);
  const lines = rightSideLines(fileAt(pullRequest, path)?.patch ?? null);
  return lines.some(({ line, added }) => added && line === found?.startLine) ? found : null;
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
