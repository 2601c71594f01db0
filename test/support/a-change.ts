import type { JsonObject, Reason, UniqueId } from '#core/base';
import { compareText, toSha, toUniqueId } from '#core/base';
import type { AnalyzedSide, Change, ChangedFile, ModifiedNode, PullRequest } from '#core/change';
import type { DbtColumn, DbtMacro, DbtNode, DbtProject, ResourceType } from '#core/dbt';
import type { ColumnLineage, ColumnSource, NodeLineage, RowsetUse, Transformation } from '#core/lineage';

/** What a test says of a column in YAML. */
export interface ColumnWords {
  readonly meta?: JsonObject;
  readonly configMeta?: JsonObject;
  readonly tags?: readonly string[];
  readonly dataType?: string;
  readonly entry?: JsonObject;
}

/** A node with its lineage, as a test says it. */
export interface NodeWords {
  readonly columns?: Readonly<Record<string, ColumnWords>>;
  /** Column → where it comes from. Columns of sources and seeds have none. */
  readonly lineage?: Readonly<Record<string, readonly ColumnSource[] | Reason>>;
  readonly logic?: Readonly<Record<string, string>>;
  readonly rowset?: readonly RowsetUse[];
  readonly unresolved?: Reason;
  /** False where a star could not be expanded. */
  readonly complete?: boolean;
  readonly access?: DbtNode['access'];
  readonly config?: JsonObject;
  readonly materialized?: string;
  readonly meta?: JsonObject;
  readonly tags?: readonly string[];
  readonly raw?: string;
  readonly compiled?: string;
  readonly language?: 'sql' | 'python';
  /** Names of nodes, besides those of the lineage. */
  readonly reads?: readonly string[];
  readonly relation?: string | null;
  readonly packageName?: string;
}

export interface NodeOfTest {
  readonly node: DbtNode;
  readonly lineage: NodeLineage | null;
}

/** `stg_orders` → `model.shop.stg_orders`; a name with dots is taken as it stands, with its type before it. */
export function id(name: string): UniqueId {
  return toUniqueId(name.includes('.') ? name : `model.shop.${name}`);
}

/** A source column, for `lineage`: `from('stg_orders.id', 'rename')`. */
export function from(place: string, transformation: Transformation = 'identity', ...functions: string[]): ColumnSource {
  const at = place.lastIndexOf('.');
  return { uniqueId: id(place.slice(0, at)), column: place.slice(at + 1), transformation, functions };
}

export function aModel(name: string, words: NodeWords = {}): NodeOfTest {
  return aNode('model', id(name), name, words);
}

/** A source table: `aSource('crm.customers', …)` is `source.shop.crm.customers`. */
export function aSource(name: string, words: NodeWords = {}): NodeOfTest {
  return aNode('source', toUniqueId(`source.shop.${name}`), name.split('.').at(-1) ?? name, words);
}

export function aSeed(name: string, words: NodeWords = {}): NodeOfTest {
  return aNode('seed', toUniqueId(`seed.shop.${name}`), name, { materialized: 'seed', ...words });
}

export function anOperation(name: string, raw: string): NodeOfTest {
  const tags = [name.replace(/^shop-/, '').replace(/-\d+$/, '')];
  return { ...aNode('operation', toUniqueId(`operation.shop.${name}`), name, { raw, tags }), lineage: null };
}

export function anExposure(
  name: string,
  reads: readonly string[],
  words: NodeWords & { label?: string } = {},
): NodeOfTest {
  const { node } = aNode('exposure', toUniqueId(`exposure.shop.${name}`), name, { ...words, reads });
  const owner = { name: 'Finance', email: [] };
  const exposure = { type: 'dashboard', label: words.label ?? '', owner, maturity: null, url: null };
  return { node: { ...node, exposure }, lineage: null };
}

export function aMacro(
  name: string,
  macroSql: string,
  words: { packageName?: string; calls?: readonly string[] } = {},
): DbtMacro {
  const packageName = words.packageName ?? 'shop';
  return {
    uniqueId: `macro.${packageName}.${name}`,
    name,
    packageName,
    originalFilePath: `macros/${name}.sql`,
    macroSql,
    dependsOnMacros: words.calls ?? [],
  };
}

function aNode(resourceType: ResourceType, uniqueId: UniqueId, name: string, words: NodeWords): NodeOfTest {
  const lineage = aLineage(uniqueId, words);
  const parents = new Set([
    ...lineage.columns.flatMap(({ sources }) => sources.map((one) => one.uniqueId)),
    ...(words.reads ?? []).map(id),
  ]);
  const materialized = words.materialized ?? (resourceType === 'model' ? 'table' : '');
  const folder = resourceType === 'seed' ? 'seeds' : 'models';
  const node: DbtNode = {
    uniqueId,
    resourceType,
    name,
    packageName: words.packageName ?? 'shop',
    originalFilePath: `${folder}/${name}.sql`,
    patchPath: `${folder}/schema.yml`,
    fqn: ['shop', name],
    language: words.language ?? 'sql',
    rawCode: words.raw ?? 'select 1',
    compiledCode: words.compiled ?? null,
    relationName: words.relation === undefined ? `"db"."shop"."${name}"` : words.relation,
    database: 'db',
    schema: 'shop',
    identifier: name,
    materialized,
    config: { materialized, ...words.config },
    unrenderedConfig: {},
    description: '',
    columns: new Map(Object.entries(words.columns ?? {}).map(([column, said]) => [column, aColumn(column, said)])),
    tags: words.tags ?? [],
    meta: words.meta ?? {},
    group: null,
    access: words.access ?? 'protected',
    version: null,
    contractEnforced: false,
    dependsOn: { nodes: [...parents].sort(compareText), macros: [] },
    test: null,
    exposure: null,
    entry: {},
  };
  return { node, lineage };
}

