import type { Reason } from '#core/base';
import { reason, sortedBy, toFingerprint } from '#core/base';
import type { Change, ChangedFile } from '#core/change';
import { rightSideLines } from '#core/change';
import type { DbtNode } from '#core/dbt';
import type { Literal } from '#core/pii';
import { categoryOf, literalsIn } from '#core/pii';
import type { Finding } from '../gate.ts';
import { projectSubject } from '../state/subjects.ts';
import type { Look } from './new-paths.ts';

const scanned = /\.(sql|ya?ml|csv|tsv|json|py|md|txt)$/i;

/** Text that a change adds: a file of the pull request, or a node where there is none. */
interface Added {
  readonly path: string;
  readonly lines: readonly { readonly line: number; readonly text: string }[];
}

/**
 * PII-09: personal data and secrets written into SQL, YAML, seeds and fixtures of unit tests. Only what the change adds is
 * looked at, and the value is never repeated. One finding a file and kind.
 */
export function findLiteralData(change: Change): Look<'literal-personal-data'> {
  const { pullRequest } = change;
  if (pullRequest === null)
    return { findings: addedCode(change).flatMap((one) => findingsOf(change, one)), unknown: [] };
  const files = pullRequest.changedFiles.filter(({ path, status }) => scanned.test(path) && status !== 'removed');
  const shown = files.map((file) => ({ file, added: file.patch === null ? codeAt(change, file) : addedLines(file) }));
  const unseen = shown.flatMap(({ file, added }) => (added === null && file.status !== 'renamed' ? [file] : []));
  return {
    findings: shown.flatMap(({ added }) => (added === null ? [] : findingsOf(change, added))),
    unknown: unseen.length === 0 ? [] : [unseenReason(unseen)],
  };
}

/** The manifest has the code of models, so that a file whose diff GitHub does not show is seen all the same. */
function codeAt(change: Change, { path }: ChangedFile): Added | null {
  for (const node of change.head.project.nodes.values()) {
    if (node.rawCode !== '' && isAt(path, node.originalFilePath)) return { path, lines: newLines(change, node) };
  }
  return null;
}

function addedLines({ path, patch }: ChangedFile): Added {
  const removed = new Set(
    (patch?.split('\n') ?? []).filter((row) => row.startsWith('-')).map((row) => row.slice(1).trim()),
  );
  const lines = rightSideLines(patch).filter(({ added, text }) => added && !removed.has(text.trim()));
  return { path, lines: lines.filter(({ text }) => !isContact(path, text)) };
}

/** The code of modified nodes. */
function addedCode(change: Change): readonly Added[] {
  return [...change.modified, ...change.alsoModified].flatMap(({ uniqueId }) => {
    const node = change.head.project.nodes.get(uniqueId);
    return node === undefined ? [] : [{ path: node.originalFilePath, lines: newLines(change, node) }];
  });
}

/** Lines of a node's code that base does not have. */
function newLines({ base }: Change, { uniqueId, rawCode }: DbtNode): Added['lines'] {
  const known = new Set(base.project.nodes.get(uniqueId)?.rawCode.split('\n') ?? []);
  const lines = rawCode === '' ? [] : rawCode.split('\n').map((text, at) => ({ line: at + 1, text }));
  return lines.filter(({ text }) => !known.has(text));
}

/** Whom to ask about a project is said in its YAML, and is no leak. */
function isContact(path: string, text: string): boolean {
  return (
    /\.ya?ml$/i.test(path) &&
    /^\s*(-\s*)?["']?\w*(e-?mail|owner|contact|author|maintainer|steward|slack|user)\w*["']?\s*:/i.test(text)
  );
}

function findingsOf(change: Change, { path, lines }: Added): readonly Finding<'literal-personal-data'>[] {
  const kinds = literalsIn(lines.map(({ text }) => text).join('\n'));
  return sortedBy(kinds.values(), ({ kind }) => kind).flatMap((literal) => {
    const at = lines.filter(({ text }) => literalsIn(text).has(literal.kind)).map(({ line }) => line);
    const [first] = at;
    return first === undefined ? [] : [toFinding(change, { path, line: first, count: at.length }, literal)];
  });
}

interface Place {
  readonly path: string;
  readonly line: number;
  readonly count: number;
}

function toFinding(change: Change, { path, line, count }: Place, literal: Literal): Finding<'literal-personal-data'> {
  const { category, kind, proven } = literal;
  const node = sortedBy(change.head.project.nodes.values(), ({ uniqueId }) => uniqueId).find(
    ({ originalFilePath, patchPath }) => [originalFilePath, patchPath].some((one) => one !== null && isAt(path, one)),
  );
  return {
    messageId: 'literal-personal-data',
    data: {
      file: path,
      line,
      kind,
      category: categoryOf(category).title,
      more: count === 1 ? '' : ` and ${count - 1} more ${count === 2 ? 'line' : 'lines'}`,
    },
    subject: node?.uniqueId ?? projectSubject(change),
    place: { path, startLine: line, endLine: line },
    basis: proven ? 'proven' : 'heuristic',
    fingerprint: toFingerprint('pii', 'literal-personal-data', path, kind),
    matters:
      'what is committed stays in the history of the repository, and a seed is loaded into the warehouse as it is',
    downstream: [],
    safeIf:
      category === 'credential.secret'
        ? 'revoke it, and take it from a secret store'
        : 'put a made-up value in its place; if it is a real one, have the history rewritten',
  };
}

function isAt(path: string, projectPath: string): boolean {
  return projectPath !== '' && (path === projectPath || path.endsWith(`/${projectPath}`));
}

function unseenReason(files: readonly ChangedFile[]): Reason {
  const [first, ...others] = files;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  const what = `GitHub shows no diff of ${first?.path ?? ''}${more} (too large, or not text): whether it adds personal data was not looked at`;
  return reason('no-diff', what, 'commit large seeds by themselves, or load them as a source');
}
