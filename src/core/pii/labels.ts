import type { JsonObject, JsonValue } from '#core/base';
import { escapePattern, isJsonObject } from '#core/base';
import type { DbtColumn, DbtNode } from '#core/dbt';
import type { CategoryId, Sensitivity } from './category.ts';
import { toCategoryId } from './category.ts';
import { classifyColumnName } from './dictionary.ts';

/** What people said of a column or a whole model. */
export interface Label {
  /** `false` is a statement too: this is not personal data. */
  readonly pii: boolean;
  /** What they said it is, as far as it names a category. */
  readonly types: readonly CategoryId[];
  /** As stated; null when nobody stated it. */
  readonly sensitivity: Sensitivity | null;
  /** Where it was read: `config.meta.pii`, `tag pii_email`. */
  readonly source: string;
  /** Why `pii: false`, where a reason is given. */
  readonly reason: string | null;
}

/**
 * Everything said of a column where it is documented, what counts first: `config.meta`, `config.tags` (dbt 1.10 and later), then
 * `meta`, `tags`, then bindings to a policy of the warehouse.
 */
export function columnLabels(column: DbtColumn): readonly Label[] {
  const config = objectAt(column.entry, 'config');
  return [
    labelOfMeta(objectAt(config, 'meta'), 'config.meta'),
    labelOfTags(textsAt(config, 'tags'), 'config.tags'),
    labelOfMeta(column.meta, 'meta'),
    labelOfTags(column.tags, 'tag'),
    fromBindings(column.entry, config),
  ].filter((label) => label !== null);
}

/** The label of a column: the first place that says something wins. Null when none does. */
export function readColumnLabel(column: DbtColumn): Label | null {
  return columnLabels(column)[0] ?? null;
}

/** What a hook binds a column to: `alter table … modify column email set tag pii_type = 'email'`. Null when none does. */
export function hookLabel(hooks: readonly string[], column: string): Label | null {
  if (hooks.length === 0) return null;
  const name = `["\`[]?${escapePattern(column)}["\`\\]]?`;
  const tagged = new RegExp(`(?<![\\w$])${name}\\s+(?:set|apply)\\s+tags?\\s*\\(?\\s*([^)]*)`, 'i');
  const pairs = hooks.flatMap((hook) => [...(tagged.exec(hook)?.[1] ?? '').matchAll(tagPair)]);
  return labelOfTags(
    pairs.map(([, key = '', value = '']) => tagText([key.split('.').at(-1) ?? '', value])),
    'tag set by a hook',
  );
}

