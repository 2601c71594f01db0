import type { Change } from '#core/change';
import { changedStatements, withTrees } from '#core/change';
import type { DbtProject } from '#core/dbt';
import { compareModels, rules } from '#core/rules';
import { changeOf } from './changes.ts';
import type { Json } from './manifests.ts';
import { aManifest, byId, toProject } from './manifests.ts';
import { reader } from './read-sql.ts';

/** A project on DuckDB of these nodes and sources. */
export function shopOf(...entries: readonly Json[]): DbtProject {
  const isSource = (entry: Json): boolean => entry['resource_type'] === 'source';
  const sections = Map.groupBy(entries, (entry) => sectionOf(String(entry['resource_type'])));
  return toProject(
    aManifest({
      ...Object.fromEntries([...sections].map(([section, ones]) => [section, byId(...ones)])),
      sources: byId(...entries.filter(isSource)),
    }),
  );
}

function sectionOf(type: string): string {
  return (
    {
      metric: 'metrics',
      semantic_model: 'semantic_models',
      source: 'sources',
      exposure: 'exposures',
      unit_test: 'unit_tests',
    }[type] ?? 'nodes'
  );
}

/** What one rule says of a change: message id, its sentence, when it matters. */
export function toldBy(
  ruleId: string,
  change: Change,
): readonly { readonly id: string; readonly text: string; readonly matters: string; readonly severity: string }[] {
  const rule = rules.find(({ id }) => id === ruleId);
  if (rule === undefined) throw new TypeError(`no rule ${ruleId}`);
  return rule.find(compareModels(change).input).map((finding) => ({
    id: finding.messageId,
    text: (rule.messages[finding.messageId] ?? '').replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      String(finding.data[name]),
    ),
    matters: finding.matters,
    severity: finding.severity ?? rule.severity,
  }));
}

/** The same of two projects whose SQL is not read. */
export function told(ruleId: string, base: readonly Json[], head: readonly Json[], parts: Partial<Change> = {}) {
  return toldBy(ruleId, changeOf(shopOf(...base), shopOf(...head), parts));
}

/** A change whose SQL the real engine reads; close `reader` afterwards. */
export async function readChange(base: DbtProject, head: DbtProject, parts: Partial<Change> = {}): Promise<Change> {
  const change = changeOf(base, head, parts);
  return withTrees(change, await reader.read(changedStatements(change)));
}

/** A generic test of `m`, with its arguments. */
export function aTest(name: string, kwargs: Json = {}, parts: Json = {}): Json {
  const column = kwargs['column_name'] ?? null;
  const id = `${name}_${String(column)}_${JSON.stringify(kwargs).length}`;
  return {
    unique_id: `test.shop.${id}`,
    resource_type: 'test',
    name: id,
    package_name: 'shop',
    original_file_path: 'models/schema.yml',
    raw_code: '',
    config: { severity: 'ERROR', where: null, limit: null, warn_if: '!= 0', error_if: '!= 0', ...parts['config'] },
    unrendered_config: parts['config'] ?? {},
    test_metadata: { name, kwargs, namespace: null },
    attached_node: 'model.shop.m',
    column_name: column,
    depends_on: { nodes: ['model.shop.m'], macros: [] },
    columns: {},
    ...Object.fromEntries(Object.entries(parts).filter(([key]) => key !== 'config')),
  };
}
