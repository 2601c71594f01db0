import { RepositoryError } from '#core/base';
import { type DirectorySettings, directoryArtifacts } from '#edges/artifacts';
import { createSqlReader } from '#edges/sql-engines';
import { noLineageCache, traceArtifacts } from '#review';
import { EXIT } from './exit.ts';
import { requiredPath } from './required-path.ts';

type Traced = Awaited<ReturnType<typeof traceArtifacts>>;

/** The files that `--manifest` and `--catalog` name. Throws RepositoryError that names path and flag. */
export function givenSide({
  manifest,
  catalog,
}: {
  readonly manifest: string;
  readonly catalog?: string;
}): DirectorySettings {
  const path = requiredPath(manifest, '--manifest');
  return catalog === undefined ? { path } : { path, catalog: requiredPath(catalog, '--catalog') };
}

/** Traces the lineage of one side and hands it on. What cannot be read, or asked for, is told, and the exit code is "unknown". */
export async function withTraced(side: DirectorySettings, use: (traced: Traced) => void): Promise<void> {
  const sqlReader = createSqlReader();
  try {
    const artifacts = directoryArtifacts({ base: side, head: side });
    use(await traceArtifacts(artifacts, { sqlReader, lineageCache: noLineageCache }));
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error;
    console.error(`weirkeeper: ${error.message}`);
    process.exitCode = EXIT.unknown;
  } finally {
    await sqlReader.close();
  }
}
