import { reason } from '#core/base';
import type { Answer, Answers, Question } from '#core/evidence';
import { unanswered } from '#core/evidence';
import type { EvidenceSource } from './ports.ts';

/** How many questions are under way at once. */
const CONCURRENCY = 4;

/**
 * Asks the questions of a plan, each once. Sources are asked in their order until one knows; if none does, the answer
 * is the last one's reason. A source that throws has not answered.
 */
export async function gatherEvidence(
  questions: readonly Question[],
  sources: readonly EvidenceSource[],
): Promise<Answers> {
  const answers = new Map<string, Answer>();
  const waiting = [...questions];
  async function work(): Promise<void> {
    for (let question = waiting.shift(); question !== undefined; question = waiting.shift()) {
      answers.set(question.key, await answerOne(question, sources));
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return new Map(questions.flatMap(({ key }) => (answers.has(key) ? [[key, answers.get(key) as Answer]] : [])));
}

async function answerOne(question: Question, sources: readonly EvidenceSource[]): Promise<Answer> {
  let last = unanswered(question.kind);
  for (const source of sources) {
    if (!source.kinds.includes(question.kind)) continue;
    const answer = await askSafely(source, question);
    if (answer.known) return answer;
    last = answer;
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
