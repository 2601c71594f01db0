import type { JsonObject, JsonValue } from '#core/base';
import { isJsonObject } from '#core/base';
import { behaves } from './engine.ts';
import type { DbtNode, ResourceType } from './project.ts';
import { configDifferences } from './same-config.ts';
import { contractDifferences } from './same-contract.ts';
import { persistedDifferences, refDifferences, relationDifferences, sameBody, sameFqn } from './same-parts.ts';
import type { StateContext } from './state-context.ts';
import { ownValue, typedEqual } from './typed-equal.ts';

/** Types whose `same_contents` answers "same" where there is no old one. */
const neverNewlyModified: ReadonlySet<ResourceType> = new Set<ResourceType>([
  'source',
  'exposure',
  'metric',
  'semantic_model',
  'saved_query',
]);

/** dbt's `same_contents` of the head node's class. `old` is undefined where base does not have the node. */
export function sameContents(context: StateContext, old: DbtNode | undefined, head: DbtNode): boolean {
  if (old === undefined) return neverNewlyModified.has(head.resourceType);
  switch (head.resourceType) {
    case 'unit_test':
      return sameEntryKeys(old, head, ['checksum']);
    case 'source':
      return sameSource(context, old, head);
    case 'exposure':
      return sameExposure(context, old, head);
    case 'metric':
      return sameEntryKeys(old, head, ['type', 'description', 'label']) && sameConfig(context, old, head);
    case 'semantic_model':
      return sameSemanticModel(context, old, head);
    case 'saved_query':
      return sameSavedQuery(context, old, head);
    case 'test':
      return isGeneric(head) ? sameGenericTest(context, old, head) : sameParsed(context, old, head);
    default:
      return sameParsed(context, old, head) && sameSignature(context, old, head);
  }
}

function sameGenericTest(context: StateContext, old: DbtNode, head: DbtNode): boolean {
  return sameConfig(context, old, head) && sameFqn(old, head);
}

function isGeneric(node: DbtNode): boolean {
  return isJsonObject(node.entry['test_metadata']);
}

function sameParsed(context: StateContext, old: DbtNode, head: DbtNode): boolean {
  return (
    sameBody(old, head) &&
    sameConfig(context, old, head) &&
    persistedDifferences(old, head).length === 0 &&
    sameFqn(old, head) &&
    relationDifferences(context, old, head).length === 0 &&
    contractDifferences(context, old, head).length === 0 &&
    refDifferences(context, old, head).length === 0
  );
}

function sameConfig(context: StateContext, old: DbtNode, head: DbtNode): boolean {
  return configDifferences(context, old, head).length === 0;
}

function sameEntryKeys(old: DbtNode, head: DbtNode, keys: readonly string[]): boolean {
  return keys.every((key) => typedEqual(old.entry[key], head.entry[key]));
}

function sameSource(context: StateContext, old: DbtNode, head: DbtNode): boolean {
  return (
    relationDifferences(context, old, head).length === 0 &&
    sameFqn(old, head) &&
    sameConfig(context, old, head) &&
    sameEntryKeys(old, head, ['quoting', 'freshness', 'loaded_at_field', 'external'])
  );
}

function sameExposure(context: StateContext, old: DbtNode, head: DbtNode): boolean {
  const before = new Set(old.dependsOn.nodes);
  const after = new Set(head.dependsOn.nodes);
  return (
    sameFqn(old, head) &&
    sameEntryKeys(old, head, ['type', 'owner', 'maturity', 'url', 'description', 'label']) &&
    before.size === after.size &&
    [...before].every((id) => after.has(id)) &&
    sameConfig(context, old, head)
  );
}

function sameSemanticModel(context: StateContext, old: DbtNode, head: DbtNode): boolean {
  const keys = ['model', 'description', 'defaults', 'entities', 'dimensions', 'measures', 'primary_entity'];
  const group = behaves(context.engine, 'semanticModelGroup') ? ['group'] : [];
  return sameEntryKeys(old, head, [...keys, ...group]) && sameConfig(context, old, head);
}

function sameSavedQuery(context: StateContext, old: DbtNode, head: DbtNode): boolean {
  const tags = behaves(context.engine, 'savedQueryTags') ? ['tags'] : [];
  const before = objectOf(old.entry['query_params']);
  const after = objectOf(head.entry['query_params']);
  return (
    ['metrics', 'group_by', 'where'].every((key) => typedEqual(before[key], after[key])) &&
    sameEntryKeys(old, head, ['description', 'label', 'group', ...tags]) &&
    sameConfig(context, old, head) &&
    typedEqual(exportsOf(old), exportsOf(head))
  );
}

/** Name and the compared settings of each export, in order. */
function exportsOf(node: DbtNode): JsonValue {
  return listOf(node.entry['exports']).map((item) => {
    const exported = objectOf(item);
    const config = objectOf(exported['unrendered_config']);
    const settings = ['export_as', 'schema', 'alias'].map((key) => ownValue(config, key) ?? null);
    return [exported['name'] ?? null, ...settings];
  });
}

function sameSignature(context: StateContext, old: DbtNode, head: DbtNode): boolean {
  if (head.resourceType !== 'function' || !behaves(context.engine, 'functionSignatures')) return true;
  if (!sameEntryKeys(old, head, ['arguments', 'returns'])) return false;
  return !behaves(context.engine, 'functionOverloads') || typedEqual(overloadsOf(old), overloadsOf(head));
}

function overloadsOf(node: DbtNode): JsonValue {
  return listOf(node.entry['overloads']).map((item) => {
    const overload = objectOf(item);
    return ['defined_in', 'arguments', 'returns', 'raw_body'].map((key) => overload[key] ?? null);
  });
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}
