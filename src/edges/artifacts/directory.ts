import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Reason, reason } from '#core/base';
import type { Side } from '#core/evidence';
import type { ArtifactAnswer } from '#review';
import type { ArtifactSource } from './artifact-source.ts';
import { inMegabytes } from './inflate.ts';
import { type ReadLimits, standardLimits } from './limits.ts';
import { toArtifactSet, wantedNames } from './to-artifact-set.ts';

/** One side's files on this machine. */
export interface DirectorySettings {
  /** A directory that holds `manifest.json` (or `.gz`) and what else there is, or a manifest file alone. */
  readonly path: string;
  /** A catalog file that lies elsewhere; it takes the place of the directory's. */
  readonly catalog?: string;
}

/** Artifacts from this machine's file system; the request is not looked at. */
export function directoryArtifacts(
  sides: Readonly<Record<Side, DirectorySettings>>,
  limits: ReadLimits = standardLimits,
): ArtifactSource {
  return { fetch: (side) => readDirectory(sides[side], limits) };
}

type Found =
  | { readonly ok: true; readonly paths: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly reason: Reason };

/** One side's files, read within limits; a reason when there is no manifest or a file cannot be read. */
export async function readDirectory(
  settings: DirectorySettings,
  limits: ReadLimits = standardLimits,
): Promise<ArtifactAnswer> {
  const found = await findFiles(settings);
  if (!found.ok) return found;
  const files = new Map<string, Uint8Array>();
  for (const [name, path] of found.paths) {
    const read = await readBytes(path, limits);
    if ('code' in read) return { ok: false, reason: read };
    files.set(name, read);
  }
  const answer = await toArtifactSet(files, {
    origin: settings.path,
    stale: null,
    limits,
    remedy: 'run `dbt compile` and give its target directory, or the manifest file itself',
  });
  const manifest = found.paths.get('manifest.json') ?? found.paths.get('manifest.json.gz');
  return answer.ok ? { ok: true, set: { ...answer.set, manifestName: manifest ?? settings.path } } : answer;
}

/** Where each file lies, by the name under which a set knows it. */
async function findFiles({ path, catalog }: DirectorySettings): Promise<Found> {
  const paths = new Map<string, string>();
  const kind = await kindOf(path);
  if (kind === 'absent') return { ok: false, reason: absent(path) };
  if (kind === 'file') paths.set(`manifest.json${suffixOf(path)}`, path);
  else {
    for (const name of await readdir(path)) if (wantedNames.includes(name)) paths.set(name, join(path, name));
  }
  if (catalog !== undefined) {
    if ((await kindOf(catalog)) !== 'file') return { ok: false, reason: absent(catalog) };
    paths.delete('catalog.json');
    paths.delete('catalog.json.gz');
    paths.set(`catalog.json${suffixOf(catalog)}`, catalog);
  }
  return { ok: true, paths };
}

function suffixOf(path: string): '' | '.gz' {
  return basename(path).endsWith('.gz') ? '.gz' : '';
}

async function kindOf(path: string): Promise<'file' | 'directory' | 'absent'> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'file';
  } catch {
    return 'absent';
  }
}

async function readBytes(path: string, limits: ReadLimits): Promise<Uint8Array | Reason> {
  try {
    const { size } = await stat(path);
    if (size > limits.fileBytes) {
      const text = `${path} is larger than ${inMegabytes(limits.fileBytes)}`;
      return reason('artifact-too-large', text, 'give a manifest of the models under review only');
    }
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return reason('artifact-unreadable', `${path} cannot be read (${code})`, 'check that it is a file and may be read');
  }
}

function absent(path: string): Reason {
  return reason('no-artifact', `there is no file or directory ${path}`, 'check the path');
}
