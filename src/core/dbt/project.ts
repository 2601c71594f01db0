import type { JsonObject, JsonValue, Reason, UniqueId } from '#core/base';

/** One parsed manifest: what dbt knew of a project at one commit. */
export interface DbtProject {
  readonly metadata: ManifestMetadata;
  /** Every enabled entry that has a `unique_id`: nodes, sources, exposures, metrics, semantic models, … */
  readonly nodes: ReadonlyMap<UniqueId, DbtNode>;
  readonly macros: ReadonlyMap<string, DbtMacro>;
  /** `unique_id` → the entries of the manifest's `disabled` section. */
  readonly disabled: ReadonlyMap<UniqueId, readonly DbtNode[]>;
  /** Groups by name, for owners. */
  readonly groups: ReadonlyMap<string, DbtOwner>;
}

export interface ManifestMetadata {
  /** The N of `…/manifest/vN.json`. */
  readonly schemaVersion: number;
  readonly dbtVersion: string;
  readonly adapterType: string | null;
  readonly projectName: string | null;
  /** RFC 3339, as written by dbt. */
  readonly generatedAt: string | null;
  /** `DBT_ENV_CUSTOM_ENV_<NAME>` as `<NAME>`. */
  readonly env: Readonly<Record<string, string>>;
}

export type ResourceType =
  | 'model'
  | 'seed'
  | 'snapshot'
  | 'analysis'
  | 'test'
  | 'operation'
  | 'source'
  | 'exposure'
  | 'metric'
  | 'semantic_model'
  | 'saved_query'
  | 'unit_test'
  | 'function'
  | 'sql_operation'
  | 'rpc';

export interface DbtNode {
  readonly uniqueId: UniqueId;
  readonly resourceType: ResourceType;
  readonly name: string;
  readonly packageName: string;
  /** Path of the SQL, Python, CSV or YAML file from its project's root, with forward slashes. */
  readonly originalFilePath: string;
  /** Path of the properties file, without the `package://` prefix; null when there is none. */
  readonly patchPath: string | null;
  readonly fqn: readonly string[];
  readonly language: 'sql' | 'python';
  /** Jinja SQL as in the file; '' where the type has none. */
  readonly rawCode: string;
  /** Null unless dbt compiled the node. */
  readonly compiledCode: string | null;
  /** Set where dbt compiled nothing and `compiledCode`, where it is not null, is the node's Jinja as Weirkeeper renders it. */
  readonly rendered?: RenderedSql;
  /** `"database"."schema"."identifier"` as dbt rendered it; null for ephemeral models and the like. */
  readonly relationName: string | null;
  readonly database: string | null;
  readonly schema: string | null;
  /** `alias` of a node, `identifier` of a source. */
  readonly identifier: string | null;
  /** `config.materialized`: table, view, incremental, ephemeral, seed, snapshot, test, …; '' where there is none. */
  readonly materialized: string;
  /** Rendered config. */
  readonly config: JsonObject;
  readonly unrenderedConfig: JsonObject;
  readonly description: string;
  readonly columns: ReadonlyMap<string, DbtColumn>;
  readonly tags: readonly string[];
  readonly meta: JsonObject;
  readonly group: string | null;
  readonly access: 'private' | 'protected' | 'public';
  readonly version: string | null;
  readonly contractEnforced: boolean;
  /** `depends_on.nodes`, `depends_on.macros`. */
  readonly dependsOn: { readonly nodes: readonly UniqueId[]; readonly macros: readonly string[] };
  /** Of a generic test. */
  readonly test: DbtTest | null;
  /** Of an exposure. */
  readonly exposure: DbtExposure | null;
  /** The manifest's own entry, for the state comparison, which looks at fields nobody else needs. */
  readonly entry: JsonObject;
}

/** How far a node's Jinja could be rendered without dbt. */
export interface RenderedSql {
  /** Why there is no SQL at all; null where there is. */
  readonly failed: string | null;
  /** Macros, vars and the like whose part of the SQL is masked. */
  readonly masked: readonly string[];
  /** Why whole blocks were left out: tables, columns and conditions may be missing. */
  readonly gaps: readonly string[];
  /** What was taken for granted: `var x` stands for its default. */
  readonly assumed: readonly string[];
  /** What `is_incremental()` was answered; null where it was not asked. */
  readonly isIncremental: boolean | null;
}

export interface DbtColumn {
  /** As written in YAML. */
  readonly name: string;
  readonly description: string;
  readonly dataType: string | null;
  readonly meta: JsonObject;
  readonly tags: readonly string[];
  /** The column's entry, for keys that only some warehouses have (`policy_tags`, …). */
  readonly entry: JsonObject;
}

export interface DbtTest {
  /** `unique`, `not_null`, …; null for a singular test. */
  readonly name: string | null;
  readonly attachedNode: UniqueId | null;
  readonly columnName: string | null;
  readonly kwargs: JsonObject;
}

export interface DbtOwner {
  readonly name: string | null;
  readonly email: readonly string[];
}

export interface DbtExposure {
  /** dashboard, application, notebook, ml, analysis. */
  readonly type: string;
  readonly label: string;
  readonly owner: DbtOwner;
  readonly maturity: string | null;
  readonly url: string | null;
}

export interface DbtMacro {
  readonly uniqueId: string;
  readonly name: string;
  readonly packageName: string;
  readonly originalFilePath: string;
  readonly macroSql: string;
  readonly dependsOnMacros: readonly string[];
}

/** What `catalog.json` says of one relation; column names as the warehouse spells them. */
export interface CatalogRelation {
  readonly uniqueId: UniqueId;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly stats: Readonly<Record<string, JsonValue>>;
}

export type DbtCatalog = ReadonlyMap<UniqueId, CatalogRelation>;

/** One entry of `run_results.json`. */
export interface RunResult {
  readonly uniqueId: UniqueId;
  /** success, error, skipped, pass, fail, warn, runtime error, partial success, no-op, reused. */
  readonly status: string;
  readonly message: string | null;
  readonly failures: number | null;
  /** What the adapter says of the rows that the node's statement wrote: its word for the statement, and when it had ended. */
  readonly written?: { readonly code: string; readonly rows: number; readonly at: string | null };
}

export interface RunResults {
  /** build, run, test, compile, seed, …; null when dbt did not say. */
  readonly command: string | null;
  readonly generatedAt: string | null;
  readonly dbtVersion: string | null;
  readonly results: readonly RunResult[];
  /** `args` as dbt wrote them (flags, vars, select). */
  readonly args: JsonObject;
}

/** Text turned into our own type, or the reason why it could not be. */
export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: Reason };
