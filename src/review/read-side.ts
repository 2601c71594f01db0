import type { ProjectSide } from '#core/change';
import type { Parsed } from '#core/dbt';
import { parseCatalog, parseManifest, parseRunResults } from '#core/dbt';
import type { Side } from '#core/evidence';
import { withRenderedSql } from '#core/jinja';
import type { ArtifactSet } from './ports.ts';

/** Artifacts as text → one side. A bad manifest is the side's reason; a bad optional artifact is too: it was given to be read. */
export function readSide(side: Side, set: ArtifactSet): Parsed<ProjectSide> {
  const manifest = parseManifest(set.manifest, set.manifestName);
  if (!manifest.ok) return manifest;
  const catalog = set.catalog === null ? null : parseCatalog(set.catalog, `${side} catalog.json`);
  if (catalog !== null && !catalog.ok) return catalog;
  const runResults = set.runResults === null ? null : parseRunResults(set.runResults, `${side} run_results.json`);
  if (runResults !== null && !runResults.ok) return runResults;
  return {
    ok: true,
    value: {
      project: withRenderedSql(manifest.value),
      catalog: catalog === null ? null : catalog.value,
      runResults: runResults === null ? null : runResults.value,
      artifacts: set.digests,
      origin: set.origin,
      stale: set.stale,
    },
  };
}
