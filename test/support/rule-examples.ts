import { toUniqueId, type UniqueId } from '#core/base';
import type { Facts, RelationFacts } from '#core/meaning';
import { noFacts } from '#core/meaning';
import type { ExampleRelation, Rule, RuleFinding, RuleInput } from '#core/rules';
import { compareModels } from '#core/rules';
import { toDialect } from '#core/sql';
import { aCatalog, aProject, id } from './a-project.ts';
import { aSide, changeOf } from './changes.ts';
import { reader } from './read-sql.ts';

/** A change of one model's SQL, and what is known of the relations that it reads. */
export interface EditOfTest {
  readonly before: string;
  readonly after: string;
  readonly relations?: Readonly<
    Record<string, ExampleRelation & { readonly accepted?: Readonly<Record<string, readonly string[]>> }>
  >;
  readonly dialect?: string;
}

/** What rules are given of an edit of the model `changed`: its SQL read by the real engines, its relations in the catalog. */
async function inputOf({ before, after, relations = {}, dialect = 'duckdb' }: EditOfTest): Promise<RuleInput> {
  const sides = await Promise.all([before, after].map((sql) => sideOf(sql, relations, dialect)));
  const [base, head] = sides;
  if (base === undefined || head === undefined) throw new Error('two sides');
  const change = changeOf(base.project, head.project, { base, head });
  const facts = factsOf(relations);
  return { ...compareModels(change).input, facts: { base: facts, head: facts } };
}

/** What a rule finds in an edit. */
export async function findIn(rule: Rule, edit: EditOfTest): Promise<readonly RuleFinding[]> {
  return rule.find(await inputOf(edit));
}

/** What a rule finds, each in one line: its message with its values filled in. */
export async function told(rule: Rule, edit: EditOfTest): Promise<readonly string[]> {
  const found = await findIn(rule, edit);
  return found.map(({ messageId, data }) =>
    (rule.messages[messageId] ?? '').replaceAll(/\{(\w+)\}/g, (_, name: string) => String(data[name])),
  );
}

async function sideOf(sql: string, relations: NonNullable<EditOfTest['relations']>, adapter: string) {
  const names = Object.keys(relations);
  const models = Object.fromEntries(names.map((name) => [name, {}]));
  const project = aProject({
    adapter,
    models: { ...models, changed: { compiledCode: sql, rawCode: sql, parents: names } },
  });
  const key = id('changed');
  const answers = await reader.read([{ key, sql, dialect: toDialect(adapter) }]);
  const answer = answers.get(key);
  if (answer?.ok !== true) throw new Error(`not read: ${sql}: ${answer?.ok === false ? answer.reason.text : ''}`);
  const columns = Object.entries(relations).map(([name, { columns: types }]) => [
    id(name),
    Object.entries(types).map(([column, type]) => `${column} ${type}`),
  ]);
  return aSide(project, { trees: new Map([[key, answer.query]]), catalog: aCatalog(Object.fromEntries(columns)) });
}

function factsOf(relations: NonNullable<EditOfTest['relations']>): Facts {
  const known = new Map<UniqueId, RelationFacts>(
    Object.entries(relations).map(([name, { keys = [], notNull = [], references = {}, accepted = {} }]) => [
      id(name),
      {
        keys: keys.map((columns) => ({
          columns,
          exceptNulls: false,
          from: 'test',
          source: `unique test on ${name}`,
          sureness: 'proven',
        })),
        notNull: new Map(
          notNull.map((column) => [column, { source: `not_null test on ${name}.${column}`, sureness: 'proven' }]),
        ),
        foreignKeys: Object.entries(references).map(([column, to]) => {
          const [relation = '', other = ''] = to.split('.');
          return {
            column,
            to: { relation: toUniqueId(id(relation)), column: other },
            source: 'relationships test',
            sureness: 'proven',
          };
        }),
        accepted: new Map(
          Object.entries(accepted).map(([column, values]) => [
            column,
            { values, source: 'accepted_values test', sureness: 'proven' },
          ]),
        ),
      },
    ]),
  );
  return { of: (relation) => known.get(relation) ?? noFacts };
}
