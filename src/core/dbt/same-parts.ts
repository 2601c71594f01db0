import type { JsonObject, JsonValue } from '#core/base';
import { compareText, isJsonObject, jsonEqual } from '#core/base';
import { behaves } from './behaviours.ts';
import type { DbtNode, ResourceType } from './project.ts';
import { sameUnrendered } from './same-config.ts';
import type { StateContext } from './state-context.ts';
import { ownValue, typedEqual } from './typed-equal.ts';

/** Types whose code dbt 2 compares as text; of the others it compares the checksum. */
const folded: ReadonlySet<ResourceType> = new Set<ResourceType>(['model', 'snapshot', 'analysis', 'function']);

/**
 * Whether the code is the same, byte for byte; of a seed, its checksum.
 * Source: dbt `ParsedNode.same_body`, `SeedNode.same_seeds`; dbt 2 `has_same_body`, `recalculate_checksum`.
 */
export function sameBody({ engine }: StateContext, old: DbtNode, head: DbtNode): boolean {
  if (!behaves(engine, 'foldedCode'))
    return head.resourceType === 'seed' ? sameChecksum(old, head) : old.rawCode === head.rawCode;
  const isText = folded.has(head.resourceType) && head.language === 'sql';
  return isText
    ? foldCode(old.rawCode) === foldCode(head.rawCode)
    : typedEqual(old.entry['checksum'], head.entry['checksum']);
}

/** Whether a file's checksum is the same. One named `none` equals nothing. Source: dbt `FileHash.__eq__`. */
export function sameChecksum(old: DbtNode, head: DbtNode): boolean {
  const checksum = head.entry['checksum'];
  const isNone = isJsonObject(checksum) && checksum['name'] === 'none';
  return !isNone && typedEqual(old.entry['checksum'], checksum);
}

