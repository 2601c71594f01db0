import type { JsonObject, JsonValue } from '#core/base';
import { compareText, isJsonObject, jsonEqual } from '#core/base';
import { parseEngineVersion } from './engine.ts';
import type { DbtNode, ResourceType } from './project.ts';
import type { StateContext } from './state-context.ts';
import { ownValue, sameButForEmpty } from './typed-equal.ts';

/** They belong to the relation or are left out. */
const leftOut: readonly string[] = ['tags', 'static_analysis', 'schema', 'database', 'alias'];
const testKeys: readonly string[] = [
  ...(['severity', 'where', 'limit', 'fail_calc', 'warn_if', 'error_if', 'store_failures'] as const),
  ...(['store_failures_as', 'sql_header'] as const),
];

/** Rendered keys that do not count, of the types whose written config is asked first. */
const notSettling: ReadonlyMap<ResourceType, readonly string[]> = new Map<ResourceType, readonly string[]>([
  ['model', ['group', 'contract', 'incremental_predicates', 'event_time', 'quoting']],
  ['seed', ['group', 'contract', 'delimiter', 'quoting']],
  ['snapshot', ['group', 'contract', 'docs']],
  ['function', ['group', 'contract']],
  ['source', ['meta']],
  ['test', []],
]);

/** Keys that dbt 2 knows and leaves out where they are empty: where dbt 1 wrote the base, no others of its keys count. */
const known: ReadonlyMap<ResourceType, readonly string[]> = new Map<ResourceType, readonly string[]>([
  ['seed', ['column_types', 'docs', 'event_time', 'full_refresh', 'meta', 'persist_docs', 'quote_columns']],
  ['snapshot', ['dbt_valid_to_current', 'hard_deletes', 'meta', 'persist_docs', 'target_database', 'updated_at']],
  ['function', ['access', 'docs', 'meta', 'on_configuration_change', 'packages', 'volatility']],
]);

/** The rendered keys that count of all other types. */
const ofOthers: ReadonlyMap<ResourceType, readonly string[]> = new Map<ResourceType, readonly string[]>([
  ['exposure', ['enabled']],
  ['analysis', ['enabled']],
  ['metric', ['enabled', 'group']],
  ['saved_query', ['cache', 'enabled', 'export_as', 'schema', 'group']],
]);

/** What a rendered key is where it is not there or empty; of functions only the first two. */
const defaults: JsonObject = {
  access: 'protected',
  docs: { show: true },
  lookback: 1,
  on_configuration_change: 'apply',
  on_schema_change: 'ignore',
  quoting: { database: true, identifier: true, schema: true, snowflake_ignore_case: false },
};

/**
 * Config keys by which head differs from `old` for dbt 2, ordered: where what is written differs, what it was rendered
 * to settles it. Of types whose written config is not kept, some rendered keys alone count.
 * Source: dbt 2 `dbt-schemas`, `check_configs_modified`, `unrendered_configs_eq`, `same_config`.
 */
export function settledDifferences({ base }: StateContext, old: DbtNode, head: DbtNode): readonly string[] {
  if (!notSettling.has(head.resourceType)) {
    const keys = ofOthers.get(head.resourceType) ?? [];
    return keys.filter((key) => !sameButForEmpty(ownValue(old.config, key), ownValue(head.config, key)));
  }
  const written = writtenDifferences(old, head);
  if (written.length === 0) return [];
  const isOfRust = parseEngineVersion(base.metadata.dbtVersion).family === 'rust';
  const rendered = renderedKeys(old, head, isOfRust).filter((key) => !sameRendered(old, head, key));
  const both = rendered.filter((key) => written.includes(key));
  return both.length > 0 ? both : rendered;
}

function writtenDifferences(old: DbtNode, head: DbtNode): readonly string[] {
  const [before, after] = withoutMovedToMeta(
    withOneHookKey(old.unrenderedConfig),
    withOneHookKey(head.unrenderedConfig),
  );
  const ignored = head.resourceType === 'source' ? leftOut : [...leftOut, 'group'];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(compareText);
  const counts = (key: string): boolean =>
    head.resourceType === 'test' ? testKeys.includes(key) : !ignored.includes(key);
  return keys.filter((key) => counts(key) && !sameWritten(key, ownValue(before, key), ownValue(after, key)));
}

