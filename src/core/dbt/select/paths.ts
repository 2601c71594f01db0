import type { DbtNode, DbtProject } from '../project.ts';
import { matchesPathGlob } from './glob.ts';

/** The files and folders of the root project that its manifest names: dbt looks at the disk, a manifest has no disk. */
export interface ProjectPaths {
  readonly files: ReadonlySet<string>;
  /** '' is the root. */
  readonly folders: ReadonlySet<string>;
}

/** Every file of the root project that an entry or a macro of its manifest comes from, and their folders. */
export function projectPaths(project: DbtProject): ProjectPaths {
  const root = project.metadata.projectName;
  const files = new Set<string>();
  const add = (packageName: string | null, path: string | null): void => {
    if (path !== null && path !== '' && (root === null || packageName === root)) files.add(path);
  };
  for (const node of [...project.nodes.values(), ...[...project.disabled.values()].flat()]) {
    add(node.packageName, node.originalFilePath);
    add(patchPackageOf(node), node.patchPath);
  }
  for (const macro of project.macros.values()) add(macro.packageName, macro.originalFilePath);
  return { files, folders: new Set([...files].flatMap(foldersOf)) };
}

/** The folders above a file, the root among them. */
export function foldersOf(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.map((_, end) => parts.slice(0, end).join('/'));
}

/** Which of the paths a pattern names. */
export function globPaths(paths: ProjectPaths, pattern: string): ReadonlySet<string> {
  const parts = pattern.split('/').filter((part) => part !== '' && part !== '.');
  const found = new Set<string>();
  for (const file of paths.files) if (matchesPathGlob(file.split('/'), parts, false)) found.add(file);
  for (const folder of paths.folders)
    if (matchesPathGlob(folder === '' ? [] : folder.split('/'), parts, true)) found.add(folder);
  return found;
}

function patchPackageOf(node: DbtNode): string {
  const written = node.entry['patch_path'];
  const found = typeof written === 'string' ? /^([^:/\\]*):\/\//.exec(written) : null;
  return found?.[1] ?? node.packageName;
}
