import type { ChangedMacros, DbtNode, DbtProject } from '#core/dbt';
import { macroCausesOf } from '#core/dbt';
import type { Cause, ModifiedNode, StateLabel } from './change.ts';
import type { ChangedFile, PullRequest } from './pull-request.ts';

/** Whether a changed file of the pull request leads to a node of head; null where the changed files are not all known. */
export type LeadsTo = ((node: DbtNode, causes: readonly Cause[]) => boolean) | null;

/** Files that may change every node of a project. */
const projectWide: readonly string[] = [
  'dbt_project.yml',
  'packages.yml',
  'package-lock.yml',
  'dependencies.yml',
  'profiles.yml',
];

/**
 * What a node's causes come down to. What the engine makes of an unchanged project counts last, so that a real edit is
 * never called noise; nor is a node whose compiled SQL is another. Code that no changed file of the pull request leads to
 * came with the base.
 */
export function labelOf(
  node: DbtNode,
  { causes, compiled }: Pick<ModifiedNode, 'causes' | 'compiled'>,
  leadsTo: LeadsTo,
): StateLabel {
  const real = causes.filter((cause) => cause.foreign?.by !== 'engine');
  if (real.length === 0 && causes.length > 0) return compiled === 'changed' ? 'var or environment' : 'engine noise';
  const written = real.filter((cause) => cause.foreign === undefined);
  if (written.length === 0 && real.length > 0) return 'var or environment';
  if (leadsTo !== null && !leadsTo(node, causes)) return 'stale base';
  return written.length > 0 && written.every(({ kind }) => kind === 'macro') ? 'macro' : 'edited';
}

/**
 * Follows a node to its own file, its properties file, the files of the changed macros that it uses and, of described
 * columns, to docs blocks; a file that concerns the whole project leads to every node.
 */
export function leadsToIn(
  { base, head, macros }: { readonly base: DbtProject; readonly head: DbtProject; readonly macros: ChangedMacros },
  pullRequest: PullRequest | null,
): LeadsTo {
  if (pullRequest?.filesComplete !== true || pullRequest.changedFiles.length === 0) return null;
  const paths = pathsOf(pullRequest.changedFiles);
  if (projectWide.some((name) => paths.has(name))) return () => true;
  const hasDocs = pullRequest.changedFiles.some(({ path }) => path.endsWith('.md'));
  return (node, causes) => {
    const old = base.nodes.get(node.uniqueId);
    const own = [node, old ?? node].flatMap(({ originalFilePath, patchPath }) => [originalFilePath, patchPath ?? '']);
    if (own.some((path) => path !== '' && paths.has(path))) return true;
    if (hasDocs && causes.some(({ kind, item }) => kind === 'persisted-description' || item === 'description'))
      return true;
    return macroCausesOf(macros, head, node).some(({ uniqueId }) =>
      [head, base].some((side) => paths.has(side.macros.get(uniqueId)?.originalFilePath ?? '')),
    );
  };
}

/** Every changed path, and every tail of it: the dbt project may lie in a folder of the repository. */
function pathsOf(files: readonly ChangedFile[]): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const file of files) {
    for (const path of [file.path, file.previousPath ?? file.path]) {
      for (let at = 0; at !== -1; at = path.indexOf('/', at + 1)) paths.add(path.slice(at === 0 ? 0 : at + 1));
    }
  }
  paths.delete('');
  return paths;
}
