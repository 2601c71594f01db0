import type { JsonObject, JsonValue } from '#core/base';

const seedLeftovers = new Set([
  'compiled',
  'compiled_sql',
  'compiled_code',
  'compiled_path',
  'extra_ctes',
  'extra_ctes_injected',
  'relation_name',
]);

/** The newest `metrics` section whose entries dbt still compares: it drops those of v9 and older. */
export const oldestMetrics = 10;

/**
 * An entry of a manifest older than v12 as v12 would have it, as far as the review looks at it.
 * Source: dbt `artifacts/schemas/upgrades/upgrade_manifest.py`, `upgrade_node_content`, `upgrade_seed_content`.
 */
export function upgradeEntry(entry: JsonObject, schemaVersion: number): JsonObject {
  if (schemaVersion >= 12) return entry;
  const upgraded = new Map<string, JsonValue>();
  const isSeed = entry['resource_type'] === 'seed';
  for (const [key, value] of Object.entries(entry)) {
    if (isSeed ? seedLeftovers.has(key) : key === 'root_path') continue;
    upgraded.set(renamed.get(key) ?? key, key === 'refs' ? upgradeRefs(value) : value);
  }
  if (!upgraded.has('language') && upgraded.has('raw_code')) upgraded.set('language', 'sql');
  return Object.fromEntries(upgraded);
}

const renamed: ReadonlyMap<string, string> = new Map([
  ['raw_sql', 'raw_code'],
  ['compiled_sql', 'compiled_code'],
]);

/** `[['orders'], ['pkg', 'orders']]` as the objects of v9 and later. */
function upgradeRefs(refs: JsonValue): JsonValue {
  if (!Array.isArray(refs)) return refs;
  return (refs as readonly JsonValue[]).map((ref) => {
    if (!Array.isArray(ref)) return ref;
    const parts = ref as readonly JsonValue[];
    return { name: parts.at(-1) ?? null, package: parts.length > 1 ? (parts[0] ?? null) : null, version: null };
  });
}