function aColumn(name: string, { meta = {}, configMeta, tags = [], dataType, entry = {} }: ColumnWords): DbtColumn {
  const config = configMeta === undefined ? {} : { config: { meta: configMeta } };
  return { name, description: '', dataType: dataType ?? null, meta, tags, entry: { ...entry, ...config } };
}

function aLineage(
  uniqueId: UniqueId,
  { columns = {}, lineage, logic = {}, rowset = [], unresolved, complete }: NodeWords,
): NodeLineage {
  const all: Readonly<Record<string, readonly ColumnSource[] | Reason>> =
    lineage ?? (unresolved === undefined ? Object.fromEntries(Object.keys(columns).map((name) => [name, []])) : {});
  return {
    uniqueId,
    rowset,
    unresolved: unresolved ?? null,
    complete: complete ?? unresolved === undefined,
    said: [],
    starTables: [],
    missing: [],
    columns: Object.entries(all).map(([column, sources]): ColumnLineage => {
      const blind = 'code' in sources ? sources : null;
      return {
        column,
        sources: 'code' in sources ? [] : sources,
        unresolved: blind,
        logic: logic[column] ?? '',
        castType: null,
        transformation: 'identity',
        type: null,
      };
    }),
  };
}

export interface SideWords {
  readonly nodes: readonly NodeOfTest[];
  readonly macros?: readonly DbtMacro[];
  readonly adapter?: string;
  readonly stale?: Reason;
  /** Statuses of dbt's run, by name of a model. */
  readonly statuses?: Readonly<Record<string, string>>;
}

export function aSide({ nodes, macros = [], adapter = 'postgres', stale, statuses }: SideWords): AnalyzedSide {
  const project: DbtProject = {
    metadata: {
      schemaVersion: 12,
      dbtVersion: '1.10.0',
      adapterType: adapter,
      projectName: 'shop',
      generatedAt: null,
      env: {},
    },
    nodes: new Map(nodes.map(({ node }) => [node.uniqueId, node])),
    macros: new Map(macros.map((macro) => [macro.uniqueId, macro])),
    disabled: new Map(),
    groups: new Map(),
  };
  const results = Object.entries(statuses ?? {}).map(([name, status]) => ({
    uniqueId: id(name),
    status,
    message: null,
    failures: null,
  }));
  return {
    project,
    catalog: null,
    runResults:
      statuses === undefined ? null : { command: 'build', generatedAt: null, dbtVersion: null, results, args: {} },
    artifacts: [],
    origin: 'directory target/',
    stale: stale ?? null,
    lineage: new Map(nodes.flatMap(({ lineage }) => (lineage === null ? [] : [[lineage.uniqueId, lineage] as const]))),
    children: childrenOf(nodes),
  };
}

function childrenOf(nodes: readonly NodeOfTest[]): ReadonlyMap<UniqueId, readonly UniqueId[]> {
  const children = new Map<UniqueId, UniqueId[]>();
  for (const { node } of nodes) {
    for (const parent of node.dependsOn.nodes) children.set(parent, [...(children.get(parent) ?? []), node.uniqueId]);
  }
  return new Map([...children].map(([parent, ids]) => [parent, ids.sort(compareText)]));
}

export interface ChangeWords {
  readonly base: SideWords;
  readonly head: SideWords;
  /** Names of modified nodes, with how their compiled SQL compares. */
  readonly modified?: readonly string[] | Readonly<Record<string, Partial<ModifiedNode>>>;
  /** Path → patch of the pull request's files; without it, there is no pull request. */
  readonly files?: Readonly<Record<string, string>>;
}

export function aChange({ base, head, modified = [], files }: ChangeWords): Change {
  const words = isNames(modified) ? Object.fromEntries(modified.map((name) => [name, {}])) : modified;
  const nodes = Object.entries(words).map(([name, more]): ModifiedNode => {
    const uniqueId = id(name);
    const type = uniqueId.split('.')[0] === 'seed' ? 'seed' : 'model';
    return {
      uniqueId,
      resourceType: type,
      selectors: ['state:modified'],
      causes: [],
      compiled: 'changed',
      label: 'edited',
      ...more,
    };
  });
  return {
    pullRequest: files === undefined ? null : aPullRequest(files),
    base: aSide(base),
    head: aSide(head),
    modified: nodes.sort((a, b) => compareText(a.uniqueId, b.uniqueId)),
    removed: [],
    alsoModified: [],
    columnChanges: [],
  };
}

function isNames(modified: NonNullable<ChangeWords['modified']>): modified is readonly string[] {
  return Array.isArray(modified);
}

function aPullRequest(files: Readonly<Record<string, string>>): PullRequest {
  const account = { login: 'kim', id: 1, type: 'User' } as const;
  return {
    repository: 'acme/shop',
    number: 7,
    title: 'A change',
    body: '',
    author: account,
    draft: false,
    baseRef: 'main',
    headRef: 'change',
    baseSha: toSha('a'.repeat(40)),
    headSha: toSha('b'.repeat(40)),
    mergeBaseSha: toSha('a'.repeat(40)),
    fromFork: false,
    labels: [],
    commits: [],
    commitsComplete: true,
    changedFiles: Object.entries(files).map(
      ([path, patch]): ChangedFile => ({ path, previousPath: null, status: 'modified', patch }),
    ),
    filesComplete: true,
  };
}
