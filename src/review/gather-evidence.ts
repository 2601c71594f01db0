import type { QuestionPrice } from '#core/audit';
import { reason } from '#core/base';
import type { Sides } from '#core/change';
import type { DbtCatalog } from '#core/dbt';
import type { Answer, Answers, Budget, PricedQuestions, Question, SearchBudget, Side } from '#core/evidence';
import { notSearched, overTime, priceQuestions, unanswered } from '#core/evidence';
import type { Policy } from '#core/policy';
import { notInArtifacts } from './artifact-rows.ts';
import type { Clock, EvidenceSource, ReviewPorts, Within } from './ports.ts';

/** How many questions are under way at once. */
const CONCURRENCY = 4;

/** What holds the questions down that are not answered from what is at hand. */
export interface Limits {
  readonly budget: Budget;
  readonly search: SearchBudget;
  /** For the sizes of relations. */
  readonly catalogs: Readonly<Record<Side, DbtCatalog | null>>;
  readonly clock: Clock;
}

/** The limits of a review, by its policy. */
export function limitsOf(
  { base, head }: Sides,
  { data, counterexamples }: Policy,
  { clock }: Pick<ReviewPorts, 'clock'>,
): Limits {
  return { budget: data, search: counterexamples, catalogs: { base: base.catalog, head: head.catalog }, clock };
}

/**
 * Asks the questions of a plan, each once. Sources are asked in their order until one knows; if none does, the answer
 * is the last one's reason. A source that throws has not answered. What sources have at hand costs nothing; the rest is
 * priced before any of it is asked, and what does not fit into the budget is answered with that. Counterexamples are searched for beside
 * the questions on data, one model after the other.
 */
export async function gatherEvidence(
  questions: readonly Question[],
  sources: readonly EvidenceSource[],
  limits?: Limits,
): Promise<Answers> {
  const { answers } = await gatherPriced(questions, sources, limits);
  return answers;
}

/** The same, with what the questions were priced at; null without limits. */
export async function gatherPriced(
  questions: readonly Question[],
  sources: readonly EvidenceSource[],
  limits?: Limits,
): Promise<{ readonly answers: Answers; readonly price: QuestionPrice | null }> {
  const others = sources.filter(({ atHand }) => atHand !== true);
  const free = await askAll(
    questions,
    sources.filter(({ atHand }) => atHand === true),
    () => null,
  );
  const unknown = questions.filter(({ key }) => free.get(key)?.known !== true);
  const open = unknown.filter(({ kind }) => kind !== 'counterexample');
  const searched = searchAll(
    unknown.filter(({ kind }) => kind === 'counterexample'),
    others,
    limits,
  );
  const priced = limits === undefined ? null : priceQuestions(open, limits.budget, limits.catalogs);
  const until = limits === undefined ? 0 : limits.clock.now().getTime() + limits.budget.seconds * 1_000;
  const asked = await askAll(priced?.asked ?? open, others, (question) =>
    limits !== undefined && question.kind !== 'claims' && limits.clock.now().getTime() >= until
      ? { known: false, reason: overTime(limits.budget) }
      : null,
  );
  const found = await searched;
  const answers = new Map(
    questions.map(({ key, kind }): [string, Answer] => {
      const refusal = priced?.refused.get(key);
      const refused: Answer | undefined = refusal === undefined ? undefined : { known: false, reason: refusal };
      const had = [free.get(key), asked.get(key), found.get(key), refused].filter((answer) => answer !== undefined);
      return [key, had.find(({ known }) => known) ?? had.at(-1) ?? unanswered(kind)];
    }),
  );
  return { answers, price: priced && toPrice(priced) };
}

function toPrice({ asked, refused, bytes, unpriced }: PricedQuestions): QuestionPrice {
  const onData = asked.filter(({ kind }) => kind !== 'claims' && kind !== 'counterexample');
  return { asked: onData.length, refused: refused.size, bytes, unpriced };
}

async function askAll(
  questions: readonly Question[],
  sources: readonly EvidenceSource[],
  instead: (question: Question) => Answer | null,
): Promise<Answers> {
  const answers = new Map<string, Answer>();
  const waiting = questions.filter(({ kind }) => sources.some(({ kinds }) => kinds.includes(kind)));
  async function work(): Promise<void> {
    for (let question = waiting.shift(); question !== undefined; question = waiting.shift()) {
      const answer = instead(question) ?? (await answerOne(question, sources));
      if (answer !== null) answers.set(question.key, answer);
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return answers;
}

/** One after the other: they share one processor, and each is given what is left of the time for all. */
async function searchAll(
  questions: readonly Question[],
  sources: readonly EvidenceSource[],
  limits: Limits | undefined,
): Promise<Answers> {
  const answers = new Map<string, Answer>();
  if (!sources.some(({ kinds }) => kinds.includes('counterexample'))) return answers;
  const { search, clock } = limits ?? { search: unlimited, clock: { now: () => new Date() } };
  const until = clock.now().getTime() + search.seconds * 1_000;
  for (const question of questions) {
    const left = until - clock.now().getTime();
    const within = { milliseconds: Math.min(left, search.modelSeconds * 1_000) };
    const answer: Answer | null =
      left > 0 ? await answerOne(question, sources, within) : { known: false, reason: notSearched(search) };
    if (answer !== null) answers.set(question.key, answer);
  }
  return answers;
}

const unlimited: SearchBudget = { modelSeconds: 2, seconds: 3_600 };

/** Null where no source says more than that it has nothing. */
async function answerOne(
  question: Question,
  sources: readonly EvidenceSource[],
  within?: Within,
): Promise<Answer | null> {
  let last: Answer | null = null;
  for (const source of sources) {
    if (!source.kinds.includes(question.kind)) continue;
    const answer = await askSafely(source, question, within);
    if (answer.known) return answer;
    if (answer.reason.code !== notInArtifacts) last = answer;
  }
  return last;
}

async function askSafely(source: EvidenceSource, question: Question, within?: Within): Promise<Answer> {
  try {
    return await source.answer(question, within);
  } catch (error) {
    const kind = error instanceof Error ? error.name : 'unknown error';
    return { known: false, reason: reason('source-failed', `the source of the answer failed (${kind})`) };
  }
}