const tagPair = /["`']?([\w.]+)["`']?\s*=\s*'([^']*)'/g;

/** Two places that contradict each other: yes and no, or kinds with nothing in common. Null when they agree. */
export function labelConflict(labels: readonly Label[]): readonly [Label, Label] | null {
  for (const [at, first] of labels.entries()) {
    const other = labels.slice(at + 1).find((label) => contradicts(first, label));
    if (other !== undefined) return [first, other];
  }
  return null;
}

function contradicts(a: Label, b: Label): boolean {
  if (a.pii !== b.pii) return true;
  return a.types.length > 0 && b.types.length > 0 && !a.types.some((type) => b.types.includes(type));
}

/**
 * The label of a model, seed, snapshot or source as a whole (`contains_pii`); it says that some columns are personal. dbt hands
 * `+meta` and `+tags` of dbt_project.yml down into the node itself; what a source says of all its tables stands in `source_meta`.
 */
export function readNodeLabel(node: DbtNode): Label | null {
  return (
    labelOfMeta(objectAt(node.config, 'meta'), 'config.meta') ??
    labelOfMeta(node.meta, 'meta') ??
    labelOfTags(node.tags, 'tag') ??
    labelOfMeta(objectAt(node.entry, 'source_meta'), 'source_meta')
  );
}

const flagKeys = ['pii', 'contains_pii', 'is_pii', 'sensitive', 'gdpr'];
const gradeKeys = ['classification', 'data_classification', 'sensitivity'];
const typeKeys = ['pii_type', 'pii_types', 'pii_category'];

/** What an object of keys says (`pii`, `classification`, …); `place` is where it stands. Null when nothing. */
export function labelOfMeta(meta: JsonObject, place: string): Label | null {
  const types = typeKeys.flatMap((key) => typesOf(meta[key]));
  const graded = gradeKeys.map((key) => gradeOf(meta[key])).find((grade) => grade !== null) ?? null;
  const because = textAt(meta, 'pii_reason') ?? textAt(meta, 'reason');
  for (const key of flagKeys) {
    const flag = flagOf(meta[key]);
    if (flag === null) continue;
    const own = typeof meta[key] === 'string' || Array.isArray(meta[key]) ? typesOf(meta[key]) : [];
    const all = [...types, ...own];
    return { pii: flag, types: all, sensitivity: graded, source: `${place}.${key}`, reason: because };
  }
  const typed = typeKeys.find((key) => flagOf(meta[key]) === true);
  if (typed !== undefined) return labelled(`${place}.${typed}`, types, graded);
  if (flagOf(meta['phi']) === true) return labelled(`${place}.phi`, ['health'], graded);
  if (flagOf(meta['pci']) === true) return labelled(`${place}.pci`, ['fin.pan'], graded);
  if (textAt(meta, 'masking_policy') !== null) return labelled(`${place}.masking_policy`, types, graded);
  const grade = gradeKeys.find((key) => gradeOf(meta[key]) !== null);
  return grade === undefined ? null : labelled(`${place}.${grade}`, types, graded);
}

/** What tags say (`pii`, `pii_email`, `confidential`). Null when nothing. */
export function labelOfTags(tags: readonly string[], place: string): Label | null {
  for (const tag of tags) {
    const name = tag.toLowerCase().trim();
    if (/^(no|non|not)[_-]?pii$/.test(name)) {
      return { pii: false, types: [], sensitivity: null, source: `${place} ${tag}`, reason: null };
    }
    const match = /^(?:contains_)?pii(?:[_:.-](.+))?$/.exec(name);
    if (match !== null) return labelled(`${place} ${tag}`, typesOf(match[1]), null);
    if (name === 'phi') return labelled(`${place} ${tag}`, ['health'], null);
    if (name === 'pci') return labelled(`${place} ${tag}`, ['fin.pan'], null);
    if (name === 'gdpr' || name === 'sensitive' || name === 'confidential')
      return labelled(`${place} ${tag}`, [], null);
  }
  return null;
}

/** A policy bound to a column in the warehouse says as much as a label. */
function fromBindings(entry: JsonObject, config: JsonObject): Label | null {
  for (const place of [entry, config]) {
    const policyTags = place['policy_tags'];
    if (Array.isArray(policyTags) && policyTags.length > 0) return labelled('policy_tags', [], null);
    if (textAt(place, 'masking_policy') !== null || isJsonObject(place['column_mask']))
      return labelled('masking policy', [], null);
    const label = labelOfTags(Object.entries(objectAt(place, 'databricks_tags')).map(tagText), 'databricks_tags');
    if (label !== null) return label;
  }
  return null;
}

/** `pii: true` is the tag `pii`; `pii: email` and `pii_type: email` are `pii_email`; `classification: pii` is `pii`. */
function tagText([key, value]: readonly [string, JsonValue]): string {
  const text = typeof value === 'string' ? value.toLowerCase() : String(value === true);
  if (/^pii_(type|category)$/i.test(key)) return `pii_${text}`;
  if (!/^(contains_)?pii$/i.test(key)) return text;
  if (['true', 'yes', 'y', '1', ''].includes(text)) return key;
  return ['false', 'no', 'n', '0'].includes(text) ? 'no_pii' : `${key}_${text}`;
}

function labelled(source: string, types: readonly CategoryId[], sensitivity: Sensitivity | null): Label {
  return { pii: true, types, sensitivity, source, reason: null };
}

/** True, false, or null where the value says neither. A kind (`pii: email`) or an object says true. */
function flagOf(value: JsonValue | undefined): boolean | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value !== 'string') return true;
  return !/^(false|no|none|n|0|off|non[-_ ]?pii|not[-_ ]?pii|public)$/i.test(value.trim());
}

const grades: Readonly<Record<string, Sensitivity>> = {
  pii: 3,
  personal: 3,
  'personal data': 3,
  sensitive: 4,
  'sensitive personal data': 4,
  confidential: 3,
  'highly confidential': 4,
  restricted: 4,
  secret: 4,
  phi: 4,
  pci: 4,
  high: 4,
  medium: 3,
  direct_identifier: 3,
};

/** Grades that do not speak of personal data (`internal`, `public`, `low`) are no label. */
function gradeOf(value: JsonValue | undefined): Sensitivity | null {
  if (typeof value !== 'string') return null;
  const name = value.trim().toLowerCase();
  return grades[name] ?? grades[name.replace(/[-_]/g, ' ')] ?? null;
}

function typesOf(value: JsonValue | undefined): readonly CategoryId[] {
  const texts = Array.isArray(value) ? value : [value];
  return texts.flatMap((text) => {
    if (typeof text !== 'string') return [];
    const id = toCategoryId(text.trim().toLowerCase());
    const guess = id ?? classifyColumnName(text, { personTable: true, dataType: null })?.category ?? null;
    return guess === null ? [] : [guess];
  });
}

/** The object under a key; empty where there is none. */
export function objectAt(from: JsonObject, key: string): JsonObject {
  const value = from[key];
  return isJsonObject(value) ? value : {};
}

/** The texts under a key, one or a list of them. */
export function textsAt(from: JsonObject, key: string): readonly string[] {
  const value = from[key];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function textAt(from: JsonObject, key: string): string | null {
  const value = from[key];
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}
