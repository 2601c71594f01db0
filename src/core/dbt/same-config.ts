import type { JsonValue } from '#core/base';
import { compareText, jsonEqual } from '#core/base';
import { behaves } from './behaviours.ts';
import type { ConfigKeywords } from './config-call.ts';
import { configKeywords } from './config-call.ts';
import type { DbtNode } from './project.ts';
import { settledDifferences } from './settled-config.ts';
import type { StateContext } from './state-context.ts';
import { parsedTypes } from './state-context.ts';
import { ownValue, typedEqual } from './typed-equal.ts';

/** They belong to the relation, or dbt leaves them out (`CompareBehavior.Exclude`). */
const ignoredForNodes: ReadonlySet<string> = new Set(['alias', 'schema', 'database', 'tags', 'group']);
const ignoredForMetrics: ReadonlySet<string> = new Set(['group']);
const ignoredForOthers: ReadonlySet<string> = new Set();

/** The keys that `TestConfig.same_contents` looks at, in every version. */
const testKeys = ['severity', 'where', 'limit', 'fail_calc', 'warn_if', 'error_if', 'store_failures'] as const;

/** `depends_on.macros` of tests whose config dbt does not rewrite. */
const builtInTests: ReadonlySet<string> = new Set(['macro.dbt.test_not_null', 'macro.dbt.test_unique']);

/**
 * Config keys by which `head` differs from `old`, ordered; empty when dbt's `same_config` holds. Of semantic models and
 * saved queries the rendered config counts, of everything else `unrendered_config`.
 * Source: dbt-common `BaseConfig.same_contents`; dbt `TestConfig.same_contents`. Of dbt 2: `settledDifferences`.
 */
export function configDifferences(context: StateContext, old: DbtNode, head: DbtNode): readonly string[] {
  if (behaves(context.engine, 'renderedConfigSettles')) return settledDifferences(context, old, head);
  switch (head.resourceType) {
    case 'unit_test':
      return [];
    case 'semantic_model':
    case 'saved_query':
      return keysOfBoth(old.config, head.config).filter(
        (key) => !typedEqual(ownValue(old.config, key), ownValue(head.config, key)),
      );
    default: {
      const rewritten = rewrittenKeywords(context, old);
      const keys = keysToCompare(context, { old, head, rewritten });
      return keys.filter((key) => !sameValue({ old, head, rewritten }, key));
    }
  }
}

/** Whether `unrendered_config[key]` is the same; a missing key and null differ. */
export function sameUnrendered(context: StateContext, old: DbtNode, head: DbtNode, key: string): boolean {
  return sameValue({ old, head, rewritten: rewrittenKeywords(context, old) }, key);
}

interface Pair {
  readonly old: DbtNode;
  readonly head: DbtNode;
  readonly rewritten: ConfigKeywords | null;
}

function sameValue({ old, head, rewritten }: Pair, key: string): boolean {
  const before = ownValue(old.unrenderedConfig, key);
  const after = ownValue(head.unrenderedConfig, key);
  const source = rewritten?.get(key);
  if (source === undefined) return jsonEqual(before, after);
  // dbt turns the base's value into source text, and head's static parser may have kept a typed value: those differ.
  if (typeof after !== 'string') return false;
  const headSource = configKeywords(head.rawCode).get(key);
  return headSource === undefined ? jsonEqual(before, after) : foldSpace(source) === foldSpace(headSource);
}

/**
 * The in-file keywords whose values dbt rewrites in the base; null when it does not.
 * Source: dbt `artifacts/schemas/upgrades/upgrade_manifest_dbt_version.py`.
 */
function rewrittenKeywords(context: StateContext, old: DbtNode): ConfigKeywords | null {
  if (!context.upgradesBaseConfig || old.rawCode === '' || old.resourceType === 'function') return null;
  if (!parsedTypes.has(old.resourceType) || Object.keys(old.unrenderedConfig).length === 0) return null;
  const [macro, ...more] = old.dependsOn.macros;
  if (old.resourceType === 'test' && more.length === 0 && macro !== undefined && builtInTests.has(macro)) return null;
  return configKeywords(old.rawCode);
}

function keysToCompare(context: StateContext, { old, head, rewritten }: Pair): readonly string[] {
  if (head.resourceType === 'test') {
    const later = [
      ...(behaves(context.engine, 'testStoreFailuresAs') ? ['store_failures_as'] : []),
      ...(behaves(context.engine, 'testSqlHeader') ? ['sql_header'] : []),
    ];
    return [...testKeys, ...later];
  }
  const ignored = ignoredKeys(context, head);
  const keys = new Set(keysOfBoth(old.unrenderedConfig, head.unrenderedConfig));
  for (const key of rewritten?.keys() ?? []) keys.add(key);
  return [...keys].filter((key) => !ignored.has(key)).sort(compareText);
}

function ignoredKeys(context: StateContext, head: DbtNode): ReadonlySet<string> {
  if (parsedTypes.has(head.resourceType)) return ignoredForNodes;
  return head.resourceType === 'metric' && behaves(context.engine, 'metricGroupExcluded')
    ? ignoredForMetrics
    : ignoredForOthers;
}

function keysOfBoth(
  a: { readonly [key: string]: JsonValue },
  b: { readonly [key: string]: JsonValue },
): readonly string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort(compareText);
}

function foldSpace(text: string): string {
  return text.replaceAll(/\s+/g, '');
}
