import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { UniqueId } from '#core/base';
import { statementsOf, traceSide } from '#core/change';
import type { DbtCatalog, DbtNode, DbtProject } from '#core/dbt';
import { parseCatalog, parseManifest } from '#core/dbt';
import type { ProjectLineage } from '#core/lineage';
import { toDialect } from '#core/sql';
import type { SqlReader } from '#review';
import { aCatalog, aProject, id } from '../support/a-project.ts';

/** A schema as sqlglot takes it: tables, or schemas of tables, or databases of schemas, with columns and types. */
interface Nested {
  readonly [name: string]: Nested | string;
}

/** One statement for both. `project` is set where it is a model of a real project. */
export interface Case {
  readonly key: string;
  readonly group: string;
  readonly sql: string;
  readonly dialect: string;
  readonly schema: Nested;
  readonly sources?: Readonly<Record<string, string>>;
}

type Answer = ReadonlyMap<string, readonly string[] | null>;

interface Corpus {
  readonly project: DbtProject;
  readonly catalog: DbtCatalog | null;
}

/** The real projects, by path; filled by `corpusCases`. */
export const corpora = new Map<string, Corpus>();

/** Where the real projects are. */
export const corporaRoot = process.env['WEIRKEEPER_CORPORA'] ?? join(import.meta.dirname, '../../../shared/corpora');

/** sqlglot's own lineage cases, TPC-H and TPC-DS, from its source. */
export function sqlglotCases(python: string, sources: string): readonly Case[] {
  const script = join(import.meta.dirname, 'ask-sqlglot.py');
  const output = execFileSync(python, [script, sources, 'cases'], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Case);
}

/** Every compiled model of the corpora, each text once, with the columns of what it reads. */
export function corpusCases(): readonly Case[] {
  if (!existsSync(corporaRoot)) {
    console.log('corpora skipped: not there (../shared/corpora, or WEIRKEEPER_CORPORA)');
    return [];
  }
  const seen = new Set<string>();
  return globSync('**/*manifest*.json.gz', { cwd: corporaRoot })
    .sort()
    .flatMap((path) => casesOf(join(corporaRoot, path), path, seen));
}

function casesOf(file: string, path: string, seen: Set<string>): readonly Case[] {
  const manifest = parseManifest(gunzipSync(readFileSync(file)).toString('utf8'), path);
  if (!manifest.ok) return [];
  const catalogFile = file.replace(/manifest([^/]*)$/, 'catalog$1');
  const parsed = existsSync(catalogFile)
    ? parseCatalog(gunzipSync(readFileSync(catalogFile)).toString('utf8'), catalogFile)
    : null;
  const catalog = parsed?.ok === true ? parsed.value : null;
  const project = manifest.value;
  corpora.set(path, { project, catalog });
  const dialect = toDialect(project.metadata.adapterType);
  return [...project.nodes.values()].flatMap((node): readonly Case[] => {
    const sql = node.compiledCode;
    const text = `${dialect}\n${sql ?? ''}`;
    if (node.resourceType !== 'model' || node.language !== 'sql' || sql === null || seen.has(text)) return [];
    if (sql.includes('__dbt__cte__')) return [];
    seen.add(text);
    return [{ key: `${path}#${node.uniqueId}`, group: 'corpora', sql, dialect, schema: {} }];
  });
}

/** Our answers: each column with its leaf columns, null where it was not resolved. Fills in what the corpora's models read. */
export async function ourAnswers(cases: readonly Case[], reader: SqlReader): Promise<ReadonlyMap<string, Answer>> {
  const answers = new Map<string, Answer>();
  for (const one of cases.filter(({ group }) => group !== 'corpora')) answers.set(one.key, await answerOf(one, reader));
  for (const [path, { project, catalog }] of corpora) {
    const own = cases.filter(({ key }) => key.startsWith(`${path}#`));
    if (own.length === 0) continue;
    const { lineage } = traceSide({ project, catalog }, 'head', await reader.read(statementsOf(project, 'head')));
    for (const one of own) {
      const node = id(one.key.slice(path.length + 1));
      Object.assign(one, { schema: schemaFor(project.nodes.get(node), project, lineage) });
      answers.set(
        one.key,
        columnsOf(lineage, node, (uniqueId) => nameOf(project, uniqueId)),
      );
    }
  }
  return answers;
}

