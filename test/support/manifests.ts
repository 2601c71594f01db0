// Manifests made by hand, and the committed ones that real dbt wrote.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { DbtProject, Parsed } from '#core/dbt';
import { parseManifest } from '#core/dbt';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- specs reach into JSON of every shape
export type Json = Record<string, any>;

/** The least that dbt's v12 writes, with `parts` over it. */
export function aManifest(parts: Json = {}): Json {
  return {
    metadata: {
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
      dbt_version: '1.12.0',
      adapter_type: 'duckdb',
      project_name: 'shop',
      generated_at: '2026-03-01T10:00:00Z',
      ...parts['metadata'],
    },
    nodes: {},
    sources: {},
    macros: {},
    exposures: {},
    disabled: {},
    groups: {},
    ...Object.fromEntries(Object.entries(parts).filter(([key]) => key !== 'metadata')),
  };
}

/** A model's entry; `name` also makes its id. */
export function aModel(name: string, parts: Json = {}): Json {
  return {
    unique_id: `model.shop.${name}`,
    resource_type: 'model',
    name,
    package_name: 'shop',
    original_file_path: `models/${name}.sql`,
    patch_path: 'shop://models/schema.yml',
    fqn: ['shop', name],
    raw_code: `select 1 as ${name}`,
    relation_name: `"db"."main"."${name}"`,
    database: 'db',
    schema: 'main',
    alias: name,
    config: { materialized: 'table' },
    unrendered_config: {},
    columns: {},
    depends_on: { nodes: [], macros: [] },
    ...parts,
  };
}

/** `entries` by their `unique_id`. */
export function byId(...entries: readonly Json[]): Json {
  return Object.fromEntries(entries.map((entry) => [entry['unique_id'], entry]));
}

/** The project of a manifest object that must be good. */
export function toProject(manifest: Json): DbtProject {
  return valueOf(parseManifest(JSON.stringify(manifest), 'manifest.json'));
}

/** A project of models alone. */
export function aProject(...models: readonly Json[]): DbtProject {
  return toProject(aManifest({ nodes: byId(...models) }));
}

export function valueOf<Value>(parsed: Parsed<Value>): Value {
  if (!parsed.ok) throw new TypeError(parsed.reason.text);
  return parsed.value;
}

export interface StateFixture {
  readonly dbt: string;
  readonly base: Json;
  readonly cases: ReadonlyMap<
    string,
    { readonly head: Json; readonly selected: Readonly<Record<string, readonly string[]>> }
  >;
}

/** The manifests and answers of `test/fixtures/state`, heads put together again. */
export function readStateFixture(minor: string): StateFixture {
  const path = join(import.meta.dirname, `../fixtures/state/${minor}.json.gz`);
  const { dbt, base, cases } = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')) as Json;
  const whole = Object.entries(cases as Json).map(
    ([name, { head, selected }]) => [name, { head: patched(base, head), selected }] as const,
  );
  return { dbt, base, cases: new Map(whole) };
}

function patched(base: Json, difference: Json): Json {
  const head: Json = { ...base };
  for (const [section, changed] of Object.entries(difference)) {
    const isMap = typeof changed === 'object' && changed !== null && !Array.isArray(changed);
    const entries = isMap ? Object.entries({ ...base[section], ...changed }).filter(([, entry]) => entry !== null) : [];
    head[section] = isMap ? Object.fromEntries(entries) : changed;
  }
  return head;
}
