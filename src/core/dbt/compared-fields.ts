import type { JsonObject, JsonValue } from '#core/base';
import { isJsonObject } from '#core/base';
import type { Behaviour } from './behaviours.ts';
import { behaves } from './behaviours.ts';
import type { DbtNode, ResourceType } from './project.ts';
import type { StateContext } from './state-context.ts';
import { ownValue, sameButForEmpty, typedEqual } from './typed-equal.ts';

/** A field of an entry, dots for what is inside; with since when it counts, and what of it. */
interface Field {
  readonly field: string;
  readonly when?: Behaviour;
  readonly what?: (value: JsonValue) => JsonValue;
}

type Fields = ReadonlyMap<ResourceType, readonly (string | Field)[]>;

/** Source: the `same_contents` of each class in dbt `contracts/graph/nodes.py`. */
const ofPython: Fields = new Map<ResourceType, readonly (string | Field)[]>([
  ['unit_test', ['checksum']],
  ['source', ['quoting', 'freshness', 'loaded_at_field', 'external']],
  [
    'exposure',
    ['type', 'owner', 'maturity', 'url', 'description', 'label', { field: 'depends_on.nodes', what: asSet }],
  ],
  ['metric', ['type', 'description', 'label']],
  [
    'semantic_model',
    [
      ...(['model', 'description', 'defaults', 'entities', 'dimensions', 'measures', 'primary_entity'] as const),
      { field: 'group', when: 'semanticModelGroup' },
    ],
  ],
  [
    'saved_query',
    [
      ...(['query_params.metrics', 'query_params.group_by', 'query_params.where'] as const),
      ...(['description', 'label', 'group'] as const),
      { field: 'tags', when: 'savedQueryTags' },
      { field: 'exports', what: asWritten },
    ],
  ],
  [
    'function',
    [
      { field: 'arguments', when: 'functionSignatures' },
      { field: 'returns', when: 'functionSignatures' },
      {
        field: 'overloads',
        when: 'functionOverloads',
        what: keeping(['defined_in', 'arguments', 'returns', 'raw_body']),
      },
    ],
  ],
]);

/** Source: the `has_same_content` of each type in dbt 2's `dbt-schemas`, `schemas/nodes.rs`. */
const ofRust: Fields = new Map<ResourceType, readonly (string | Field)[]>([
  ['seed', ['config.alias']],
  ['source', ['loader', 'freshness', 'loaded_at_field', { field: 'relation_name', what: lastName }]],
  ['exposure', ['name', 'owner', 'maturity', 'url', 'label']],
  ['metric', ['type', 'description', 'label']],
  ['semantic_model', ['model', 'description', 'entities', 'dimensions', 'measures', 'primary_entity', 'config']],
  [
    'saved_query',
    [
      ...(['query_params.group_by', 'query_params.where', 'description', 'label', 'exports'] as const),
      { field: 'tags', what: asSet },
    ],
  ],
  [
    'function',
    [{ field: 'overloads', what: keeping(['defined_in', 'arguments', 'returns', 'description', 'raw_body']) }],
  ],
]);

/** The fields of the entry, besides body, config, relation, fqn and contract, by which this dbt tells two nodes apart. */
export function fieldDifferences({ engine }: StateContext, old: DbtNode, head: DbtNode): readonly string[] {
  const isRust = engine.family === 'rust';
  const same = isRust ? sameButForEmpty : typedEqual;
  const found: string[] = [];
  for (const listed of (isRust ? ofRust : ofPython).get(head.resourceType) ?? []) {
    const { field, when, what = asIs }: Field = typeof listed === 'string' ? { field: listed } : listed;
    if (when !== undefined && !behaves(engine, when)) continue;
    if (!same(what(fieldOf(old, field)), what(fieldOf(head, field)))) found.push(field);
  }
  return found;
}

/** What an entry says under a field, dots for what is inside; null where it says nothing. */
export function fieldOf(node: DbtNode, field: string): JsonValue {
  let value: JsonValue = node.entry;
  for (const key of field.split('.')) value = isJsonObject(value) ? (ownValue(value, key) ?? null) : null;
  return value;
}

function asIs(value: JsonValue): JsonValue {
  return value;
}

function asSet(value: JsonValue): JsonValue {
  return [...new Set(listOf(value).filter((item) => typeof item === 'string'))].sort();
}

/** Name and compared settings of each export, in order: of a setting, what is written. */
function asWritten(exports: JsonValue): JsonValue {
  return listOf(exports).map((item) => {
    const exported = objectOf(item);
    const config = objectOf(exported['unrendered_config'] ?? null);
    return [exported['name'] ?? null, ...['export_as', 'schema', 'alias'].map((key) => ownValue(config, key) ?? null)];
  });
}

function keeping(keys: readonly string[]): (value: JsonValue) => JsonValue {
  return (value) => listOf(value).map((item) => keys.map((key) => objectOf(item)[key] ?? null));
}

/** The table of a relation's name. */
function lastName(relation: JsonValue): JsonValue {
  return typeof relation === 'string' ? (relation.split('.').at(-1) ?? '') : null;
}

function objectOf(value: JsonValue): JsonObject {
  return isJsonObject(value) ? value : {};
}

function listOf(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}
