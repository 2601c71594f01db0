import { reason } from '#core/base';
import type { Sides } from '#core/change';
import type { DbtCatalog } from '#core/dbt';
import type { Answer, Answers, Budget, Question, Side } from '#core/evidence';
import { overTime, priceQuestions, unanswered } from '#core/evidence';
import type { Policy } from '#core/policy';
import { notInArtifacts } from './artifact-rows.ts';
import type { Clock, EvidenceSource, ReviewPorts } from './ports.ts';

/** How many questions are under way at once. */
const CONCURRENCY = 4;

/** What holds the questions down that are not answered from what is at hand. */
export interface Limits {
  readonly budget: Budget;
  /** For the sizes of relations. */
  readonly catalogs: Readonly<Record<Side, DbtCatalog | null>>;
  readonly clock: Clock;
}

/** The limits of a review, by its policy. */
export function limitsOf({ base, head }: Sides, { data }: Policy, { clock }: Pick<ReviewPorts, 'clock'>): Limits {
  return { budget: data, catalogs: { base: base.catalog, head: head.catalog }, clock };
}

/**
 * Asks the questions of a plan, each once. Sources are asked in their order until one knows; if none does, the answer
 * is the last one's reason. A source that throws has not answered. What sources have at hand costs nothing; the rest is
 * priced before any of it is asked, and what does not fit into the budget is answered with that.
 */
export async function gatherEvidence(
  questions: readonly Question[],
  sources: readonly EvidenceSource[],
  limits?: Limits,
): Promise<Answers> {
  const free = await askAll(
    questions,
    sources.filter(({ atHand }) => atHand === true),
    () => null,
  );
  const open = questions.filter(({ key }) => free.get(key)?.known !== true);
  const others = sources.filter(({ atHand }) => atHand !== true);
  const priced = limits === undefined ? null : priceQuestions(open, limits.budget, limits.catalogs);
  const until = limits === undefined ? 0 : limits.clock.now().getTime() + limits.budget.seconds * 1_000;
  const asked = await askAll(priced?.asked ?? open, others, (question) =>
    limits !== undefined && question.kind !== 'claims' && limits.clock.now().getTime() >= until
      ? { known: false, reason: overTime(limits.budget) }
      : null,
  );
  return new Map(
    questions.map(({ key, kind }): [string, Answer] => {
      const refusal = priced?.refused.get(key);
      const refused: Answer | undefined = refusal === undefined ? undefined : { known: false, reason: refusal };
      const found = [free.get(key), asked.get(key), refused].filter((answer) => answer !== undefined);
      return [key, found.find(({ known }) => known) ?? found.at(-1) ?? unanswered(kind)];
    }),
  );
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

/** Null where no source says more than that it has nothing. */
async function answerOne(question: Question, sources: readonly EvidenceSource[]): Promise<Answer | null> {
  let last: Answer | null = null;
  for (const source of sources) {
    if (!source.kinds.includes(question.kind)) continue;
    const answer = await askSafely(source, question);
    if (answer.known) return answer;
    if (answer.reason.code !== notInArtifacts) last = answer;
  }
  return last;
}

async function askSafely(source: EvidenceSource, question: Question): Promise<Answer> {
  try {
    return await source.answer(question);
  } catch (error) {
    const kind = error instanceof Error ? error.name : 'unknown error';
    return { known: false, reason: reason('source-failed', `the source of the answer failed (${kind})`) };
  }
}
