import type { JsonObject, JsonValue, UniqueId } from '#core/base';
import { isJsonObject, toUniqueId } from '#core/base';
import type { Fields } from './fields.ts';
import { asEntry, emptyObject, fieldsAt, objectAt, scalarAt, textAt, textsAt } from './fields.ts';
import type { DbtColumn, DbtExposure, DbtNode, DbtOwner, DbtTest, ResourceType } from './project.ts';

const accesses = ['private', 'protected', 'public'] as const;

/** One entry of a manifest as a node. `key` is its key in the manifest, which is its `unique_id`. */
export function readNode(key: string, entry: Fields, resourceType: ResourceType): DbtNode {
  const config = fieldsAt(entry, 'config');
  const dependsOn = fieldsAt(entry, 'depends_on');
  const nodes = textsAt(dependsOn, 'nodes').map(toUniqueId);
  return {
    uniqueId: toUniqueId(key),
    resourceType,
    name: textAt(entry, 'name', key.slice(key.lastIndexOf('.') + 1)),
    packageName: textAt(entry, 'package_name', key.split('.')[1] ?? ''),
    originalFilePath: forwardSlashes(textAt(entry, 'original_file_path', '')),
    patchPath: readPatchPath(entry),
    fqn: textsAt(entry, 'fqn'),
    language: textAt(entry, 'language', 'sql') === 'python' ? 'python' : 'sql',
    rawCode: textAt(entry, 'raw_code', ''),
    compiledCode: readCompiledCode(entry),
    relationName: textAt(entry, 'relation_name', null),
    database: textAt(entry, 'database', null),
    schema: textAt(entry, 'schema', null),
    identifier: textAt(entry, resourceType === 'source' ? 'identifier' : 'alias', null),
    materialized: textAt(config, 'materialized', ''),
    config: config.object,
    unrenderedConfig: objectAt(entry, 'unrendered_config'),
    description: textAt(entry, 'description', ''),
    columns: readColumns(entry),
    tags: textsAt(entry, 'tags'),
    meta: readMeta(entry, config),
    group: textAt(entry, 'group', null) ?? textAt(config, 'group', null),
    access: readAccess(entry, config),
    version: scalarAt(entry, 'version'),
    contractEnforced: objectAt(entry, 'contract')['enforced'] === true,
    dependsOn: { nodes, macros: textsAt(dependsOn, 'macros') },
    test: resourceType === 'test' ? readTest(entry, nodes) : null,
    exposure: resourceType === 'exposure' ? readExposure(entry) : null,
    entry: entry.object,
  };
}

/** An `owner` object: of an exposure or of a group. */
export function readOwner(fields: Fields): DbtOwner {
  const owner = fieldsAt(fields, 'owner');
  return { name: textAt(owner, 'name', null), email: textsAt(owner, 'email') };
}

/** `path` with forward slashes, as dbt on Windows does not write it. */
export function forwardSlashes(path: string): string {
  return path.replaceAll('\\', '/');
}

function readPatchPath(entry: Fields): string | null {
  const path = textAt(entry, 'patch_path', null);
  if (path === null || path === '') return null;
  return forwardSlashes(path.replace(/^[^:/\\]*:\/\//, ''));
}

function readCompiledCode(entry: Fields): string | null {
  const code = textAt(entry, 'compiled_code', null);
  return code === '' && entry.object['compiled'] !== true ? null : code;
}

function readColumns(entry: Fields): ReadonlyMap<string, DbtColumn> {
  const columns = new Map<string, DbtColumn>();
  const inner = fieldsAt(entry, 'columns');
  for (const key in inner.object) {
    const value = inner.object[key] ?? null;
    const column = plainColumn(value) ?? readColumn(key, asEntry(inner, key, value));
    if (column !== null) columns.set(key, column);
  }
  return columns;
}

/** A column as dbt writes nearly all, read without what faults would need: half of a manifest's objects are columns. */
function plainColumn(column: JsonValue): DbtColumn | null {
  if (!isJsonObject(column)) return null;
  const { name, description, data_type: dataType = null, tags, config = emptyObject, meta } = column;
  if (typeof name !== 'string' || typeof description !== 'string' || !isTextOrNull(dataType)) return null;
  if (!Array.isArray(tags) || tags.length > 0 || !isJsonObject(meta) || !isJsonObject(config)) return null;
  return { name, description, dataType, meta: joinMeta(meta, config['meta']), tags: noTexts, entry: column };
}

function isTextOrNull(value: JsonValue): value is string | null {
  return value === null || typeof value === 'string';
}

function readColumn(key: string, column: Fields | null): DbtColumn | null {
  return (
    column && {
      name: textAt(column, 'name', key),
      description: textAt(column, 'description', ''),
      dataType: textAt(column, 'data_type', null),
      meta: readMeta(column, fieldsAt(column, 'config')),
      tags: textsAt(column, 'tags'),
      entry: column.object,
    }
  );
}

const noTexts: readonly string[] = [];

/** Since 1.10 `meta` may stand under `config` alone; where both are, dbt has merged them already. */
function readMeta(entry: Fields, config: Fields): JsonObject {
  const own = entry.object['meta'];
  return joinMeta(isJsonObject(own) ? own : emptyObject, config.object['meta']);
}

function joinMeta(ownMeta: JsonObject, configured: JsonValue | undefined): JsonObject {
  if (!isJsonObject(configured) || isEmpty(configured)) return ownMeta;
  return isEmpty(ownMeta) ? configured : { ...ownMeta, ...configured };
}

function isEmpty(object: JsonObject): boolean {
  for (const _ in object) return false;
  return true;
}

function readAccess(entry: Fields, config: Fields): DbtNode['access'] {
  const written = entry.object['access'] ?? config.object['access'];
  return accesses.find((access) => access === written) ?? 'protected';
}

function readTest(entry: Fields, parents: readonly UniqueId[]): DbtTest {
  const metadata = fieldsAt(entry, 'test_metadata');
  const kwargs = objectAt(metadata, 'kwargs');
  const name = textAt(metadata, 'name', null);
  const column = kwargs['column_name'];
  return {
    name,
    attachedNode: readAttachedNode(entry, parents, name === null ? null : kwargs),
    columnName: textAt(entry, 'column_name', null) ?? (typeof column === 'string' ? column : null),
    kwargs,
  };
}

/**
 * The node that a generic test stands on. dbt 1.5 and later write it; before that the `model` argument names it, and
 * among several parents the tested one comes last.
 */
function readAttachedNode(entry: Fields, parents: readonly UniqueId[], kwargs: JsonObject | null): UniqueId | null {
  const attached = textAt(entry, 'attached_node', null);
  if (attached !== null) return toUniqueId(attached);
  if (kwargs === null) return null;
  const model = kwargs['model'];
  const named = typeof model === 'string' ? /['"]([^'"]+)['"]\s*\)/.exec(model)?.[1] : undefined;
  return parents.find((parent) => named !== undefined && parent.endsWith(`.${named}`)) ?? parents.at(-1) ?? null;
}

function readExposure(entry: Fields): DbtExposure {
  return {
    type: textAt(entry, 'type', ''),
    label: textAt(entry, 'label', ''),
    owner: readOwner(entry),
    maturity: textAt(entry, 'maturity', null),
    url: textAt(entry, 'url', null),
  };
}
