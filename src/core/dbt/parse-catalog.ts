import type { JsonValue, UniqueId } from '#core/base';
import { isJsonObject, toUniqueId } from '#core/base';
import { type ArtifactSource, type MemoryLimit, refuse } from './artifact-text.ts';
import type { Fields } from './fields.ts';
import { entriesAt, textAt } from './fields.ts';
import { parseArtifact, schemaVersionOf } from './parse-artifact.ts';
import type { CatalogRelation, DbtCatalog, Parsed } from './project.ts';

/** Text of a `catalog.json` (v1) into relations by `unique_id`, columns in the warehouse's order; or a reason. */
export function parseCatalog(source: ArtifactSource, name: string, limit?: MemoryLimit): Parsed<DbtCatalog> {
  const artifact = parseArtifact(source, name, limit);
  if (!artifact.ok) return artifact;
  const version = schemaVersionOf(artifact.value, 'catalog', name);
  if (!version.ok) return version;
  if (version.value !== 1) {
    return refuse(
      'catalog-version-unknown',
      `${name} is a catalog of version v${version.value}; v1 is supported`,
      'update Weirkeeper',
    );
  }
  const fields: Fields = { object: artifact.value, place: null, faults: [] };
  const catalog = new Map<UniqueId, CatalogRelation>();
  for (const [key, entry] of [...entriesAt(fields, 'sources'), ...entriesAt(fields, 'nodes')]) {
    catalog.set(toUniqueId(key), { uniqueId: toUniqueId(key), columns: readColumns(entry), stats: readStats(entry) });
  }
  const fault = fields.faults[0];
  if (fault === undefined) return { ok: true, value: catalog };
  return refuse('catalog-malformed', `${name}: ${fault}`, `upload the ${name} that \`dbt docs generate\` wrote`);
}

function readColumns(entry: Fields): CatalogRelation['columns'] {
  return entriesAt(entry, 'columns')
    .map(([key, column]) => ({
      name: textAt(column, 'name', key),
      type: textAt(column, 'type', ''),
      index: indexOf(column),
    }))
    .sort((a, b) => a.index - b.index)
    .map(({ name, type }) => ({ name, type }));
}

function indexOf(column: Fields): number {
  const index = column.object['index'];
  return typeof index === 'number' ? index : 0;
}

/** `{rows: {id, label, value, include}}` as `{rows: value}`. */
function readStats(entry: Fields): Readonly<Record<string, JsonValue>> {
  const stats = entriesAt(entry, 'stats').map(([key, stat]) => [key, stat.object['value'] ?? null] as const);
  return isJsonObject(entry.object['stats']) ? Object.fromEntries(stats) : {};
}
