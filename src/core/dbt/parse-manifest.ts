import type { UniqueId } from '#core/base';
import { plural, toUniqueId } from '#core/base';
import { type ArtifactSource, refuse } from './artifact-text.ts';
import type { Fields } from './fields.ts';
import { asEntry, entriesAt, fieldsAt, objectsAt, textAt, textsAt } from './fields.ts';
import { schemaVersionOf } from './parse-artifact.ts';
import type { DbtMacro, DbtNode, DbtOwner, DbtProject, ManifestMetadata, Parsed, ResourceType } from './project.ts';
import { forwardSlashes, readNode, readOwner } from './read-node.ts';
import { type ReadOptions, type ReadSections, readSections } from './read-sections.ts';
import { oldestMetrics, upgradeEntry } from './upgrade-entry.ts';

const oldestVersion = 4;
const newestVersion = 12;

/** Sections that hold entries with a `unique_id`, and the type of those whose entry does not say. */
const sections: readonly (readonly [string, ResourceType])[] = [
  ['nodes', 'model'],
  ['sources', 'source'],
  ['exposures', 'exposure'],
  ['metrics', 'metric'],
  ['semantic_models', 'semantic_model'],
  ['unit_tests', 'unit_test'],
  ['saved_queries', 'saved_query'],
  ['functions', 'function'],
];

const resourceTypes: ReadonlyMap<string, ResourceType> = new Map<string, ResourceType>([
  ...(['model', 'seed', 'snapshot', 'analysis', 'test', 'operation', 'source', 'exposure', 'metric'] as const).map(
    (type) => [type, type] as const,
  ),
  ...(['semantic_model', 'saved_query', 'unit_test', 'function', 'sql_operation', 'rpc'] as const).map(
    (type) => [type, type] as const,
  ),
  ['sql operation', 'sql_operation'],
]);

/** A project and what it was read from: with a base given, entries of the same bytes are not read again. */
export interface ReadManifest {
  readonly project: DbtProject;
  readonly sections: ReadSections;
}

export interface ManifestOptions extends Pick<ReadOptions, 'limit'> {
  readonly known?: ReadManifest;
}

/**
 * A `manifest.json` (v4 to v12) as a project, older versions upgraded as dbt does. What is not such a manifest, or takes
 * more memory than `limit`, gives a reason that names the file, the place and the remedy. Entries of unknown resource types
 * are left out.
 */
export function readManifest(
  source: ArtifactSource,
  name: string,
  { known, ...options }: ManifestOptions = {},
): Parsed<ReadManifest> {
  const read = readSections(source, name, { ...options, known: known?.sections ?? null });
  if (!read.ok) return read;
  const { object, entries } = read.value;
  const version = schemaVersionOf(object, 'manifest', name);
  if (!version.ok) return version;
  if (version.value < oldestVersion || version.value > newestVersion) return unsupported(version.value, name);
  const manifest: Manifest = {
    object,
    place: null,
    faults: [],
    schemaVersion: version.value,
    known: known?.project,
    entries,
  };
  if (object['nodes'] === undefined) manifest.faults.push('nodes is missing');
  const project = readProject(manifest);
  const [first, ...more] = manifest.faults;
  if (first === undefined) return { ok: true, value: { project, sections: read.value } };
  const others = more.length === 0 ? '' : ` (and ${plural(more.length, 'more such fault')})`;
  return refuse('manifest-malformed', `${name}: ${first}${others}`, `upload the ${name} that dbt wrote, unchanged`);
}

/** As `readManifest`; the project alone. */
export function parseManifest(source: ArtifactSource, name: string, options: ManifestOptions = {}): Parsed<DbtProject> {
  const read = readManifest(source, name, options);
  return read.ok ? { ok: true, value: read.value.project } : read;
}

interface Manifest extends Fields {
  readonly schemaVersion: number;
  readonly known: DbtProject | undefined;
  readonly entries: ReadSections['entries'];
}

/** The entries of a section, each of which must be an object. */
function* entriesIn(manifest: Manifest, section: string): Generator<readonly [string, Fields]> {
  const fields = fieldsAt(manifest, section);
  for (const [key, { value }] of manifest.entries.get(section) ?? []) {
    const entry = asEntry(fields, key, value);
    if (entry !== null) yield [key, entry];
  }
}

