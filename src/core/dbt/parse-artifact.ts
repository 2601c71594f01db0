import type { JsonObject, JsonValue } from '#core/base';
import { isJsonObject, reason } from '#core/base';
import { findJsonFault, nestingOf, withoutNonFinite } from './json-fault.ts';
import type { Parsed } from './project.ts';

/** dbt nests a dozen levels at most; a text far beyond that was not written by dbt. */
const deepestAllowed = 200;

/** Text of a dbt artifact into its JSON object. `name` is the file's name for the reader. */
export function parseArtifact(text: string, name: string): Parsed<JsonObject> {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (json.trim() === '') return refuse('artifact-empty', `${name} is empty`, uploadAgain(name));
  if (nestingOf(json) > deepestAllowed) {
    return refuse(
      'artifact-too-deep',
      `${name} nests deeper than ${deepestAllowed} levels`,
      `upload the ${name} that dbt wrote`,
    );
  }
  const value = decode(json) ?? decode(withoutNonFinite(json));
  if (value === undefined) return notJson(json, name);
  if (!isJsonObject(value)) {
    return refuse(
      'artifact-not-an-object',
      `${name} holds JSON, but not an object`,
      `upload the ${name} that dbt wrote`,
    );
  }
  return { ok: true, value };
}

/** Says no, with the reason. */
export function refuse(
  code: string,
  text: string,
  remedy: string,
): { readonly ok: false; readonly reason: ReturnType<typeof reason> } {
  return { ok: false, reason: reason(code, text, remedy) };
}

/** The N of `…/<kind>/vN.json`, or why the object is not that kind of artifact. */
export function schemaVersionOf(artifact: JsonObject, kind: string, name: string): Parsed<number> {
  const metadata = artifact['metadata'];
  const url = isJsonObject(metadata) ? metadata['dbt_schema_version'] : undefined;
  if (typeof url !== 'string') {
    return refuse(
      `not-a-${kind}`,
      `${name} is not a dbt ${kind}: metadata.dbt_schema_version is missing`,
      `upload the file that dbt wrote to target/${fileOf(kind)}`,
    );
  }
  const found = /\/([a-z-]+)\/v(\d{1,4})(?:\.json)?$/.exec(url);
  if (found?.[1] !== kind) {
    const what = found?.[1] === undefined ? `says ${JSON.stringify(url.slice(0, 80))}` : `is a dbt ${found[1]}`;
    return refuse(
      `not-a-${kind}`,
      `${name} is not a dbt ${kind}: metadata.dbt_schema_version ${what}`,
      `upload the file that dbt wrote to target/${fileOf(kind)}`,
    );
  }
  return { ok: true, value: Number(found[2]) };
}

function fileOf(kind: string): string {
  return `${kind.replaceAll('-', '_')}.json`;
}

function decode(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function notJson(text: string, name: string): Parsed<JsonObject> {
  const fault = findJsonFault(text) ?? { offset: 0, ended: false };
  const place = placeOf(text, fault.offset);
  if (fault.ended) return refuse('artifact-truncated', `${name} ends in the middle, at ${place}`, uploadAgain(name));
  const found = JSON.stringify(text.slice(fault.offset, fault.offset + 12));
  return refuse(
    'artifact-not-json',
    `${name} is not JSON: unexpected ${found} at ${place}`,
    `upload the ${name} that dbt wrote, unchanged`,
  );
}

function uploadAgain(name: string): string {
  return `upload ${name} after dbt has ended, and check that the disk was not full`;
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `line ${line}, column ${offset - before.lastIndexOf('\n')}`;
}
