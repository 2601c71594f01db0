import type { JsonObject, JsonValue } from '#core/base';
import { compareText, isJsonObject } from '#core/base';
import { behaves } from './engine.ts';
import type { DbtNode } from './project.ts';
import { sameUnrendered } from './same-config.ts';
import type { StateContext } from './state-context.ts';
import { ownValue, typedEqual } from './typed-equal.ts';

/**
 * Whether the code is the same, byte for byte; of a seed, its checksum. A checksum named `none` equals nothing.
 * Source: dbt `ParsedNode.same_body`, `SeedNode.same_seeds`, `FileHash.__eq__`.
 */
export function sameBody(old: DbtNode, head: DbtNode): boolean {
  if (head.resourceType !== 'seed') return old.rawCode === head.rawCode;
  const checksum = head.entry['checksum'];
  const isNone = isJsonObject(checksum) && checksum['name'] === 'none';
  return !isNone && typedEqual(old.entry['checksum'], checksum);
}

/** Whether `fqn` is the same: folders, file name and, in packages, the package. */
export function sameFqn(old: DbtNode, head: DbtNode): boolean {
  return old.fqn.length === head.fqn.length && old.fqn.every((part, i) => part === head.fqn[i]);
}

/** The keys of `relationDifferences`, in dbt's order. */
const relationKeys = ['database', 'schema', 'alias'] as const;

/**
 * Which of database, schema and alias differ; of sources which of database, schema and identifier. Nodes compare what
 * is written, never what `generate_*_name` made of it. Source: dbt `same_database_representation`.
 */
export function relationDifferences(context: StateContext, old: DbtNode, head: DbtNode): readonly string[] {
  if (head.resourceType !== 'source') return relationKeys.filter((key) => !sameSetting(context, old, head, key));
  const prefix = context.moreUnrendered && behaves(context.engine, 'unrenderedSources') ? 'unrendered_' : '';
  const keys = [`${prefix}database`, `${prefix}schema`, 'identifier'];
  return keys
    .filter((key) => !typedEqual(old.entry[key], head.entry[key]))
    .map((key) => key.replace('unrendered_', ''));
}

function sameSetting(context: StateContext, old: DbtNode, head: DbtNode, key: string): boolean {
  const before = ownValue(old.unrenderedConfig, key) ?? null;
  const after = ownValue(head.unrenderedConfig, key) ?? null;
  return (before === null && after === null) || sameUnrendered(context, old, head, key);
}

/**
 * What is persisted in the warehouse and differs: `relation`, and names of columns, ordered; empty when dbt's
 * `same_persisted_description` holds. Head's `persist_docs` alone decides.
 */
export function persistedDifferences(old: DbtNode, head: DbtNode): readonly string[] {
  const written = head.config['persist_docs'];
  const persist: JsonObject = isJsonObject(written) ? written : {};
  if (head.resourceType === 'test') return [];
  const found: string[] = [];
  if (isTruthy(persist['relation']) && old.description !== head.description) found.push('relation');
  if (!isTruthy(persist['columns'])) return found;
  const names = new Set([...old.columns.keys(), ...head.columns.keys()]);
  const differing = [...names].filter(
    (name) => old.columns.get(name)?.description !== head.columns.get(name)?.description,
  );
  return [...found, ...differing.sort(compareText).map((name) => `column ${name}`)];
}

/** Python's truth of a decoded JSON value. */
function isTruthy(value: JsonValue | undefined): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isJsonObject(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

/**
 * Which of `latest_version`, `access` and `deprecation_date` of a model differ.
 * Source: dbt `ModelNode.same_ref_representation`, since 1.6.1.
 */
export function refDifferences(context: StateContext, old: DbtNode, head: DbtNode): readonly string[] {
  if (head.resourceType !== 'model' || !behaves(context.engine, 'refRepresentation')) return [];
  const found: string[] = [];
  if (!typedEqual(old.entry['latest_version'], head.entry['latest_version'])) found.push('latest_version');
  if ((old.entry['access'] ?? 'protected') !== (head.entry['access'] ?? 'protected')) found.push('access');
  if (!sameInstant(old.entry['deprecation_date'], head.entry['deprecation_date'])) found.push('deprecation_date');
  return found;
}

function sameInstant(a: unknown, b: unknown): boolean {
  if ((a ?? null) === (b ?? null)) return true;
  return typeof a === 'string' && typeof b === 'string' && instantOf(a) === instantOf(b);
}

/** Milliseconds since 1970 of a date or time; one without a zone is taken for UTC. NaN, which equals nothing, when it is neither. */
export function instantOf(text: string): number {
  const zoned = /(?:z|[+-]\d\d:?\d\d)$/i.test(text);
  if (zoned) return Date.parse(text);
  return Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? text : `${text}Z`);
}
