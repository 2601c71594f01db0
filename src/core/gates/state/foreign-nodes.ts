import { toFingerprint } from '#core/base';
import type { Change, ChangedFile, ModifiedNode } from '#core/change';
import type { ChangedMacros, DbtNode } from '#core/dbt';
import { findChangedMacros, macroCausesOf } from '#core/dbt';
import type { Finding } from '../gate.ts';
import { listed } from './listed.ts';
import { projectSubject } from './subjects.ts';

/** Files that may change every node of a project. */
const projectWide: ReadonlySet<string> = new Set([
  'dbt_project.yml',
  'packages.yml',
  'package-lock.yml',
  'dependencies.yml',
  'profiles.yml',
]);

/**
 * Modified nodes that no changed file of the pull request explains: not their own file, nor their properties file, nor
 * the file of a changed macro, nor one that concerns the whole project. Nothing when the changed files are not all known.
 */
export function findForeignNodes(change: Change): readonly Finding<'not-in-this-pull-request'>[] {
  const { pullRequest } = change;
  if (pullRequest?.filesComplete !== true || pullRequest.changedFiles.length === 0) return [];
  const paths = pathsOf(pullRequest.changedFiles);
  if ([...projectWide].some((name) => paths.has(name))) return [];
  const macros = findChangedMacros(change.base.project, change.head.project);
  const foreign = change.modified
    .filter((node) => !isExplained(change, macros, paths, node))
    .map((node) => node.uniqueId);
  const [first] = foreign;
  if (first === undefined) return [];
  return [
    {
      messageId: 'not-in-this-pull-request',
      data: { nodes: listed(foreign), count: foreign.length },
      subject: foreign.length === 1 ? first : projectSubject(change),
      place: null,
      basis: 'heuristic',
      fingerprint: toFingerprint('state', 'not-in-this-pull-request'),
      matters: '',
      downstream: [],
      safeIf: 'compare with the artifacts of the merge base',
    },
  ];
}

/** Every changed path, and every tail of it: the dbt project may lie in a folder of the repository. */
function pathsOf(files: readonly ChangedFile[]): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const file of files) {
    for (const path of [file.path, file.previousPath ?? file.path]) {
      for (let at = 0; at !== -1; at = path.indexOf('/', at + 1)) paths.add(path.slice(at === 0 ? 0 : at + 1));
    }
  }
  return paths;
}

function isExplained(
  change: Change,
  macros: ChangedMacros,
  paths: ReadonlySet<string>,
  modified: ModifiedNode,
): boolean {
  const { base, head } = change;
  const sides = [head.project.nodes.get(modified.uniqueId), base.project.nodes.get(modified.uniqueId)];
  const nodes = sides.filter((node) => node !== undefined);
  if (nodes.some((node) => [node.originalFilePath, node.patchPath].some((path) => path !== null && paths.has(path))))
    return true;
  const describes = modified.causes.some((cause) => cause.kind === 'persisted-description');
  if (describes && [...paths].some((path) => path.endsWith('.md'))) return true;
  return nodes.slice(0, 1).some((node) => macroFilesOf(change, macros, node).some((path) => paths.has(path)));
}

function macroFilesOf(change: Change, macros: ChangedMacros, node: DbtNode): readonly string[] {
  return macroCausesOf(macros, change.head.project, node).flatMap(({ uniqueId }) =>
    [change.head, change.base].flatMap((side) => side.project.macros.get(uniqueId)?.originalFilePath ?? []),
  );
}
