import type { Reason, UniqueId } from '#core/base';
import { grouped, reason } from '#core/base';
import type { DbtCatalog } from '#core/dbt';
import type { Question } from './evidence.ts';
import type { Side } from './side.ts';

/** How much may be asked of data for one review. */
export interface Budget {
  readonly questions: number;
  readonly bytes: number;
  /** From the first question on; what has not begun by then is not asked. */
  readonly seconds: number;
}

/** How long counterexamples may be searched for. */
export interface SearchBudget {
  /** Of one model. */
  readonly modelSeconds: number;
  /** Of all models of one review; 0 for no search at all. */
  readonly seconds: number;
}

/** Questions with their price, before any is asked; and those that are not asked, with the reason. */
export interface PricedQuestions {
  readonly asked: readonly Question[];
  readonly refused: ReadonlyMap<string, Reason>;
  /** Bytes that the asked ones read, as far as the catalogs say. */
  readonly bytes: number;
  /** Asked ones whose size no catalog gives. */
  readonly unpriced: number;
}

/** Statistics in which adapters give a relation's size in bytes. */
const sizes: readonly string[] = ['num_bytes', 'bytes'];

/**
 * Which questions fit into the budget, in their order, but counts of rows first: they say most and cost least. A question that does not
 * fit by its bytes is left out, and smaller ones after it may still fit. Questions to the LLM and for counterexamples have no price here.
 */
export function priceQuestions(
  questions: readonly Question[],
  budget: Budget,
  catalogs: Readonly<Record<Side, DbtCatalog | null>>,
): PricedQuestions {
  const asked: Question[] = questions.filter(({ kind }) => !isPriced(kind));
  const refused = new Map<string, Reason>();
  let [count, bytes, unpriced] = [0, 0, 0];
  const first = questions.filter(({ kind }) => kind === 'row-count');
  const others = questions.filter(({ kind }) => kind !== 'row-count' && isPriced(kind));
  for (const question of [...first, ...others]) {
    const price = bytesOf(question, catalogs);
    if (count >= budget.questions) {
      refused.set(question.key, overCount(budget));
    } else if (bytes + (price ?? 0) > budget.bytes) {
      refused.set(question.key, overBytes(budget));
    } else {
      asked.push(question);
      count += 1;
      bytes += price ?? 0;
      unpriced += price === null ? 1 : 0;
    }
  }
  return { asked, refused, bytes, unpriced };
}

function isPriced(kind: Question['kind']): boolean {
  return kind !== 'claims' && kind !== 'counterexample';
}

/** Why a counterexample was not searched for: the time for all models was over before. */
export function notSearched({ seconds }: SearchBudget): Reason {
  const text =
    seconds === 0
      ? 'the policy allows no search for counterexamples'
      : `the ${seconds} s for the counterexamples of all models were over`;
  return reason('over-budget', text, 'raise `counterexamples.max_seconds` in the policy');
}

/** Why a question was not asked although it was planned: the time for all of them was over. */
export function overTime({ seconds }: Budget): Reason {
  return reason(
    'over-budget',
    `not measured: the ${seconds} s for all questions were over`,
    'raise `data.max_seconds` in the policy',
  );
}

function overCount({ questions }: Budget): Reason {
  const text = `not measured: more than the ${grouped(questions)} questions that one review may ask`;
  return reason('over-budget', text, 'raise `data.max_questions` in the policy');
}

function overBytes({ bytes }: Budget): Reason {
  const text = `not measured: more than the ${grouped(bytes / 1e9)} GB that one review may read`;
  return reason('over-budget', text, 'raise `data.max_gigabytes` in the policy');
}

function bytesOf(question: Question, catalogs: Readonly<Record<Side, DbtCatalog | null>>): number | null {
  if (question.kind === 'claims' || question.kind === 'counterexample') return 0;
  if ('side' in question) return sizeOf(catalogs[question.side], question.uniqueId);
  const [base, head] = [sizeOf(catalogs.base, question.uniqueId), sizeOf(catalogs.head, question.uniqueId)];
  return base === null && head === null ? null : (base ?? 0) + (head ?? 0);
}

function sizeOf(catalog: DbtCatalog | null, uniqueId: UniqueId): number | null {
  const stats = catalog?.get(uniqueId)?.stats ?? {};
  for (const name of sizes) {
    const value = Number(Object.hasOwn(stats, name) ? stats[name] : Number.NaN);
    if (Number.isFinite(value) && value >= 0) return value;
  }
  return null;
}
