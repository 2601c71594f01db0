import type { JsonObject, JsonValue } from '#core/base';
import { isJsonObject } from '#core/base';

/**
 * Columns, in lower case, that a semantic model lets people group and filter by: its dimensions and entities. Measures are
 * aggregated before anyone sees them. An expression counts with every word in it that may be a column.
 */
export function dimensionColumns(entry: JsonObject): ReadonlySet<string> {
  const items = [...itemsAt(entry, 'dimensions'), ...itemsAt(entry, 'entities')];
  return new Set(items.flatMap(({ name, expr }) => wordsOf(typeof expr === 'string' && expr !== '' ? expr : name)));
}

function itemsAt(entry: JsonObject, key: string): readonly JsonObject[] {
  const value = entry[key];
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function wordsOf(text: JsonValue | undefined): readonly string[] {
  if (typeof text !== 'string') return [];
  return [...text.replace(/'[^']*'/g, ' ').matchAll(/[\p{L}_][\p{L}\p{N}_$]*/gu)].map(([word]) => word.toLowerCase());
}