/** The Rust engine keeps a snapshot's block tags in its code, the Python one does not. */
function foldCode(code: string): string {
  return code
    .replaceAll(/\{%-?\s*(?:snapshot\s+\w+|endsnapshot)\s*-?%\}/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

const prefixed: ReadonlySet<ResourceType> = new Set<ResourceType>(['model', 'seed', 'snapshot']);

/** Whether `fqn` is the same: folders, file name and, in packages, the package. */
export function sameFqn({ engine }: StateContext, old: DbtNode, head: DbtNode): boolean {
  const isPrefix = behaves(engine, 'fqnPrefix') && prefixed.has(head.resourceType);
  const length = isPrefix ? Math.min(old.fqn.length, head.fqn.length) : Math.max(old.fqn.length, head.fqn.length);
  for (let at = 0; at < length; at++) if (old.fqn[at] !== head.fqn[at]) return false;
  return true;
}

/** The keys of `relationDifferences`, in dbt's order. */
const relationKeys = ['database', 'schema', 'alias'] as const;

/**
 * Which of database, schema and alias differ; of sources which of database, schema and identifier. Nodes compare what
 * is written, never what `generate_*_name` made of it. Source: dbt `same_database_representation`.
 */
export function relationDifferences(context: StateContext, old: DbtNode, head: DbtNode): readonly string[] {
  if (head.resourceType !== 'source') return relationKeys.filter((key) => !sameSetting(context, old, head, key));
  if (behaves(context.engine, 'unionOfParts')) return movedParts(old, head);
  const prefix = context.moreUnrendered && behaves(context.engine, 'unrenderedSources') ? 'unrendered_' : '';
  const keys = [`${prefix}database`, `${prefix}schema`, 'identifier'];
  return keys
    .filter((key) => !typedEqual(old.entry[key], head.entry[key]))
    .map((key) => key.replace('unrendered_', ''));
}

/** Of a source for dbt 2: as it is written where both sides say so, else as it was rendered. */
function movedParts(old: DbtNode, head: DbtNode): readonly string[] {
  const keys = ['database', 'schema'];
  const isWritten = [old, head].every(({ entry }) => keys.every((key) => entry[`unrendered_${key}`] != null));
  return isWritten
    ? keys.filter((key) => !typedEqual(old.entry[`unrendered_${key}`], head.entry[`unrendered_${key}`]))
    : [...keys, 'identifier'].filter((key) => !typedEqual(old.entry[key], head.entry[key]));
}

function sameSetting(context: StateContext, old: DbtNode, head: DbtNode, key: string): boolean {
  const before = ownValue(old.unrenderedConfig, key) ?? null;
  const after = ownValue(head.unrenderedConfig, key) ?? null;
  if (behaves(context.engine, 'unionOfParts')) {
    if (jsonEqual(before, after)) return true;
    // A test may be given the alias that it would have been given anyway.
    const isGenerated = [before ?? old.identifier, after ?? head.identifier].every(
      (alias) => alias === head.identifier,
    );
    return head.resourceType === 'test' && key === 'alias' && isGenerated;
  }
  return (before === null && after === null) || sameUnrendered(context, old, head, key);
}

/**
 * What is persisted in the warehouse and differs: `relation`, and names of columns, ordered; empty when dbt's
 * `same_persisted_description` holds. Head's `persist_docs` alone decides.
 */
export function persistedDifferences({ engine }: StateContext, old: DbtNode, head: DbtNode): readonly string[] {
  const written = head.config['persist_docs'];
  const persist: JsonObject = isJsonObject(written) ? written : {};
  if (head.resourceType === 'test') return [];
  const isFolded = behaves(engine, 'foldedDescriptions');
  const fold = (text: string | undefined): string | undefined => (isFolded ? foldDescription(text ?? '') : text);
  const found: string[] = [];
  if (isTruthy(persist['relation']) && fold(old.description) !== fold(head.description)) found.push('relation');
  if (!isTruthy(persist['columns'])) return found;
  const names = new Set([...old.columns.keys(), ...head.columns.keys()]);
  const differing = [...names].filter(
    (name) => fold(old.columns.get(name)?.description) !== fold(head.columns.get(name)?.description),
  );
  return [...found, ...differing.sort(compareText).map((name) => `column ${name}`)];
}

function foldDescription(text: string): string {
  return text
    .replaceAll(/[\u201C\u201D]/g, '"')
    .replaceAll(/[\u2018\u2019]/g, "'")
    .replaceAll(/\s+/g, '');
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
export function refDifferences({ engine }: StateContext, old: DbtNode, head: DbtNode): readonly string[] {
  if (head.resourceType !== 'model' || !behaves(engine, 'refRepresentation')) return [];
  const isLoose = behaves(engine, 'looseVersions');
  const found: string[] = [];
  const [was, is] = [old, head].map(({ entry }) => spelled(entry['latest_version'], isLoose));
  if (!typedEqual(was, is)) found.push('latest_version');
  if ((old.entry['access'] ?? 'protected') !== (head.entry['access'] ?? 'protected')) found.push('access');
  if (!sameDate(old.entry['deprecation_date'], head.entry['deprecation_date'], isLoose)) found.push('deprecation_date');
  return found;
}

/** A number as its text, where both are one version. */
function spelled(version: JsonValue | undefined, isLoose: boolean): JsonValue | undefined {
  return isLoose && typeof version === 'number' ? String(version) : version;
}

function sameDate(a: unknown, b: unknown, isLoose: boolean): boolean {
  if ((a ?? null) === (b ?? null)) return true;
  if (typeof a !== 'string' || typeof b !== 'string') return false;
  return (
    instantOf(a) === instantOf(b) || (isLoose && instantOf(a.replace(zone, '')) === instantOf(b.replace(zone, '')))
  );
}

const zone = /(?:z|[+-]\d\d:?\d\d)$/i;

/** Milliseconds since 1970 of a date or time; one without a zone is taken for UTC. NaN, which equals nothing, when it is neither. */
export function instantOf(text: string): number {
  if (zone.test(text)) return Date.parse(text);
  return Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? text : `${text}Z`);
}