function unsupported(version: number, name: string): Parsed<never> {
  const hint = version === 20 ? ', an early beta of dbt Fusion' : '';
  return refuse(
    'manifest-version-unknown',
    `${name} is a manifest of version v${version}${hint}; v${oldestVersion} to v${newestVersion} are supported`,
    version > newestVersion
      ? 'write it with a dbt that writes manifest v12, or update Weirkeeper'
      : 'write it with dbt 1.0 or later',
  );
}

function readProject(manifest: Manifest): DbtProject {
  return {
    metadata: readMetadata(fieldsAt(manifest, 'metadata'), manifest.schemaVersion),
    nodes: readNodes(manifest),
    macros: readMacros(manifest),
    disabled: readDisabled(manifest),
    groups: readGroups(manifest),
  };
}

function readMetadata(metadata: Fields, schemaVersion: number): ManifestMetadata {
  const env = Object.entries(fieldsAt(metadata, 'env').object).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  );
  return {
    schemaVersion,
    dbtVersion: textAt(metadata, 'dbt_version', ''),
    adapterType: textAt(metadata, 'adapter_type', null),
    projectName: textAt(metadata, 'project_name', null),
    generatedAt: textAt(metadata, 'generated_at', null),
    env: Object.fromEntries(env),
  };
}

function readNodes(manifest: Manifest): ReadonlyMap<UniqueId, DbtNode> {
  const nodes = new Map<UniqueId, DbtNode>();
  for (const [section, fallback] of sections) {
    if (section === 'metrics' && manifest.schemaVersion < oldestMetrics) continue;
    for (const [key, entry] of entriesIn(manifest, section)) {
      const node = readEntry(manifest, key, entry, fallback);
      if (node !== null) nodes.set(node.uniqueId, node);
    }
  }
  return nodes;
}

function readEntry(
  { schemaVersion, known }: Manifest,
  key: string,
  entry: Fields,
  fallback: ResourceType,
): DbtNode | null {
  const written = textAt(entry, 'resource_type', null);
  const type = written === null ? (resourceTypes.get(key.split('.')[0] ?? '') ?? fallback) : resourceTypes.get(written);
  if (type === undefined) return null;
  const same = known?.nodes.get(toUniqueId(key));
  const isOfVersion = known?.metadata.schemaVersion === schemaVersion;
  if (isOfVersion && same?.entry === entry.object && same.resourceType === type) return same;
  return readNode(key, { ...entry, object: upgradeEntry(entry.object, schemaVersion) }, type);
}

function readDisabled(manifest: Manifest): ReadonlyMap<UniqueId, readonly DbtNode[]> {
  const disabled = new Map<UniqueId, readonly DbtNode[]>();
  // Before dbt 1.0 this was a list, and manifests edited by other tools still hold one; nothing in it can be paired.
  if (Array.isArray(manifest.object['disabled'])) return disabled;
  const section = fieldsAt(manifest, 'disabled');
  for (const key of Object.keys(section.object)) {
    const nodes = objectsAt(section, key).map((entry) => readEntry(manifest, key, entry, 'model'));
    disabled.set(
      toUniqueId(key),
      nodes.filter((node) => node !== null),
    );
  }
  return disabled;
}

function readMacros(manifest: Manifest): ReadonlyMap<string, DbtMacro> {
  const macros = new Map<string, DbtMacro>();
  for (const [key, macro] of entriesIn(manifest, 'macros')) {
    macros.set(key, {
      uniqueId: key,
      name: textAt(macro, 'name', key.slice(key.lastIndexOf('.') + 1)),
      packageName: textAt(macro, 'package_name', key.split('.')[1] ?? ''),
      originalFilePath: forwardSlashes(textAt(macro, 'original_file_path', '')),
      macroSql: textAt(macro, 'macro_sql', ''),
      dependsOnMacros: textsAt(fieldsAt(macro, 'depends_on'), 'macros'),
    });
  }
  return macros;
}

function readGroups(manifest: Fields): ReadonlyMap<string, DbtOwner> {
  const groups = new Map<string, DbtOwner>();
  for (const [key, group] of entriesAt(manifest, 'groups')) {
    groups.set(textAt(group, 'name', key), readOwner(group));
  }
  return groups;
}
