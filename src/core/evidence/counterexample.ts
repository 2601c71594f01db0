import type { Reason, UniqueId } from '#core/base';
import { plural } from '#core/base';
import type { Dialect } from '#core/sql';
import type { Side } from './side.ts';

/** A relation that is filled with made-up rows. Rules that its real rows keep are kept by the made-up ones. */
export interface SearchedRelation {
  /** As people are told of it. Each once in a question. */
  readonly name: string;
  /** How the SQL of either side names it, quoted or not: `"db"."main"."orders"`, `"db"."pr_7"."orders"`. */
  readonly names: readonly string[];
  /** Those that are known, with the dialect's type where that is known. What the SQL reads beyond them is added by the search. */
  readonly columns: readonly { readonly name: string; readonly type: string | null }[];
  /** Sets of columns that are unique, NULL apart. */
  readonly keys: readonly (readonly string[])[];
  readonly notNull: readonly string[];
  /** Values, as text, that a column may have. */
  readonly accepted: readonly { readonly column: string; readonly values: readonly string[] }[];
  /** A column whose values, NULL apart, stand in column `to` of the relation of that name. */
  readonly references: readonly { readonly column: string; readonly relation: string; readonly to: string }[];
}

/** Asks for rows on which the two sides' SQL gives different results. */
export interface CounterexampleQuestion {
  readonly kind: 'counterexample';
  readonly key: string;
  readonly uniqueId: UniqueId;
  readonly dialect: Dialect;
  /** Compiled SQL of each side. */
  readonly base: string;
  readonly head: string;
  readonly relations: readonly SearchedRelation[];
  /**
   * Models that one side reads, directly or through others, and the other does not: where their rows come from what the other reads,
   * they are made by their own SQL and not made up.
   */
  readonly definitions?: readonly { readonly names: readonly string[]; readonly sql: string }[];
}

/** A value as SQL would write it: `1`, `'a'`, `2024-01-31`; null is NULL. */
export type ShownValue = string | null;

/** Rows by columns. */
export interface ShownRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly ShownValue[])[];
}

/** The smallest input found on which the outputs differ as bags of rows; only columns that both sides have are compared. */
export interface Counterexample {
  /** By name of the relation; every relation that is read is in it, also without rows. Columns that do not matter are left out. */
  readonly input: readonly ({ readonly relation: string } & ShownRows)[];
  /** Columns that both sides have, those in which they differ first. */
  readonly columns: readonly string[];
  readonly differing: readonly string[];
  readonly base: ShownRows['rows'];
  readonly head: ShownRows['rows'];
  /** The side whose output depends on the order in which rows are stored, on this input; the other's does not. */
  readonly unstable: Side | null;
}

/** What a search came to. */
export interface CounterexampleAnswer {
  readonly known: true;
  readonly kind: 'counterexample';
  readonly found: Counterexample | null;
  /** Inputs that were tried. */
  readonly inputs: number;
  /** Why it ended. Of a search that was stopped for time the number of inputs differs from run to run. */
  readonly ended: 'found' | 'inputs' | 'time';
  /** What ran the two queries. */
  readonly source: string;
}

/** Asks for a counterexample to a model's being the same on both sides. */
export function counterexampleQuestion(of: Omit<CounterexampleQuestion, 'kind' | 'key'>): CounterexampleQuestion {
  return { kind: 'counterexample', key: `counterexample:${of.uniqueId}`, ...of };
}

/**
 * An answer in one sentence without a full stop, plain text: `on orders (id 1): base gives (id 1), head gives no row`. Of a search
 * that was not executed, why.
 */
export function tellCounterexample(
  answer: CounterexampleAnswer | { readonly known: false; readonly reason: Reason },
): string {
  if (!answer.known) return answer.reason.text;
  const { found, inputs, ended } = answer;
  if (found === null) {
    return ended === 'time'
      ? 'no counterexample was found in the time for one model'
      : `no counterexample was found in ${plural(inputs, 'made-up input')}`;
  }
  const given = found.input.map((one) => `${one.relation} ${tellRows(one)}`).join(', ');
  const columns = found.columns.slice(0, mostColumns);
  const side = (rows: ShownRows['rows']): string =>
    tellRows({ columns, rows: rows.map((row) => row.slice(0, columns.length)) });
  const unstable = found.unstable === null ? '' : ` (${found.unstable}: one of several, by the order of the rows)`;
  return `on ${given}: base gives ${side(found.base)}, head gives ${side(found.head)}${unstable}`;
}

const mostColumns = 4;

function tellRows({ columns, rows }: ShownRows): string {
  if (rows.length === 0) return 'no row';
  const row = (values: readonly ShownValue[]): string =>
    columns.length === 0 ? '()' : `(${columns.map((name, at) => `${name} ${values[at] ?? 'NULL'}`).join(', ')})`;
  return rows.map(row).join(' ');
}
