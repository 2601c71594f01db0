import { reason } from '#core/base';
import type { DataKind } from './data-question.ts';
import type { Answer, Question } from './evidence.ts';

/** The file in which a repository's own CI answers questions; it lies beside the dbt artifacts. */
export const evidenceFileName = 'weirkeeper-evidence.json';

/** Every kind of question that is asked of data. */
export const dataKinds: readonly DataKind[] = [
  'row-count',
  'failing-rows',
  'column-profile',
  'key-profile',
  'distinct-rows',
  'newest',
  'key-diff',
  'window-rows',
  'value-match',
];

/** The answer to a question that no source answers. */
export function unanswered(kind: Question['kind']): Extract<Answer, { readonly known: false }> {
  if (kind === 'claims') {
    return { known: false, reason: reason('no-llm', 'no LLM is configured', 'set OPENAI_API_KEY') };
  }
  if (kind === 'counterexample') {
    return { known: false, reason: reason('no-search', 'nothing here searches for counterexamples') };
  }
  return {
    known: false,
    reason: reason(
      'no-warehouse',
      `no warehouse is configured and the artifacts hold no ${evidenceFileName}`,
      `set WAREHOUSE_URL, or upload ${evidenceFileName} beside the artifacts`,
    ),
  };
}
