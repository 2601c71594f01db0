import type { JsonObject } from '#core/base';
import { isJsonObject } from '#core/base';
import {
  type ArtifactSource,
  costOf,
  decodeJson,
  findTextFault,
  type MemoryLimit,
  refuse,
  refuseCost,
  refuseFault,
  standardMemory,
  walkOf,
} from './artifact-text.ts';
import { countOpened, fail, skipSpace, skipValue } from './json-bytes.ts';
import type { Parsed } from './project.ts';

/** A dbt artifact into its JSON object. `name` is the file's name for the reader. */
export function parseArtifact(
  source: ArtifactSource,
  name: string,
  limit: MemoryLimit = standardMemory,
): Parsed<JsonObject> {
  const { walk, start } = walkOf(source);
  const at = skipSpace(walk, start);
  const end = skipValue(walk, at, 0);
  const after = end === -1 ? -1 : skipSpace(walk, end);
  if (after !== -1 && after < walk.bytes.length) fail(walk, after);
  if (walk.fault !== null) return refuseFault(walk, walk.fault, start, name);
  if (costOf(end - at, countOpened(walk.bytes, at, end)) > limit.bytes) return refuseCost(limit, name);
  const value = decodeJson(walk.bytes.toString('utf8', at, end));
  if (value === undefined)
    return refuseFault(walk, findTextFault(walk, at, end) ?? { offset: at, kind: 'not-json' }, start, name);
  return isJsonObject(value) ? { ok: true, value } : refuseNoObject(name);
}

/** Why an artifact that is JSON is still none. */
export function refuseNoObject(name: string): Parsed<never> {
  return refuse('artifact-not-an-object', `${name} holds JSON, but not an object`, `upload the ${name} that dbt wrote`);
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
