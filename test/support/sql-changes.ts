// A change of one model's SQL over relations with tests, as the rules see it.
import type { UniqueId } from '#core/base';
import type { AnalyzedSide, Change } from '#core/change';
import type { DbtProject } from '#core/dbt';
import { relationNames } from '#core/lineage';
import {
  compareQueries,
  type Facts,
  type Plan,
  type PlanContext,
  projectFacts,
  type Side,
  toPlan,
} from '#core/meaning';
import type { ExampleRelation, RuleInput } from '#core/rules';
import { toDialect } from '#core/sql';
import { type ANode, aCatalog, aProject, id } from './a-project.ts';
import { readTrees } from './read-sql.ts';

export type Relations = Readonly<Record<string, ExampleRelation>>;

/** The project of one model `m` over relations, their keys and references written as generic tests. */
export function projectOf(
  sql: string,
  relations: Relations,
  adapter = 'duckdb',
  more: Readonly<Record<string, ANode>> = {},
): DbtProject {
  const tests = Object.entries(relations).flatMap(([name, relation]) => testsOf(name, relation));
  const models = Object.fromEntries(
    Object.entries(relations).map(([name, { columns }]) => [name, { columns: Object.keys(columns) }]),
  );
  const parents = Object.keys(relations);
  return aProject({
    adapter,
    models: { ...models, m: { compiledCode: sql, parents } },
    others: { ...Object.fromEntries(tests.map((test, at) => [`test.shop.t${at}`, test])), ...more },
  });
}

function testsOf(name: string, { keys = [], notNull = [], references = {} }: ExampleRelation): readonly ANode[] {
  return [
    ...keys.map((columns) =>
      columns.length === 1
        ? aTest('unique', name, { column_name: columns[0] ?? '' })
        : aTest('unique_combination_of_columns', name, { combination_of_columns: columns }),
    ),
    ...notNull.map((column) => aTest('not_null', name, { column_name: column })),
    ...Object.entries(references).map(([column, to]) => {
      const [relation = '', field = ''] = to.split('.');
      return aTest('relationships', name, { column_name: column, to: `ref('${relation}')`, field }, [relation]);
    }),
  ];
}

/** A generic test as dbt's manifest has it. */
export function aTest(
  test: string,
  on: string,
  kwargs: Readonly<Record<string, unknown>>,
  parents: readonly string[] = [],
  config: ANode['config'] = {},
): ANode {
  const column = kwargs['column_name'];
  return {
    test: {
      name: test,
      attachedNode: id(on),
      columnName: typeof column === 'string' ? column : null,
      kwargs: kwargs as never,
    },
    parents: [...parents, on],
    config: { severity: 'ERROR', ...config },
  };
}

/** One side's query of the model `m`, and the project's facts. */
async function sideOf(project: DbtProject, relations: Relations): Promise<Side & { readonly facts: Facts }> {
  const { trees, reasons } = await readTrees(project);
  const query = trees.get(id('m'));
  if (query === undefined) throw new TypeError(reasons.get(id('m'))?.text ?? 'no SQL');
  return { query, context: contextOf(project, relations), facts: projectFacts({ project }) };
}

/** The plan of a project's model `m`, and the project's facts. */
export async function planIn(
  project: DbtProject,
  relations: Relations,
): Promise<{ readonly plan: Plan; readonly facts: Facts }> {
  const { query, context, facts } = await sideOf(project, relations);
  return { plan: toPlan(query, context), facts };
}

function contextOf(project: DbtProject, relations: Relations): PlanContext {
  const names = relationNames(project);
  return {
    dialect: toDialect(project.metadata.adapterType),
    relation(name) {
      const uniqueId = names.find(
        name.map((part) => part.name.toLowerCase()),
        [],
      );
      const columns = uniqueId === null ? undefined : relations[uniqueId.split('.').at(-1) ?? '']?.columns;
      return uniqueId === null
        ? null
        : { uniqueId, name: uniqueId, columns: columns === undefined ? null : Object.keys(columns) };
    },
  };
}

/** What the rules are given of a change of `m`'s SQL. */
export async function compareSql(
  before: string,
  after: string,
  relations: Relations,
  adapter = 'duckdb',
): Promise<RuleInput> {
  const [old, head] = [projectOf(before, relations, adapter), projectOf(after, relations, adapter)];
  const [from, to] = [await sideOf(old, relations), await sideOf(head, relations)];
  const { proven, edits, ...plans } = compareQueries(from, to);
  const models = proven ? [] : [{ uniqueId: id('m'), ...plans, edits }];
  const change = changeOf(old, head, relations);
  return { change, models, facts: { base: from.facts, head: to.facts } };
}

function changeOf(base: DbtProject, head: DbtProject, relations: Relations): Change {
  const side = (project: DbtProject): AnalyzedSide => ({
    project,
    catalog: aCatalog(
      Object.fromEntries(
        Object.entries(relations).map(([name, { columns }]) => [
          name,
          Object.entries(columns).map(([column, type]) => `${column} ${type}`),
        ]),
      ),
    ),
    runResults: null,
    artifacts: [],
    origin: 'a spec',
    stale: null,
    lineage: new Map(),
    trees: new Map(),
    children: new Map<UniqueId, readonly UniqueId[]>(),
  });
  return {
    pullRequest: null,
    base: side(base),
    head: side(head),
    modified: [
      {
        uniqueId: id('m'),
        resourceType: 'model',
        selectors: ['state:modified'],
        causes: [],
        compiled: 'changed',
        label: 'edited',
      },
    ],
    alsoModified: [],
    removed: [],
    columnChanges: [],
  };
}
