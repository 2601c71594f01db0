import type { JsonValue, UniqueId } from '#core/base';
import { compareText, isJsonObject, toUniqueId } from '#core/base';
import type { DbtNode, DbtProject } from './project.ts';

/**
 * Tests and sources of head whose `unique_id` base does not have, and what they are called there: the two engines of dbt
 * spell some ids differently. A generic test is known by what it asks of what, a singular one by its id without a digest,
 * a source by its names; what is not the only one of its kind is paired with nothing.
 * Source: dbt 2 `dbt-schemas`, `StateArtifacts::previous_node_for`.
 */
export function pairBySignature(base: DbtProject, head: DbtProject): ReadonlyMap<UniqueId, UniqueId> {
  const pairs = new Map<UniqueId, UniqueId>();
  let tests: ReadonlyMap<string, UniqueId | null> | null = null;
  const pair = (node: DbtNode, id: UniqueId): void => {
    if (base.nodes.get(id)?.resourceType === node.resourceType) pairs.set(node.uniqueId, id);
  };
  for (const node of head.nodes.values()) {
    if (base.nodes.has(node.uniqueId)) continue;
    if (node.resourceType === 'source') pair(node, sourceId(node));
    if (node.resourceType !== 'test') continue;
    tests ??= testsBySignature(base);
    const signature = signatureOf(node);
    const found = signature === null ? null : (tests.get(signature) ?? null);
    pair(node, found ?? toUniqueId(node.uniqueId.replace(/\.[\da-f]{10}$/i, '')));
  }
  return pairs;
}

function sourceId(node: DbtNode): UniqueId {
  const source = node.entry['source_name'];
  return toUniqueId(`source.${node.packageName}.${typeof source === 'string' ? source : ''}.${node.name}`);
}

/** Null where several tests ask the same. */
function testsBySignature(project: DbtProject): ReadonlyMap<string, UniqueId | null> {
  const found = new Map<string, UniqueId | null>();
  for (const node of project.nodes.values()) {
    const signature = node.resourceType === 'test' ? signatureOf(node) : null;
    if (signature !== null) found.set(signature, found.has(signature) ? null : node.uniqueId);
  }
  return found;
}

/** Null unless it is a generic test that stands on a node. `model` is rendered, and each engine renders it its own way. */
function signatureOf(node: DbtNode): string | null {
  const { entry } = node;
  const metadata = entry['test_metadata'];
  const attached = entry['attached_node'] ?? null;
  if (!isJsonObject(metadata) || attached === null) return null;
  const kwargs = isJsonObject(metadata['kwargs']) ? Object.entries(metadata['kwargs']) : [];
  const asked: JsonValue = kwargs.filter(([key]) => key !== 'model').sort(([a], [b]) => compareText(a, b));
  return JSON.stringify([
    metadata['name'] ?? null,
    metadata['namespace'] ?? null,
    attached,
    entry['column_name'] ?? null,
    asked,
  ]);
}
