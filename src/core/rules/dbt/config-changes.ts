import type { JsonValue } from '#core/base';
import { compareText, isJsonObject, jsonEqual, toLine } from '#core/base';
import type { Change, ModifiedNode } from '#core/change';
import type { DbtNode } from '#core/dbt';

/** A node that both sides have and that dbt calls modified, for a reason that is the project's own. */
export interface Pair {
  readonly modified: ModifiedNode;
  readonly old: DbtNode;
  readonly node: DbtNode;
}

/** A config key whose rendered value is another. */
export interface ConfigChange {
  readonly key: string;
  readonly before: JsonValue;
  readonly after: JsonValue;
}

/** Modified nodes of both sides; not those that differ by the engine, the environment or an old base alone. */
export function modifiedPairs(change: Change): readonly Pair[] {
  return [...change.modified, ...change.alsoModified].flatMap((modified): readonly Pair[] => {
    const old = change.base.project.nodes.get(modified.uniqueId);
    const node = change.head.project.nodes.get(modified.uniqueId);
    const isOwn = modified.label === 'edited' || modified.label === 'macro';
    return isOwn && old !== undefined && node !== undefined ? [{ modified, old, node }] : [];
  });
}

/**
 * Which of `keys` differ in meaning: lists without order, a list of one as its item, empty as unset, text without case and
 * surplus space. What comes from the environment or from another release of dbt is left out.
 */
export function configChanges({ modified, old, node }: Pair, keys: readonly string[]): readonly ConfigChange[] {
  return keys.flatMap((key) => {
    const [before, after] = [settled(old.config[key]), settled(node.config[key])];
    const isForeign = modified.causes.some(({ item, foreign }) => item === key && foreign !== undefined);
    return isForeign || jsonEqual(before, after) ? [] : [{ key, before, after }];
  });
}

/** A config value for the reader: `unset`, `a, b`, or as it stands. */
export function valueText(value: JsonValue): string {
  if (value === null) return 'unset';
  if (Array.isArray(value)) return toLine(value.map((item) => valueText(item as JsonValue)).join(', '), 80);
  return toLine(typeof value === 'string' ? value : JSON.stringify(value), 80);
}

function settled(value: JsonValue | undefined): JsonValue {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string') return value.trim().replaceAll(/\s+/g, ' ').toLowerCase();
  if (Array.isArray(value)) {
    const items = (value as readonly JsonValue[]).map(settled);
    const texts = items.every((item) => typeof item === 'string') ? [...items].sort(compareText) : items;
    return texts.length === 0 ? null : texts.length === 1 ? (texts[0] ?? null) : texts;
  }
  return isJsonObject(value) && Object.keys(value).length === 0 ? null : value;
}