/** The columns of what a model reads, as sqlglot takes them. */
export function schemaFor(node: DbtNode | undefined, project: DbtProject, lineage: ProjectLineage): Nested {
  const schema: Record<string, Record<string, Record<string, Record<string, string>>>> = {};
  for (const parent of node?.dependsOn.nodes ?? []) {
    const of = project.nodes.get(parent);
    const columns = lineage.get(parent)?.columns.filter(({ column }) => column !== '*') ?? [];
    if (of === undefined || columns.length === 0) continue;
    const tables = ((schema[of.database ?? 'db'] ??= {})[of.schema ?? 'main'] ??= {});
    tables[of.identifier ?? of.name] = Object.fromEntries(columns.map(({ column }) => [column, 'text']));
  }
  return schema;
}

function nameOf(project: DbtProject, uniqueId: UniqueId): string {
  const node = project.nodes.get(uniqueId);
  return (node?.identifier ?? node?.name ?? uniqueId.split('.').at(-1) ?? '').toLowerCase();
}

/** By name; of two columns of one name, the first, as sqlglot has it. */
function columnsOf(lineage: ProjectLineage, uniqueId: UniqueId, name: (id: UniqueId) => string): Answer {
  const node = lineage.get(uniqueId);
  const answer = new Map<string, readonly string[] | null>();
  for (const { column, sources, unresolved } of node?.unresolved === null ? node.columns : []) {
    const leaves = sources.map((source) => `${name(source.uniqueId)}.${source.column}`.toLowerCase());
    const key = column.toLowerCase();
    if (!answer.has(key)) answer.set(key, unresolved === null ? [...new Set(leaves)].sort() : null);
  }
  return answer;
}

const adapters: Readonly<Record<string, string>> = { tsql: 'sqlserver', '': 'other' };

/** A statement by itself: its tables are sources, its `sources` are models. */
async function answerOf(one: Case, reader: SqlReader): Promise<Answer> {
  const lineage = await traceCase(one, reader);
  const own = columnsOf(lineage, id('the statement'), (uniqueId) => uniqueId);
  return new Map(
    [...own].map(([column, leaves]) => [
      column,
      leaves === null ? null : [...new Set(leaves.flatMap((leaf) => throughViews(leaf, lineage)))].sort(),
    ]),
  );
}

/** Lineage of a statement by itself, as a model called `the statement`. */
export async function traceCase(
  { sql, dialect, schema, sources = {} }: Case,
  reader: SqlReader,
): Promise<ProjectLineage> {
  const tables = tablesOf(schema);
  const parents = tables.map(({ name }) => `source.shop.raw.${name}`);
  const project = aProject({
    adapter: adapters[dialect] ?? dialect,
    models: {
      ...Object.fromEntries(Object.entries(sources).map(([name, code]) => [name, { compiledCode: code, parents }])),
      'the statement': { compiledCode: sql, parents: [...parents, ...Object.keys(sources)] },
    },
    others: Object.fromEntries(parents.map((parent) => [parent, {}])),
  });
  const catalog = aCatalog(Object.fromEntries(tables.map(({ columns }, at) => [parents[at] ?? '', columns])));
  return traceSide({ project, catalog }, 'head', await reader.read(statementsOf(project, 'head'))).lineage;
}

function throughViews(leaf: string, lineage: ProjectLineage): readonly string[] {
  const at = leaf.lastIndexOf('.');
  const [node, column] = [leaf.slice(0, at), leaf.slice(at + 1)];
  const view = node.startsWith('model.') ? lineage.get(id(node)) : undefined;
  const made = view?.columns.find((one) => one.column.toLowerCase() === column);
  if (made === undefined) return [`${node.split('.').at(-1) ?? ''}.${column}`];
  return made.sources.flatMap((one) => throughViews(`${one.uniqueId}.${one.column}`.toLowerCase(), lineage));
}

function tablesOf(schema: Nested): readonly { readonly name: string; readonly columns: readonly string[] }[] {
  return Object.entries(schema).flatMap(([name, inner]) => {
    if (typeof inner === 'string') return [];
    const flat = Object.values(inner).every((value) => typeof value === 'string');
    return flat ? [{ name, columns: Object.keys(inner) }] : tablesOf(inner);
  });
}
