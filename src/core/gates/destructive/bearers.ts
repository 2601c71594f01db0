import type { JsonValue, UniqueId } from '#core/base';
import { isJsonObject, sortedBy, toUniqueId } from '#core/base';
import type { DbtMacro, DbtNode, DbtProject } from '#core/dbt';
import type { ScannedText, TextKind } from './statements.ts';
import { scanText } from './statements.ts';

/** A place of a project whose text dbt runs. */
export interface Bearer extends ScannedText {
  readonly kind: 'hook' | 'operation' | 'macro' | 'model';
  /** The same on both sides of a change. */
  readonly key: string;
  readonly uniqueId: UniqueId;
  /** `post-hook of fct_orders`, `macro purge`, `on-run-end`. */
  readonly name: string;
  readonly packageName: string;
  /** Where its text may stand, from the project's root. */
  readonly files: readonly string[];
  readonly text: string;
  /** Of a model: what its compiled SQL does that the file does not show. */
  readonly compiled: ScannedText | null;
}

/** Hooks, operations, macros and models of a project; the macros that come with dbt and its adapters are left out. */
export function bearersOf(project: DbtProject): readonly Bearer[] {
  const backslash = takesBackslash(project.metadata.adapterType);
  const nodes = sortedBy(project.nodes.values(), ({ uniqueId }) => uniqueId);
  const macros = sortedBy(project.macros.values(), ({ uniqueId }) => uniqueId);
  return [
    ...nodes.flatMap((node) => [
      ...hooksOf(node, backslash),
      ...operationOf(node, backslash),
      ...modelOf(node, backslash),
    ]),
    ...macros.filter(({ packageName }) => !isAdapterPackage(packageName)).map((macro) => macroOf(macro, backslash)),
  ];
}

const adapters =
  'postgres redshift snowflake bigquery databricks spark duckdb trino athena clickhouse sqlserver synapse fabric fabricspark mysql sqlite oracle teradata vertica dremio exasol firebolt glue materialize singlestore starrocks doris greenplum db2 impala hive risingwave maxcompute tests adapters'.split(
    ' ',
  );

/** Packages that come with dbt itself and its adapters: their macros change with an upgrade, not with a pull request. */
export function isAdapterPackage(name: string): boolean {
  return name === 'dbt' || adapters.some((adapter) => name === `dbt_${adapter}`);
}

function takesBackslash(adapter: string | null): boolean {
  return ['bigquery', 'snowflake', 'databricks', 'spark', 'mysql', 'clickhouse', 'athena', 'glue'].includes(
    adapter ?? '',
  );
}

const hookKeys = {
  'pre-hook': 'pre-hook',
  pre_hook: 'pre-hook',
  'post-hook': 'post-hook',
  post_hook: 'post-hook',
  sql_header: 'sql_header',
};

function hooksOf(node: DbtNode, backslash: boolean): readonly Bearer[] {
  const { uniqueId, name, packageName, originalFilePath, patchPath } = node;
  const files = [originalFilePath, ...(patchPath === null ? [] : [patchPath]), 'dbt_project.yml'];
  return Object.entries(hookKeys).flatMap(([key, shown]): Bearer[] => {
    const text = sqlOf(node.config[key]);
    if (text === '' || node.resourceType === 'test' || node.resourceType === 'operation') return [];
    const scanned = scanText(text, { language: 'sql', backslash, skipCalls: [] });
    const own = { uniqueId, packageName, files, text, compiled: null };
    return [{ kind: 'hook', key: `${uniqueId}:${shown}`, name: `${shown} of ${name}`, ...own, ...scanned }];
  });
}

/** A hook's SQL: text, `{sql}`, or a list of either. */
function sqlOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((one: JsonValue) => sqlOf(one)).join('\n;\n');
  if (isJsonObject(value)) return sqlOf(value['sql']);
  return '';
}

function operationOf(node: DbtNode, backslash: boolean): readonly Bearer[] {
  if (node.resourceType !== 'operation' && node.resourceType !== 'sql_operation') return [];
  const { uniqueId, name, packageName, originalFilePath, rawCode } = node;
  const when = node.tags.find((tag) => tag.startsWith('on-run-')) ?? name;
  // Operations are numbered; one more shifts the rest, so all of a package are compared as one.
  const scanned = scanText(rawCode, { language: 'sql', backslash, skipCalls: [] });
  const files = [originalFilePath, 'dbt_project.yml'];
  const key = `${packageName}:${when.startsWith('on-run-') ? when : 'operation'}`;
  return [
    { kind: 'operation', key, uniqueId, name: when, packageName, files, text: rawCode, compiled: null, ...scanned },
  ];
}

function modelOf(node: DbtNode, backslash: boolean): readonly Bearer[] {
  if (node.resourceType !== 'model' && node.resourceType !== 'snapshot') return [];
  const { uniqueId, name, packageName, originalFilePath, rawCode, compiledCode, language } = node;
  const kind: TextKind = { language, backslash, skipCalls: ['config'] };
  const compiled = compiledCode === null || language === 'python' ? null : scanText(compiledCode, kind);
  const scanned = scanText(rawCode, kind);
  const own = { uniqueId, packageName, files: [originalFilePath], text: rawCode };
  return [{ kind: 'model', key: uniqueId, name: `${node.resourceType} ${name}`, ...own, compiled, ...scanned }];
}

function macroOf({ uniqueId, name, packageName, originalFilePath, macroSql }: DbtMacro, backslash: boolean): Bearer {
  const scanned = scanText(macroSql, { language: 'sql', backslash, skipCalls: [] });
  const own = { packageName, files: [originalFilePath], text: macroSql, compiled: null };
  return { kind: 'macro', key: uniqueId, uniqueId: toUniqueId(uniqueId), name: `macro ${name}`, ...own, ...scanned };
}
