import type { CounterexampleQuestion, SearchedRelation } from '#core/evidence';
import { createTranslator } from '#edges/sql-engines';
import { type SearchResult, search } from '../../src/edges/counterexample/search.ts';

/**
 * What runs on made-up rows come to. `changed`: the outputs differ on rows that keep the project's tests. `tested`: only on rows that
 * break one of them, so that the tests make both the same. `open`: on no row that was tried; they may differ all the same.
 */
export type Told = 'changed' | 'tested' | 'open' | { readonly notRun: string };

export interface Laboratory {
  tell(base: string, head: string, question: CounterexampleQuestion): Promise<Told>;
  close(): Promise<void>;
}

const milliseconds = 20_000;

/** Runs two queries on DuckDB, on `inputs` sets of made-up tables each: NULLs, repeated rows, ties, values beside those in the SQL. */
export function laboratoryOf(inputs: number): Laboratory {
  const translator = createTranslator();

  async function run(base: string, head: string, question: CounterexampleQuestion): Promise<SearchResult> {
    const { dialect, relations } = question;
    const [before, after] = [await translator.toDuckdb(base, dialect), await translator.toDuckdb(head, dialect)];
    if (typeof before !== 'string') return { ok: false, why: before.text };
    if (typeof after !== 'string') return { ok: false, why: after.text };
    return search({ base: before, head: after, dialect, relations, definitions: [], milliseconds, inputs });
  }

  return {
    async tell(base, head, question) {
      const kept = await run(base, head, question);
      if (!kept.ok) return { notRun: kept.why };
      if (kept.found !== null) return 'changed';
      const { relations } = question;
      if (!relations.some(hasRules)) return 'open';
      const free = await run(base, head, { ...question, relations: relations.map(withoutRules) });
      return free.ok && free.found !== null ? 'tested' : 'open';
    },
    close: () => translator.close(),
  };
}

function hasRules({ keys, notNull, accepted, references }: SearchedRelation): boolean {
  return [keys, notNull, accepted, references].some(({ length }) => length > 0);
}

function withoutRules(relation: SearchedRelation): SearchedRelation {
  return { ...relation, keys: [], notNull: [], accepted: [], references: [] };
}
