import type { SearchedRelation } from '#core/evidence';
import type { SqlExample } from '#core/rules';
import { type SearchResult, search } from '../../src/edges/counterexample/search.ts';

/** Searches for rows on which a rule page's example differs; the rows keep what the example says of its relations. */
export function runExample(example: SqlExample, inputs: number): Promise<SearchResult> {
  const { before: base, after: head } = example;
  const relations = Object.entries(example.relations).map(
    ([name, { columns, keys = [], notNull = [], references = {} }]): SearchedRelation => ({
      name,
      names: [name],
      columns: Object.entries(columns).map(([column, type]) => ({ name: column, type })),
      keys,
      notNull,
      accepted: [],
      references: Object.entries(references).map(([column, target]) => {
        const [relation = '', to = ''] = target.split('.');
        return { column, relation, to };
      }),
    }),
  );
  return search({ base, head, dialect: 'duckdb', relations, definitions: [], milliseconds: 600_000, inputs });
}
