import type { ProjectSide } from '#core/change';
import type { MemoryLimit, Parsed, ReadManifest } from '#core/dbt';
import { parseCatalog, parseRunResults, readManifest } from '#core/dbt';
import type { Side } from '#core/evidence';
import { withRenderedSql } from '#core/jinja';
import type { ArtifactSet } from './ports.ts';

export interface SideOptions {
  /** What one artifact may take in memory. */
  readonly limit?: MemoryLimit;
  /** The base, when it has been read: what the head has in common with it is not read twice. */
  readonly known?: ReadManifest;
}

export interface ReadSide {
  readonly side: ProjectSide;
  /** As it was written, nothing rendered: a second side may be read against it. */
  readonly manifest: ReadManifest;
}

/** Artifacts → one side. A bad manifest is the side's reason; a bad optional artifact is too: it was given to be read. */
export function readSide(side: Side, set: ArtifactSet, options: SideOptions = {}): Parsed<ReadSide> {
  const manifest = readManifest(set.manifest, set.manifestName, options);
  if (!manifest.ok) return manifest;
  const { limit } = options;
  const catalog = set.catalog === null ? null : parseCatalog(set.catalog, `${side} catalog.json`, limit);
  if (catalog !== null && !catalog.ok) return catalog;
  const runResults =
    set.runResults === null ? null : parseRunResults(set.runResults, `${side} run_results.json`, limit);
  if (runResults !== null && !runResults.ok) return runResults;
  const read: ProjectSide = {
    project: withRenderedSql(manifest.value.project),
    catalog: catalog === null ? null : catalog.value,
    runResults: runResults === null ? null : runResults.value,
    artifacts: set.digests,
    origin: set.origin,
    stale: set.stale,
  };
  return { ok: true, value: { side: read, manifest: manifest.value } };
}
