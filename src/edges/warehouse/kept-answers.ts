import type { Answer, DataQuestion } from '#core/evidence';

/** Answers that need not be asked for again: of the same question on the same relations in the same state. */
export interface KeptAnswers {
  recall(question: DataQuestion): Answer | null;
  remember(question: DataQuestion, answer: Answer): void;
}

/** A relation may be built again at any time without the review learning of it. */
const keptMilliseconds = 10 * 60_000;
const mostKept = 20_000;

/** Keeps answers for ten minutes. A question holds its relations and their state, so that another build is another question. */
export function keptAnswers(now: () => Date): KeptAnswers {
  const kept = new Map<string, { readonly answer: Answer; readonly until: number }>();
  return {
    recall(question) {
      const found = kept.get(JSON.stringify(question));
      return found !== undefined && found.until > now().getTime() ? found.answer : null;
    },
    remember(question, answer) {
      const oldest = kept.keys().next();
      if (kept.size >= mostKept && oldest.done !== true) kept.delete(oldest.value);
      kept.set(JSON.stringify(question), { answer, until: now().getTime() + keptMilliseconds });
    },
  };
}
