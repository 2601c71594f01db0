import type { Counterexample, CounterexampleQuestion, SearchedRelation } from '#core/evidence';
import { createTranslator } from '#edges/sql-engines';
import { chooseTypes } from '../../src/edges/counterexample/choose-types.ts';
import { constantsOf } from '../../src/edges/counterexample/constants.ts';
import { isRefused, openLaboratory } from '../../src/edges/counterexample/laboratory.ts';
import { type SearchResult, search } from '../../src/edges/counterexample/search.ts';
import { syntaxOf } from '../../src/edges/counterexample/syntax.ts';
import { tablesOf } from '../../src/edges/counterexample/tables.ts';
import { likelyTypes, toDuckdbType } from '../../src/edges/counterexample/types.ts';

/**
 * What runs on made-up rows come to. `changed`: the outputs differ on rows that keep the project's tests. `tested`: on none of these that
 * was tried, but on rows that break a test, so that it is likely that the tests make both the same. `open`: on no row that was tried;
 * they may differ all the same.
 */
export type Told = 'changed' | 'tested' | 'open' | { readonly notRun: string };

export interface Laboratory {
  /** A question that knows the types of all columns that `sql` reads, so that they need not be found out for each pair. */
  withTypes(question: CounterexampleQuestion, sql: string): Promise<CounterexampleQuestion>;
  tell(base: string, head: string, question: CounterexampleQuestion): Promise<Told>;
  /** The same of two that are called equal on all data: on rows that keep no test. */
  tellFree(base: string, head: string, question: CounterexampleQuestion): Promise<Told>;
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

  function runFree(base: string, head: string, question: CounterexampleQuestion): Promise<SearchResult> {
    return run(base, head, { ...question, relations: question.relations.map(withoutRules) });
  }

  return {
    async withTypes(question, sql) {
      const written = await translator.toDuckdb(sql, question.dialect);
      return typeof written === 'string' ? { ...question, relations: await typed(written, question) } : question;
    },
    async tellFree(base, head, question) {
      const free = await runFree(base, head, question);
      return free.ok ? (free.found === null ? 'open' : 'changed') : { notRun: free.why };
    },
    async tell(base, head, question) {
      const kept = await run(base, head, question);
      if (!kept.ok) return { notRun: kept.why };
      if (kept.found !== null) return 'changed';
      if (!question.relations.some(hasRules)) return 'open';
      const free = await runFree(base, head, question);
      if (!free.ok || free.found === null) return 'open';
      return breaksRules(free.found, question.relations) ? 'tested' : 'changed';
    },
    close: () => translator.close(),
  };
}

/** The relations that a query reads, with the types that the search finds for their columns; as they were where it finds none. */
async function typed(
  sql: string,
  { dialect, relations }: CounterexampleQuestion,
): Promise<readonly SearchedRelation[]> {
  const lab = await openLaboratory(dialect);
  try {
    const tree = await lab.treeOf(sql);
    if (isRefused(tree)) return relations;
    const sides = [syntaxOf(tree)];
    const tables = tablesOf(sides, relations, toDuckdbType);
    const constants = await constantsOf(lab, sides);
    const likely = (column: string): readonly string[] => likelyTypes(column, sides, constants);
    const types = await chooseTypes(lab, tables, [sql], { likely, until: performance.now() + milliseconds });
    if (isRefused(types)) return relations;
    return tables.map(({ name, spellings, columns }, at) => {
      const names = spellings.map((parts) => parts.map((part) => `"${part.replaceAll('"', '""')}"`).join('.'));
      const known = relations.find((one) => one.name === name);
      const own = { keys: [], notNull: [], accepted: [], references: [], ...known };
      const told = columns.map((column, place) => ({ name: column.name, type: types[at]?.[place] ?? null }));
      return { ...own, name, names: [...new Set([...(known?.names ?? []), ...names])], columns: told };
    });
  } finally {
    lab.close();
  }
}

/** Whether shown rows break a rule of their relations. What is not shown of them may be chosen so that it breaks none. */
function breaksRules({ input }: Counterexample, relations: readonly SearchedRelation[]): boolean {
  const cells = (relation: string, column: string): readonly (string | null)[] => {
    const own = input.find((one) => one.relation === relation);
    const at = own?.columns.findIndex((name) => name.toLowerCase() === column.toLowerCase()) ?? -1;
    return at === -1 ? [] : (own?.rows ?? []).map((row) => row[at] ?? null);
  };
  const values = (relation: string, column: string): readonly string[] =>
    cells(relation, column).filter((value) => value !== null);
  return relations.some(({ name, keys, notNull, accepted, references }) => {
    const repeats = keys.some((key) => {
      const columns = key.map((column) => cells(name, column));
      const rows = (columns[0] ?? []).map((_, row) => columns.map((column) => column[row] ?? null));
      const full = rows.filter((row) => !row.includes(null)).map((row) => JSON.stringify(row));
      return columns.every(({ length }) => length > 0) && new Set(full).size < full.length;
    });
    return (
      repeats ||
      notNull.some((column) => cells(name, column).includes(null)) ||
      accepted.some((one) => values(name, one.column).some((value) => !one.values.includes(value))) ||
      references.some((one) => {
        const parents = values(one.relation, one.to);
        return values(name, one.column).some((value) => !parents.includes(value));
      })
    );
  });
}

function hasRules({ keys, notNull, accepted, references }: SearchedRelation): boolean {
  return [keys, notNull, accepted, references].some(({ length }) => length > 0);
}

function withoutRules(relation: SearchedRelation): SearchedRelation {
  return { ...relation, keys: [], notNull: [], accepted: [], references: [] };
}
