import { toUniqueId, type UniqueId } from '../../src/core/base/index.ts';
import type { CatalogRelation, DbtCatalog, DbtColumn, DbtNode, DbtProject } from '../../src/core/dbt/index.ts';

/** What a test says of a node; the rest is filled in. */
export interface ANode extends Partial<Omit<DbtNode, 'uniqueId' | 'columns' | 'dependsOn'>> {
  /** Names of the columns in the YAML. */
  readonly columns?: readonly string[];
  /** unique_ids, or names of models. */
  readonly parents?: readonly string[];
}

export interface AProject {
  readonly adapter?: string;
  /** Models by name; a text is their compiled SQL. */
  readonly models?: Readonly<Record<string, string | ANode>>;
  /** Nodes of other types by unique_id. */
  readonly others?: Readonly<Record<string, ANode>>;
}

/** unique_id of a model, or of a node whose unique_id is given in full. */
export function id(name: string): UniqueId {
  return toUniqueId(name.includes('.') ? name : `model.shop.${name}`);
}

/** A dbt project of package `shop`, every relation in `"db"."main"`. */
export function aProject({ adapter = 'postgres', models = {}, others = {} }: AProject): DbtProject {
  const nodes = [
    ...Object.entries(models).map(([name, node]) =>
      aNode(name, typeof node === 'string' ? { compiledCode: node } : node),
    ),
    ...Object.entries(others).map(([uniqueId, node]) => aNode(uniqueId, node)),
  ];
  return {
    metadata: {
      schemaVersion: 12,
      dbtVersion: '1.10.0',
      adapterType: adapter,
      projectName: 'shop',
      generatedAt: null,
      env: {},
    },
    nodes: new Map(nodes.map((node) => [node.uniqueId, node])),
    macros: new Map(),
    disabled: new Map(),
    groups: new Map(),
  };
}

function aNode(name: string, node: ANode): DbtNode {
  const { columns = [], parents = [], ...given } = node;
  const uniqueId = id(name);
  const [resourceType = 'model'] = uniqueId.split('.');
  const identifier = uniqueId.split('.').at(-1) ?? name;
  const relation =
    given.materialized === 'ephemeral' || !['model', 'seed', 'snapshot', 'source'].includes(resourceType);
  return {
    uniqueId,
    resourceType: resourceType as DbtNode['resourceType'],
    name: identifier,
    packageName: 'shop',
    originalFilePath: `models/${identifier}.sql`,
    patchPath: null,
    fqn: ['shop', identifier],
    language: 'sql',
    rawCode: given.compiledCode ?? '',
    compiledCode: null,
    relationName: relation ? null : `"db"."main"."${identifier}"`,
    database: 'db',
    schema: 'main',
    identifier,
    materialized: 'view',
    config: {},
    unrenderedConfig: {},
    description: '',
    columns: new Map(columns.map((column) => [column, aColumn(column)])),
    tags: [],
    meta: {},
    group: null,
    access: 'protected',
    version: null,
    contractEnforced: false,
    dependsOn: { nodes: parents.map(id), macros: [] },
    test: null,
    exposure: null,
    entry: {},
    ...given,
  };
}

function aColumn(name: string): DbtColumn {
  return { name, description: '', dataType: null, meta: {}, tags: [], entry: {} };
}

/** A catalog: `{ 'source.shop.raw.orders': ['id integer', 'amount numeric'] }`; the type may be left out. */
export function aCatalog(relations: Readonly<Record<string, readonly string[]>>): DbtCatalog {
  return new Map(
    Object.entries(relations).map(([name, columns]): [UniqueId, CatalogRelation] => [
      id(name),
      {
        uniqueId: id(name),
        columns: columns.map((column) => {
          const [first = '', ...type] = column.split(' ');
          return { name: first, type: type.join(' ') };
        }),
        stats: {},
      },
    ]),
  );
}
