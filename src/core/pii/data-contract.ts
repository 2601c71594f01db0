import type { JsonObject, JsonValue } from '#core/base';
import { isJsonObject } from '#core/base';
import type { Label } from './labels.ts';
import { labelOfMeta, labelOfTags, textsAt } from './labels.ts';

/** What is said of the columns that a pattern names. */
export interface PatternLabel {
  /** `model.column` or `source.table.column`; `*` stands for any run of letters in a part. */
  readonly column: string;
  readonly label: Label;
}

/** A data contract as the repository has it. */
export interface DataContract {
  /** From the repository's root. */
  readonly path: string;
  readonly content: JsonObject;
}

/**
 * What a data contract says of columns, by the Open Data Contract Standard: `schema[].properties[]` of version 3 and
 * `dataset[].columns[]` of version 2. `classification`, tags and custom properties are read as in dbt's YAML; a column that has an
 * encrypted twin (`encryptedName`) is one that must not be read in clear. `criticalDataElement` speaks of the business and
 * is no label.
 */
export function contractLabels({ path, content }: DataContract): readonly PatternLabel[] {
  const tables = [...objectsAt(content, 'schema'), ...objectsAt(content, 'dataset')];
  return tables.flatMap((table) => {
    const name = nameOf(table, ['physicalName', 'name', 'table']);
    const properties = [...objectsAt(table, 'properties'), ...objectsAt(table, 'columns')];
    return name === null ? [] : properties.flatMap((property) => ofProperty(property, { path, table: name }));
  });
}

function ofProperty(
  property: JsonObject,
  { path, table }: { readonly path: string; readonly table: string },
): readonly PatternLabel[] {
  const column = nameOf(property, ['physicalName', 'name', 'column']);
  const label = labelOfProperty(property, `data contract ${path}`);
  return column === null || label === null ? [] : [{ column: `${table}.${column}`, label }];
}

function labelOfProperty(property: JsonObject, place: string): Label | null {
  const custom = Object.fromEntries(
    objectsAt(property, 'customProperties').flatMap(({ property: key, value }): [string, JsonValue][] =>
      typeof key === 'string' && value !== undefined ? [[key, value]] : [],
    ),
  );
  const own = labelOfMeta({ ...property, ...custom }, place) ?? labelOfTags(textsAt(property, 'tags'), place);
  if (own !== null) return own;
  const twin = nameOf(property, ['encryptedName', 'encryptedColumnName']);
  return twin === null
    ? null
    : { pii: true, types: [], sensitivity: null, source: `${place}.encryptedName`, reason: null };
}

/** The first of the keys that names something; of `database.schema.table` the last part. A star in a name is no pattern. */
function nameOf(from: JsonObject, keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = from[key];
    const name = typeof value === 'string' ? (value.trim().split('.').at(-1) ?? '') : '';
    if (name !== '' && !name.includes('*')) return name;
  }
  return null;
}

function objectsAt(from: JsonObject, key: string): readonly JsonObject[] {
  const value = from[key];
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
