import type { JsonObject, JsonValue } from '#core/base';
import { isJsonObject, jsonEqual, sortedBy, toLine } from '#core/base';
import type { Change } from '#core/change';
import type { DbtNode } from '#core/dbt';
import type { RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';

type Message = 'changed';

/** A number that keeps its name and is counted otherwise. */
export const metricDefinition = defineRule({
  id: 'metric-definition',
  title: 'A metric means something else',
  severity: 'S2',
  page: {
    what: 'Metrics and semantic models that both sides have: the aggregation, expression or filter of a measure, the type and parameters of a metric, its filter, the time dimension that it goes by, the type or expression of an entity or dimension, and measures, entities and dimensions that are gone. Silent about names for people: descriptions, labels, `meta`, groups; and about what is added.',
    why: 'A metric is read by name. Whoever has it on a dashboard sees the new number under the old name, and cannot tell that last week was counted otherwise.',
    fires: {
      kind: 'dbt',
      title: '',
      language: 'yaml',
      before: 'measures:\n  - { name: revenue, agg: sum, expr: amount }',
      after: 'measures:\n  - { name: revenue, agg: sum, expr: amount - discount }',
    },
    silent: [
      {
        kind: 'dbt',
        title: 'A measure is added.',
        language: 'yaml',
        before: 'measures:\n  - { name: revenue, agg: sum, expr: amount }',
        after:
          'measures:\n  - { name: revenue, agg: sum, expr: amount }\n  - { name: orders, agg: count, expr: order_id }',
      },
    ],
    safeIf:
      'Give the new meaning a new name and keep the old metric until its readers have moved; or show that both give the same number.',
    waive: '',
  },
  messages: {
    changed: '{what} `{name}` means something else: {changes}',
  },
  find: ({ change }) =>
    definedOnBoth(change).flatMap(({ old, node }): readonly RuleFinding<Message>[] => {
      const changes =
        node.resourceType === 'metric'
          ? metricChanges(old, node)
          : node.resourceType === 'semantic_model'
            ? semanticModelChanges(old, node)
            : [];
      if (changes.length === 0) return [];
      const shown = changes.slice(0, 4).join('; ');
      return [
        tell({
          messageId: 'changed',
          uniqueId: node.uniqueId,
          data: {
            what: node.resourceType === 'metric' ? 'the metric' : 'the semantic model',
            name: node.name,
            changes: changes.length > 4 ? `${shown}; ${changes.length - 4} more` : shown,
          },
          place: {
            kind: 'text',
            uniqueId: node.uniqueId,
            in: 'code',
            text: /agg|expr|filter|type|measure|dimension|entit/,
          },
          matters: 'everybody who reads it by its name gets the new number',
          safeIf: 'give the new meaning a new name, or tell its readers from which day on it holds',
          key: changes.join('\n').slice(0, 500),
        }),
      ];
    }),
});

/** dbt calls a metric modified by its type and words alone, so all are looked at. */
function definedOnBoth({ base, head }: Change): readonly { readonly old: DbtNode; readonly node: DbtNode }[] {
  const found: { old: DbtNode; node: DbtNode }[] = [];
  for (const node of head.project.nodes.values()) {
    if (node.resourceType !== 'metric' && node.resourceType !== 'semantic_model') continue;
    const old = base.project.nodes.get(node.uniqueId);
    if (old !== undefined) found.push({ old, node });
  }
  return sortedBy(found, ({ node }) => node.uniqueId);
}

function metricChanges(old: DbtNode, node: DbtNode): readonly string[] {
  const changes: string[] = [];
  for (const key of ['type', 'filter', 'time_granularity']) {
    if (!same(old.entry[key], node.entry[key])) changes.push(phrase(key, old.entry[key], node.entry[key]));
  }
  const [was, is] = [objectOf(old.entry['type_params']), objectOf(node.entry['type_params'])];
  for (const key of keysOf(was, is)) {
    // What dbt derives from the rest is not said twice.
    if (key !== 'input_measures' && !same(was[key], is[key])) changes.push(phrase(key, was[key], is[key]));
  }
  return changes;
}

function semanticModelChanges(old: DbtNode, node: DbtNode): readonly string[] {
  const changes = ['measures', 'entities', 'dimensions'].flatMap((section) => {
    const word = section === 'entities' ? 'entity' : section.slice(0, -1);
    const after = byName(node.entry[section]);
    return [...byName(old.entry[section])].flatMap(([name, was]) => {
      const is = after.get(name);
      if (is === undefined) return [`${word} ${toLine(name, 60)} is gone`];
      return keysOf(was, is)
        .filter((key) => !forPeople.has(key) && !same(was[key], is[key]))
        .map((key) => `${word} ${toLine(name, 60)}, ${phrase(key, was[key], is[key])}`);
    });
  });
  for (const key of ['defaults', 'primary_entity']) {
    if (!same(old.entry[key], node.entry[key])) changes.push(phrase(key, old.entry[key], node.entry[key]));
  }
  return changes;
}

const forPeople: ReadonlySet<string> = new Set([
  'description',
  'label',
  'config',
  'metadata',
  'meta',
  'name',
  'create_metric',
]);

function phrase(key: string, before: JsonValue | undefined, after: JsonValue | undefined): string {
  return `${key.replaceAll('_', ' ')}: ${textOf(before)} → ${textOf(after)}`;
}

function textOf(value: JsonValue | undefined): string {
  const plain = bare(value ?? null);
  if (plain === null) return 'none';
  if (isJsonObject(plain)) {
    // A metric or measure with nothing but its name, and a filter as dbt keeps it.
    const [only, ...others] = Object.keys(plain);
    if (only !== undefined && others.length === 0) return textOf(plain[only]);
  }
  return toLine(typeof plain === 'string' ? plain : JSON.stringify(plain), 80);
}

function same(before: JsonValue | undefined, after: JsonValue | undefined): boolean {
  return jsonEqual(bare(before ?? null), bare(after ?? null));
}

/** Without what is empty or false, and without what is for people: two releases of dbt write these differently. */
function bare(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.replaceAll(/\s+/g, ' ').trim();
  if (Array.isArray(value)) return value.length === 0 ? null : (value as readonly JsonValue[]).map(bare);
  if (!isJsonObject(value)) return value === false ? null : value;
  const kept = Object.entries(value)
    .filter(([key]) => key === 'name' || !forPeople.has(key))
    .map(([key, inner]) => [key, bare(inner)] as const)
    .filter(([, inner]) => inner !== null);
  return kept.length === 0 ? null : Object.fromEntries(kept);
}

function byName(value: JsonValue | undefined): ReadonlyMap<string, JsonObject> {
  const items = Array.isArray(value) ? (value as readonly JsonValue[]).filter(isJsonObject) : [];
  return new Map(items.map((item) => [typeof item['name'] === 'string' ? item['name'] : '', item]));
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function keysOf(was: JsonObject, is: JsonObject): readonly string[] {
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
}