function sameWritten(key: string, a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === undefined || b === undefined) return isEmpty(a ?? b ?? null);
  if (isHookKey(key)) return jsonEqual(hooksOf(a), hooksOf(b));
  return jsonEqual(withoutLastBreak(a), withoutLastBreak(b));
}

function sameRendered(old: DbtNode, head: DbtNode, key: string): boolean {
  const [a, b] = [old, head].map(({ config }) => {
    const value = ownValue(config, key) ?? null;
    const isStrict = head.resourceType === 'function' && key !== 'access' && key !== 'docs';
    return isEmpty(value) && !isStrict ? (defaults[key] ?? value) : value;
  });
  if (isHookKey(key)) return jsonEqual(hooksOf(a ?? null), hooksOf(b ?? null));
  if (key === 'severity' && typeof a === 'string' && typeof b === 'string') return a.toLowerCase() === b.toLowerCase();
  return sameButForEmpty(a, b);
}

function renderedKeys(old: DbtNode, head: DbtNode, isOfRust: boolean): readonly string[] {
  const { resourceType } = head;
  if (resourceType === 'test') return testKeys;
  const before = isOfRust ? Object.keys(old.config) : (known.get(resourceType) ?? []);
  const ignored = [...leftOut, ...(notSettling.get(resourceType) ?? [])];
  return [...new Set([...before, ...Object.keys(head.config)])]
    .filter((key) => !ignored.includes(key))
    .sort(compareText);
}

function isEmpty(value: JsonValue): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

function withoutLastBreak(value: JsonValue): JsonValue {
  return typeof value === 'string' ? value.replace(/\r?\n$/, '') : value;
}

function isHookKey(key: string): boolean {
  return key === 'pre-hook' || key === 'post-hook';
}

/** The SQL of hooks, whatever their order and whether one of them stands alone or in a list. */
function hooksOf(value: JsonValue): JsonValue {
  const items: readonly JsonValue[] = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
  const texts = items.map((item) => {
    const sql = isJsonObject(item) ? (item['sql'] ?? null) : item;
    return typeof sql === 'string' ? sql.replaceAll('\r\n', '\n').trimEnd() : JSON.stringify(sql);
  });
  return texts.sort(compareText);
}

/** `pre_hook` and `pre-hook` are one key; what stands under both comes together. */
function withOneHookKey(config: JsonObject): JsonObject {
  const found = new Map<string, JsonValue>();
  for (const [key, value] of Object.entries(config)) {
    const spelled = key === 'pre_hook' || key === 'post_hook' ? key.replace('_', '-') : key;
    const known = found.get(spelled);
    found.set(spelled, known === undefined ? value : [known, value].flat());
  }
  return Object.fromEntries(found);
}

/** Both configs without the keys that stand on one side and, with the same value, under `meta` of the other. */
function withoutMovedToMeta(a: JsonObject, b: JsonObject): readonly [JsonObject, JsonObject] {
  if (sameWritten('meta', ownValue(a, 'meta'), ownValue(b, 'meta'))) return [a, b];
  const [ofA, ofB] = [movedKeys(a, b), movedKeys(b, a)];
  return [without(a, ofA, ofB), without(b, ofB, ofA)];
}

function movedKeys(top: JsonObject, other: JsonObject): readonly string[] {
  const meta = ownValue(other, 'meta');
  if (!isJsonObject(meta)) return [];
  return Object.keys(top).filter((key) => {
    const value = ownValue(top, key);
    const isMoved = key !== 'meta' && Object.hasOwn(meta, key) && sameWritten(key, value, ownValue(meta, key));
    return isMoved && !sameWritten(key, value, ownValue(other, key));
  });
}

function without(config: JsonObject, keys: readonly string[], metaKeys: readonly string[]): JsonObject {
  const drop = (object: JsonObject, dropped: readonly string[]): JsonObject =>
    Object.fromEntries(Object.entries(object).filter(([key]) => !dropped.includes(key)));
  const meta = ownValue(config, 'meta');
  const kept = drop(config, keys);
  return isJsonObject(meta) ? { ...kept, meta: drop(meta, metaKeys) } : kept;
}
