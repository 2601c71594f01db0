// Small projects whose SQL the real engines read: what the gate `pii` says of a change between two of them.
import type { JsonObject, UniqueId } from '#core/base';
import { toUniqueId } from '#core/base';
import type { AnalyzedSide, Change, ModifiedNode } from '#core/change';
import type { DbtColumn, DbtNode, DbtProject } from '#core/dbt';
import type { Gate, GateResult } from '#core/gates';
import { gates } from '#core/gates';
import { traceProject } from '#core/lineage';
import { aCatalog, aProject, id } from './a-project.ts';
import { aSide } from './changes.ts';
import { readTrees } from './read-sql.ts';

/** A model as a flow says it: its SQL, and what else matters. */
export interface FlowModel {
  readonly sql: string;
  readonly access?: DbtNode['access'];
  readonly materialized?: string;
  readonly config?: JsonObject;
  readonly meta?: JsonObject;
  /** Column → its entry: `{ meta: { pii: true } }`, `{ policy_tags: […] }`. */
  readonly columns?: Readonly<Record<string, JsonObject>>;
}

export interface FlowProject {
  readonly models: Readonly<Record<string, string | FlowModel>>;
  /** Labels of the source's columns; those that are not named have none. */
  readonly labels?: Readonly<Record<string, JsonObject>>;
  /** Exposures, semantic models and tests: `unique_id` → what they read, and the rest of them. */
  readonly readers?: Readonly<Record<string, Partial<DbtNode> & { readonly reads: readonly string[] }>>;
  /** Types of columns of models, as a catalog has them. */
  readonly types?: Readonly<Record<string, readonly string[]>>;
}

const source = 'source.shop.crm.people';
export const sourceColumns: readonly string[] = [
  'person_id bigint',
  'email varchar',
  'phone varchar',
  'dob date',
  'zip varchar',
  'gender varchar',
  'diagnosis varchar',
  'salary numeric',
  'first_name varchar',
  'plan varchar',
  'home_phone varchar',
  'payload variant',
  'latitude numeric',
];

const pii = gates.find((gate) => gate.id === 'pii') as Gate;

/** What the gate says, each finding as `message-id subject`; the outcome where it finds nothing. */
export async function told(
  adapter: string,
  before: FlowProject,
  after: FlowProject,
  options: Readonly<Record<string, unknown>> = {},
): Promise<readonly string[]> {
  const result = await judgeFlow(adapter, before, after, options);
  if (result.outcome !== 'failed') return [result.outcome];
  return result.findings.map(({ messageId, subject }) => {
    const about = typeof subject === 'string' ? subject : `${subject.uniqueId}.${subject.column}`;
    return `${messageId} ${about.toLowerCase().replace('model.shop.', '')}`;
  });
}

export async function judgeFlow(
  adapter: string,
  before: FlowProject,
  after: FlowProject,
  options: Readonly<Record<string, unknown>> = {},
): Promise<GateResult> {
  const [base, head] = [await toSide(adapter, before), await toSide(adapter, after)];
  const modified = [...head.project.nodes.values()].flatMap((node): readonly ModifiedNode[] => {
    const old = base.project.nodes.get(node.uniqueId);
    if (node.resourceType !== 'model' || JSON.stringify(plain(old)) === JSON.stringify(plain(node))) return [];
    const { uniqueId, resourceType } = node;
    return [
      { uniqueId, resourceType, selectors: ['state:modified'], causes: [], compiled: 'changed', label: 'edited' },
    ];
  });
  const change: Change = { pullRequest: null, base, head, modified, alsoModified: [], removed: [], columnChanges: [] };
  const assistance = { level: 'unknown' as const, evidence: [], tools: [], note: null };
  return pii.judge({ change, assistance, depth: 'standard', settled: [], options }, new Map());
}

function plain(node: DbtNode | undefined): unknown {
  return node === undefined ? null : { ...node, columns: [...node.columns] };
}

async function toSide(adapter: string, words: FlowProject): Promise<AnalyzedSide> {
  const project = toProject(adapter, words);
  const catalog = aCatalog({ [source]: sourceColumns, ...words.types });
  const { trees, reasons } = await readTrees(project);
  return aSide(project, { catalog, lineage: traceProject(project, catalog, trees, reasons) });
}

function toProject(adapter: string, { models, labels = {}, readers = {} }: FlowProject): DbtProject {
  const all = Object.entries(models).map(
    ([name, model]) => [name, typeof model === 'string' ? { sql: model } : model] as const,
  );
  const names = all.map(([name]) => name);
  const project = aProject({
    adapter,
    models: Object.fromEntries(
      all.map(([name, { sql, access, materialized, config, meta }]) => [
        name,
        {
          ...(access === undefined ? {} : { access }),
          ...(config === undefined ? {} : { config }),
          ...(meta === undefined ? {} : { meta }),
          compiledCode: sql,
          materialized: materialized ?? 'view',
          parents: [
            ...(/\bpeople\b/.test(sql) ? [source] : []),
            ...names.filter((one) => one !== name && mentions(sql, one)),
          ],
        },
      ]),
    ),
    others: {
      [source]: {},
      ...Object.fromEntries(
        Object.entries(readers).map(([uniqueId, { reads, ...node }]) => [uniqueId, { ...node, parents: reads }]),
      ),
    },
  });
  const columns = new Map<UniqueId, Readonly<Record<string, JsonObject>>>([
    [toUniqueId(source), labels],
    ...all.map(([name, model]) => [id(name), model.columns ?? {}] as const),
  ]);
  const nodes = [...project.nodes.values()].map((node) => withColumns(node, columns.get(node.uniqueId) ?? {}));
  return { ...project, nodes: new Map(nodes.map((node) => [node.uniqueId, node])) };
}

function mentions(sql: string, name: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(sql);
}

function withColumns(node: DbtNode, entries: Readonly<Record<string, JsonObject>>): DbtNode {
  const columns = Object.entries(entries).map(([name, entry]): readonly [string, DbtColumn] => {
    const meta = (entry['meta'] ?? {}) as JsonObject;
    const tags = (entry['tags'] ?? []) as readonly string[];
    return [name, { name, description: '', dataType: null, meta, tags, entry }];
  });
  return { ...node, columns: new Map(columns) };
}
