import { type JsonObject, sortedBy, type UniqueId } from '#core/base';
import type { DbtProject } from '#core/dbt';
import type { ColumnLineage, ColumnSource, NodeLineage, ProjectLineage, RowsetUse } from './lineage.ts';

const producer = 'https://github.com/weirkeeper/weirkeeper';
const specification = 'https://openlineage.io/spec';
const traced: ReadonlySet<string> = new Set(['model', 'snapshot']);
/** What `ColumnSource.functions` calls an operand that steers a value and is no part of it. */
const conditional: ReadonlySet<string> = new Set(['case when', 'filter', 'within group']);

const subtypes: Readonly<Record<RowsetUse['clause'], string>> = {
  join: 'JOIN',
  where: 'FILTER',
  having: 'FILTER',
  qualify: 'FILTER',
  group: 'GROUP_BY',
  distinct: 'GROUP_BY',
  order: 'SORT',
};

/**
 * An OpenLineage job event a model, with the column-lineage facet (version 1-2-0) on its output: values as DIRECT and INDIRECT
 * inputs of each field, what moves rows as inputs of the dataset. Event time is when the manifest was made.
 */
export function openLineageEvents(
  lineage: ProjectLineage,
  project: DbtProject,
  namespace: string,
): readonly JsonObject[] {
  const nodes = [...lineage.values()].filter((node) =>
    traced.has(project.nodes.get(node.uniqueId)?.resourceType ?? ''),
  );
  return sortedBy(nodes, (node) => node.uniqueId).map((node) => eventOf(node, project, namespace));
}

function eventOf(node: NodeLineage, project: DbtProject, namespace: string): JsonObject {
  const dataset = (uniqueId: UniqueId) => ({ namespace, name: datasetName(uniqueId, project) });
  const parents = project.nodes.get(node.uniqueId)?.dependsOn.nodes ?? [];
  const facet: JsonObject = {
    _producer: producer,
    _schemaURL: `${specification}/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet`,
    fields: Object.fromEntries(
      node.columns
        .filter(({ column, unresolved }) => column !== '*' && unresolved === null)
        .map((column) => [column.column, { inputFields: inputsOf(column, dataset) }]),
    ),
    dataset: node.rowset.map(({ uniqueId, column, clause }) => ({
      ...dataset(uniqueId),
      field: column,
      transformations: [{ type: 'INDIRECT', subtype: subtypes[clause] }],
    })),
  };
  return {
    eventTime: project.metadata.generatedAt ?? '1970-01-01T00:00:00Z',
    producer,
    schemaURL: `${specification}/2-0-2/OpenLineage.json#/$defs/JobEvent`,
    job: { namespace, name: node.uniqueId },
    inputs: parents.map(dataset),
    outputs: [{ ...dataset(node.uniqueId), facets: { columnLineage: facet } }],
  };
}

/** Each input column once, with every way in which it goes in. */
function inputsOf(
  { sources }: ColumnLineage,
  dataset: (uniqueId: UniqueId) => { readonly namespace: string; readonly name: string },
): readonly JsonObject[] {
  const inputs = new Map<string, Map<string, JsonObject>>();
  const fields = new Map<string, JsonObject>();
  for (const source of sources) {
    const key = `${source.uniqueId}\n${source.column.toLowerCase()}`;
    const way = transformationOf(source);
    fields.set(key, { ...dataset(source.uniqueId), field: source.column });
    const ways = inputs.get(key) ?? new Map<string, JsonObject>();
    inputs.set(key, ways.set(JSON.stringify(way), way));
  }
  return [...fields].map(([key, field]) => ({ ...field, transformations: [...(inputs.get(key)?.values() ?? [])] }));
}

function transformationOf({ transformation, functions }: ColumnSource): JsonObject {
  if (functions.some((name) => conditional.has(name))) return { type: 'INDIRECT', subtype: 'CONDITIONAL' };
  if (functions.some((name) => name === 'partition by' || name === 'order by'))
    return { type: 'INDIRECT', subtype: 'WINDOW' };
  if (transformation === 'identity' || transformation === 'rename') return { type: 'DIRECT', subtype: 'IDENTITY' };
  return { type: 'DIRECT', subtype: transformation === 'aggregate' ? 'AGGREGATION' : 'TRANSFORMATION' };
}

/** `database.schema.identifier`, without what is not known; the unique_id where nothing is. */
function datasetName(uniqueId: UniqueId, project: DbtProject): string {
  const node = project.nodes.get(uniqueId);
  const parts = [node?.database, node?.schema, node?.identifier ?? node?.name].filter((part) => part != null);
  return node === undefined || parts.length < 2 ? uniqueId : parts.join('.');
}
