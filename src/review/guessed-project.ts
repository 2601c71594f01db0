import type { JsonObject, JsonValue, UniqueId } from '#core/base';
import { toUniqueId } from '#core/base';
import type { DbtNode, DbtProject } from '#core/dbt';

/** A project of which nothing is known but what its warehouse is. */
export function emptyProject(adapterType: string | null): DbtProject {
  const metadata = {
    schemaVersion: 12,
    dbtVersion: '1.10.0',
    adapterType,
    projectName: 'project',
    generatedAt: null,
    env: {},
  };
  return { metadata, nodes: new Map(), macros: new Map(), disabled: new Map(), groups: new Map() };
}

/** A model or a source table of which only the name is known; a source's is `source.table`. */
export function newNode({ metadata }: DbtProject, resourceType: 'model' | 'source', name: string): DbtNode {
  const packageName = metadata.projectName ?? 'project';
  const [table = name, ...path] = name.split('.').reverse();
  return {
    uniqueId: toUniqueId(`${resourceType}.${packageName}.${name}`),
    resourceType,
    name: table,
    packageName,
    originalFilePath: `models/${name}.sql`,
    patchPath: null,
    fqn: [packageName, name],
    language: 'sql',
    rawCode: '',
    compiledCode: null,
    relationName: null,
    database: null,
    schema: resourceType === 'source' ? path.join('.') : null,
    identifier: table,
    materialized: resourceType === 'model' ? 'view' : '',
    config: {},
    unrenderedConfig: {},
    description: '',
    columns: new Map(),
    tags: [],
    meta: {},
    group: null,
    access: 'protected',
    version: null,
    contractEnforced: false,
    dependsOn: { nodes: [], macros: [] },
    test: null,
    exposure: null,
    entry: resourceType === 'source' ? { source_name: path.join('.') } : {},
  };
}

const quoted = `(?:'([^']*)'|"([^"]*)")`;
const calls = new RegExp(
  `\\b(ref|source)\\s*\\(\\s*${quoted}\\s*(?:,\\s*${quoted}\\s*)?(?:,\\s*v\\w*\\s*=\\s*[^)]*)?\\)`,
  'g',
);

/** The nodes that a text names in `ref` and `source`: ids, each once, and new nodes for those that the project does not have. */
export function parentsNamed(
  project: DbtProject,
  text: string,
): { readonly ids: readonly UniqueId[]; readonly added: readonly DbtNode[] } {
  const tags = [...text.matchAll(/\{[{%][\s\S]*?[%}]\}/g)].map(([tag]) => tag);
  const named = tags.flatMap((tag) => [...tag.matchAll(calls)].map(callOf));
  const ids = new Set<UniqueId>();
  const added = new Map<string, DbtNode>();
  for (const { isRef, first, second } of named) {
    const found = isRef ? refs(project, second ?? first) : sources(project, first, second ?? '');
    const made = found.length > 0 ? [] : [unknownNode(project, isRef, first, second)];
    for (const { uniqueId } of [...found, ...made]) ids.add(uniqueId);
    for (const node of made) added.set(node.uniqueId, node);
  }
  return { ids: [...ids], added: [...added.values()] };
}

interface Call {
  readonly isRef: boolean;
  readonly first: string;
  readonly second: string | undefined;
}

function callOf([, call, ...words]: RegExpExecArray): Call {
  const [first = '', second] = words.filter((word) => typeof word === 'string');
  return { isRef: call === 'ref', first, second };
}

function unknownNode(project: DbtProject, isRef: boolean, first: string, second: string | undefined): DbtNode {
  return isRef ? newNode(project, 'model', second ?? first) : newNode(project, 'source', `${first}.${second ?? ''}`);
}

function refs({ nodes }: DbtProject, name: string): readonly DbtNode[] {
  return [...nodes.values()].filter(
    (node) => node.name === name && ['model', 'seed', 'snapshot'].includes(node.resourceType),
  );
}

function sources({ nodes }: DbtProject, source: string, table: string): readonly DbtNode[] {
  return [...nodes.values()].filter(
    (node) => node.resourceType === 'source' && node.name === table && node.entry['source_name'] === source,
  );
}

/** The keywords of `config({…})`, where they are given as one dict. */
export function dictConfig(text: string): ReadonlyMap<string, string> {
  const inside = /\{\{[-+]?\s*config\s*\(\s*\{([\s\S]*?)\}\s*\)/.exec(text)?.[1] ?? '';
  const pairs = inside.matchAll(/['"](\w+)['"]\s*:\s*('[^']*'|"[^"]*"|\[[^\]]*\]|[\w.-]+)/g);
  return new Map([...pairs].map(([, name = '', value = '']) => [name, value]));
}

/** What `config` says in plain values: texts, numbers, flags, and lists of them; of others nothing. */
export function simpleConfig(keywords: ReadonlyMap<string, string>): JsonObject {
  const config: Record<string, JsonValue> = {};
  for (const [name, text] of keywords) {
    const value = simpleValue(text.trim());
    if (value !== undefined) config[name] = value;
  }
  return config;
}

function simpleValue(text: string): JsonValue | undefined {
  const [, single, double] = /^(?:'([^'\\]*)'|"([^"\\]*)")$/.exec(text) ?? [];
  if (single !== undefined || double !== undefined) return single ?? double;
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if (/^-?\d+$/.test(text)) return Number(text);
  const items = /^\[([\s\S]*)\]$/.exec(text)?.[1];
  if (items === undefined) return undefined;
  const values = items
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map(simpleValue);
  return values.every((value) => value !== undefined) ? values : undefined;
}
