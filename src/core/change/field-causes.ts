import type { JsonValue } from '#core/base';
import { isJsonObject, jsonEqual, toLine } from '#core/base';
import type { DbtNode, ResourceType } from '#core/dbt';
import type { Cause } from './change.ts';
import type { Pair, Writers } from './foreign-causes.ts';
import { fieldForeign } from './foreign-causes.ts';

/** The fields by which dbt tells two entries of these types apart, besides config, relation and fqn. */
const fields: ReadonlyMap<ResourceType, readonly string[]> = new Map<ResourceType, readonly string[]>([
  ['source', ['quoting', 'freshness', 'loaded_at_field', 'external']],
  ['exposure', ['type', 'owner', 'maturity', 'url', 'description', 'label']],
  ['metric', ['type', 'description', 'label']],
  [
    'semantic_model',
    ['model', 'description', 'defaults', 'entities', 'dimensions', 'measures', 'primary_entity', 'group'],
  ],
  ['saved_query', ['query_params', 'description', 'label', 'group', 'tags', 'exports']],
  ['function', ['arguments', 'returns', 'overloads']],
]);

/** What differs in fields of the entry itself: of sources, exposures, metrics, semantic models, saved queries, unit tests, functions. */
export function fieldCauses(writers: Writers, { old, node }: Pair): readonly Cause[] {
  const causes: Cause[] = [];
  if (node.resourceType === 'unit_test' && !same(old, node, 'checksum'))
    causes.push({ kind: 'checksum', text: 'definition or fixture of the unit test', item: 'checksum' });
  if (node.resourceType === 'exposure') {
    const [before, after] = [parentsOf(old), parentsOf(node)];
    if (before !== after)
      causes.push({ kind: 'field', text: 'reads other nodes', item: 'depends_on', ...values(before, after) });
  }
  for (const field of fields.get(node.resourceType) ?? []) {
    if (same(old, node, field)) continue;
    const [before, after] = [old.entry[field], node.entry[field]];
    const foreign = fieldForeign(writers, before, after);
    const isText = typeof before === 'string' && typeof after === 'string' && field !== 'description';
    const shown = values(toText(before), toText(after));
    causes.push({
      kind: 'field',
      text: toLine(isText ? `${field}: ${shown.before} → ${shown.after}` : field.replaceAll('_', ' ')),
      item: field,
      ...shown,
      ...(foreign === undefined ? {} : { foreign }),
    });
  }
  return causes;
}

function same(old: DbtNode, node: DbtNode, field: string): boolean {
  return jsonEqual(withoutNulls(old.entry[field]), withoutNulls(node.entry[field]));
}

/** dbt reads these into typed fields, where null is as good as missing. */
function withoutNulls(value: JsonValue | undefined): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(withoutNulls);
  if (!isJsonObject(value)) return value ?? null;
  const entries = Object.entries(value).map(([key, inner]) => [key, withoutNulls(inner)] as const);
  return Object.fromEntries(entries.filter(([, inner]) => inner !== null));
}

function parentsOf(node: DbtNode): string {
  return [...new Set<string>(node.dependsOn.nodes)].sort().join(', ');
}

function values(before: string, after: string): { readonly before: string; readonly after: string } {
  return { before: toLine(before, 60), after: toLine(after, 60) };
}

function toText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return 'unset';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
