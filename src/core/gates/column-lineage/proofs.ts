import { isJsonObject, type JsonObject, type JsonValue, toLine, type UniqueId } from '#core/base';
import { type AnalyzedSide, type Change, consumersFirst } from '#core/change';
import type { DbtNode } from '#core/dbt';
import { keyOf, type Loss, type VainReading } from './losses.ts';

/** Something of head that cannot do its work without the column. */
export interface Proof {
  readonly uniqueId: UniqueId;
  /** As the finding names it: `model fct`, `data test not_null_stg_amount`, `the contract of stg`. */
  readonly text: string;
}

/**
 * What of head provably breaks on a loss: metrics and semantic models whose expressions name the column, models that read it in vain,
 * enforced contracts and data tests that still ask for it, unit tests whose rows still have it. A model that cannot be built stands here once.
 */
export function proofsOf({ head }: Change, { lost }: Loss, readings: readonly VainReading[]): readonly Proof[] {
  const columns = new Map(lost.map(({ uniqueId, column }) => [uniqueId, column.toLowerCase()]));
  const keys = new Set(lost.map(keyOf));
  const models = readings.filter(({ parents, column }) =>
    parents.some((id) => keys.has(keyOf({ uniqueId: id, column }))),
  );
  const others = [...head.project.nodes.values()].flatMap((node) => proofOf(node, columns));
  const semantic = others.filter(({ uniqueId }) => uniqueId.startsWith('semantic_model.'));
  return [
    ...metricsOn(head, new Set(semantic.map(({ uniqueId }) => uniqueId)), columns),
    ...semantic,
    ...[...new Set(models.map(({ reader }) => reader))].map((uniqueId) => proof(uniqueId, 'model')),
    ...others.filter((one) => !semantic.includes(one)),
  ];
}

/** Column names by node, in lower case. */
type Lost = ReadonlyMap<UniqueId, string>;

function proofOf(node: DbtNode, lost: Lost): readonly Proof[] {
  switch (node.resourceType) {
    case 'model':
      return breaksContract(node, lost) ? [{ uniqueId: node.uniqueId, text: `the contract of ${short(node)}` }] : [];
    case 'semantic_model':
      return semanticNames(node, lost).length > 0 ? [proof(node.uniqueId, 'semantic model')] : [];
    case 'test':
      return isTested(node, lost) ? [{ uniqueId: node.uniqueId, text: `data test ${toLine(node.name, 120)}` }] : [];
    case 'unit_test':
      return isMocked(node, lost) ? [proof(node.uniqueId, 'unit test')] : [];
    default:
      return [];
  }
}

function proof(uniqueId: UniqueId, kind: string): Proof {
  return { uniqueId, text: `${kind} ${toLine(uniqueId.split('.').at(-1) ?? uniqueId, 120)}` };
}

function short({ name }: DbtNode): string {
  return toLine(name, 120);
}

function breaksContract({ uniqueId, contractEnforced, columns }: DbtNode, lost: Lost): boolean {
  const column = lost.get(uniqueId);
  return contractEnforced && column !== undefined && [...columns.values()].some(({ name }) => isName(name, column));
}

/** A generic test on the column, and the arguments of dbt's and dbt_utils' tests that name columns of a model. */
function isTested({ test, dependsOn }: DbtNode, lost: Lost): boolean {
  if (test === null || test.name === null || test.attachedNode === null) return false;
  const own = lost.get(test.attachedNode);
  const { field, combination_of_columns: combined } = test.kwargs;
  if (own !== undefined && (isName(test.columnName, own) || listed(combined).some((name) => isName(name, own))))
    return true;
  if (test.name !== 'relationships') return false;
  const target = dependsOn.nodes.find((id) => id !== test.attachedNode) ?? test.attachedNode;
  const column = lost.get(target);
  return column !== undefined && isName(field, column);
}

/** A unit test that expects the column of its model, or gives it as a parent's; rows of files are not read. */
function isMocked({ entry, dependsOn }: DbtNode, lost: Lost): boolean {
  const own = dependsOn.nodes[0];
  const expected = own === undefined ? undefined : lost.get(own);
  if (expected !== undefined && hasColumn(entry['expect'], expected)) return true;
  return listed(entry['given']).some((given) => {
    const input = isJsonObject(given) ? given['input'] : null;
    const name = typeof input === 'string' ? /^ref\(\s*['"]([^'"]+)['"]\s*\)$/.exec(input.trim())?.[1] : undefined;
    const column =
      name === undefined ? undefined : [...lost].find(([id]) => id.startsWith('model.') && id.endsWith(`.${name}`));
    return column !== undefined && hasColumn(given, column[1]);
  });
}

function hasColumn(fixture: JsonValue | undefined, column: string): boolean {
  const rows = isJsonObject(fixture) ? listed(fixture['rows']) : [];
  return rows.some((row) => isJsonObject(row) && Object.keys(row).some((name) => isName(name, column)));
}

/** Names of entities, dimensions and measures whose expression names the column. */
function semanticNames({ entry, dependsOn }: DbtNode, lost: Lost): readonly string[] {
  const column = dependsOn.nodes.map((id) => lost.get(id)).find((name) => name !== undefined);
  if (column === undefined) return [];
  const parts = ['entities', 'dimensions', 'measures'].flatMap((key) => listed(entry[key])).filter(isJsonObject);
  return parts.filter((part) => saysName(part['expr'] ?? part['name'], column)).map((part) => textOf(part['name']));
}

/** Metrics that are computed from a measure, or an older metric from a column, that is lost. */
function metricsOn({ project, children }: AnalyzedSide, semantic: ReadonlySet<UniqueId>, lost: Lost): readonly Proof[] {
  const found = new Set<UniqueId>();
  for (const id of [...semantic, ...lost.keys()]) {
    const node = project.nodes.get(id);
    const measures = node?.resourceType === 'semantic_model' ? semanticNames(node, lost) : [];
    for (const child of children.get(id) ?? []) {
      const metric = project.nodes.get(child);
      if (metric?.resourceType === 'metric' && isComputed(metric.entry, measures, lost.get(id))) found.add(child);
    }
  }
  return consumersFirst([...found]).map((uniqueId) => proof(uniqueId, 'metric'));
}

function isComputed(entry: JsonObject, measures: readonly string[], column: string | undefined): boolean {
  const params = isJsonObject(entry['type_params']) ? entry['type_params'] : {};
  const used = [params['measure'], ...listed(params['input_measures'])].map((one) =>
    textOf(isJsonObject(one) ? one['name'] : one),
  );
  if (used.some((name) => measures.includes(name))) return true;
  const said = [entry['expression'] ?? entry['sql'], entry['timestamp'], ...listed(entry['dimensions'])];
  return column !== undefined && said.some((text) => saysName(text, column));
}

/** Whether an SQL expression names the column, outside its strings. */
function saysName(expression: JsonValue | undefined, column: string): boolean {
  const text = textOf(expression)
    .replaceAll(/'(?:[^']|'')*'/g, ' ')
    .toLowerCase();
  return [...text.matchAll(/[\p{L}\p{N}_$]+(?!\s*\()/gu)].some(([word]) => word === column);
}

function isName(name: JsonValue | undefined, column: string): boolean {
  return (
    textOf(name)
      .replaceAll(/^["`[]|["`\]]$/g, '')
      .toLowerCase() === column
  );
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function listed(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}
