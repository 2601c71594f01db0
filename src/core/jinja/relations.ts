import type { DbtNode } from '#core/dbt';
import type { Given } from './methods.ts';
import type { State } from './state.ts';
import { type RelationValue, textOf, unknown, type Value } from './value.ts';

const backTicks: ReadonlySet<string> = new Set([
  'bigquery',
  'spark',
  'databricks',
  'mysql',
  'mariadb',
  'starrocks',
  'doris',
]);

/** A name as an adapter quotes it. */
export function quotedName(name: string, adapter: string | null): string {
  return backTicks.has(adapter ?? '') ? `\`${name}\`` : `"${name}"`;
}

/** The relation of a node, as dbt writes it into SQL. Of an ephemeral model, the name of its CTE. */
export function relationOf(node: DbtNode, adapter: string | null): RelationValue {
  const identifier = node.identifier ?? node.name;
  if (node.materialized === 'ephemeral') return { kind: 'relation', node, text: `__dbt__cte__${node.name}` };
  const parts = [node.database, node.schema, identifier].filter((part) => part !== null && part !== '');
  const built = parts.map((part) => quotedName(part ?? '', adapter)).join('.');
  return { kind: 'relation', node, text: node.relationName ?? built };
}

/** `ref('model')`, `ref('package', 'model')`, `ref('model', v=2)`: of the nodes that dbt says this one depends on. */
export function ref({ positional, named }: Given, state: State): Value {
  const texts = positional.map(textOf);
  const [first, second] = texts;
  if (first == null || second === null || texts.length > 2) return unknown('ref');
  const name = second ?? first;
  const version = named.get('v') ?? named.get('version');
  const wanted = version === undefined ? null : textOf(version);
  const found = parentsOf(state).filter(
    (node) =>
      node.name === name &&
      ['model', 'seed', 'snapshot'].includes(node.resourceType) &&
      (second === undefined || node.packageName === first) &&
      (wanted === null || node.version === wanted),
  );
  const own = found.filter(({ packageName }) => packageName === state.node.packageName);
  return onlyOf(own.length > 0 ? own : found, `ref ${name}`, state);
}

/** `source('source', 'table')`, of the sources that dbt says the node depends on. */
export function source({ positional }: Given, state: State): Value {
  const [name, table] = positional.map(textOf);
  if (name == null || table == null) return unknown('source');
  const found = parentsOf(state).filter(
    (node) => node.resourceType === 'source' && node.name === table && node.entry['source_name'] === name,
  );
  return onlyOf(found, `source ${name}.${table}`, state);
}

/** The nodes that dbt found the node to depend on when it was parsed. */
function parentsOf({ node, project }: State): readonly DbtNode[] {
  return node.dependsOn.nodes.flatMap((id) => project.nodes.get(id) ?? []);
}

function onlyOf([only, ...others]: readonly DbtNode[], label: string, state: State): Value {
  if (only === undefined || others.length > 0) return unknown(label);
  state.relations.add(only.uniqueId);
  return relationOf(only, state.project.metadata.adapterType);
}
