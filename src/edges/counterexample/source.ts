import type { Reason } from '#core/base';
import { reason } from '#core/base';
import type { Answer, CounterexampleQuestion } from '#core/evidence';
import type { Dialect } from '#core/sql';
import type { EvidenceSource } from '#review';
import type { SearchTask } from './search.ts';
import { createSearcher } from './searcher.ts';

export interface CounterexampleOptions {
  /** Writes SQL in DuckDB's words. */
  readonly toDuckdb: (sql: string, dialect: Dialect) => Promise<string | Reason>;
  /** Inputs that are tried at most for one model; 2,000 unless told. */
  readonly inputs?: number;
  /** Told the id of each process that is started. */
  readonly onStart?: (pid: number | undefined) => void;
}

/** How long one search takes where the review does not say. */
const standardMs = 2_000;
const standardInputs = 2_000;
const source = 'DuckDB, on made-up rows';

/**
 * Answers with the smallest made-up input on which two queries differ: runs both on DuckDB in a process of its own, which can
 * reach no file, no network and no secret. The same question has the same answer, unless the time was too short.
 */
export function counterexampleSource(options: CounterexampleOptions): EvidenceSource & { close(): Promise<void> } {
  const { toDuckdb, inputs = standardInputs, onStart } = options;
  const searcher = createSearcher(onStart === undefined ? {} : { onStart });

  async function answer(question: CounterexampleQuestion, milliseconds: number): Promise<Answer> {
    const { dialect, relations, definitions = [] } = question;
    const base = await toDuckdb(question.base, dialect);
    if (typeof base !== 'string') return { known: false, reason: base };
    const head = await toDuckdb(question.head, dialect);
    if (typeof head !== 'string') return { known: false, reason: head };
    const made: SearchTask['definitions'][number][] = [];
    for (const { names, sql } of definitions) {
      const written = await toDuckdb(sql, dialect);
      if (typeof written !== 'string') return { known: false, reason: written };
      made.push({ names, sql: written });
    }
    const result = await searcher.search({ base, head, dialect, relations, definitions: made, milliseconds, inputs });
    if (!result.ok) return { known: false, reason: reason('not-executed', result.why) };
    const { found, inputs: tried, ended } = result;
    return { known: true, kind: 'counterexample', found, inputs: tried, ended, source };
  }

  return {
    kinds: ['counterexample'],
    async answer(question, within) {
      if (question.kind === 'counterexample') return answer(question, within?.milliseconds ?? standardMs);
      return { known: false, reason: reason('wrong-source', 'a search for counterexamples answers nothing else') };
    },
    close: () => searcher.close(),
  };
}
