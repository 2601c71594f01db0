import type { UniqueId } from '#core/base';
import { toUniqueId } from '#core/base';
import type { Change } from '#core/change';
import type { FileRange } from '../gate.ts';
import { fileAt } from '../place-in-patch.ts';

/** What a finding about a whole project is about: `project.<name>`, which is no node of any manifest. */
export function projectSubject(change: Change): UniqueId {
  return toUniqueId(`project.${change.head.project.metadata.projectName ?? 'unnamed'}`);
}

/**
 * The first line of a node's code or properties file, if the pull request has that file: dbt writes paths from the
 * project's root, and the project may lie anywhere in the repository. Null otherwise, and for a removed file.
 */
export function placeOfNode(change: Change, uniqueId: UniqueId, kind: 'code' | 'properties'): FileRange | null {
  const node = change.head.project.nodes.get(uniqueId) ?? change.base.project.nodes.get(uniqueId);
  if (node === undefined) return null;
  const paths = kind === 'code' ? [node.originalFilePath] : [node.patchPath ?? '', node.originalFilePath];
  for (const path of paths.filter((candidate) => candidate !== '')) {
    const file = fileAt(change.pullRequest, path);
    if (file !== null && file.status !== 'removed') return { path: file.path, startLine: 1, endLine: 1 };
  }
  return null;
}
