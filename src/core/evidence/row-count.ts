import type { UniqueId } from '#core/base';
import { reason } from '#core/base';
import type { Answer, Question, RowCountQuestion, Side } from './evidence.ts';

/** The file in which a repository's own CI answers questions; it lies beside the dbt artifacts. */
export const evidenceFileName = 'weirkeeper-evidence.json';

/** Asks for the rows of one side's relation. The key names side and node, so that two gates share the answer. */
export function rowCountQuestion(side: Side, uniqueId: UniqueId, relation: string): RowCountQuestion {
  return { kind: 'row-count', key: `rows:${side}:${uniqueId}`, side, uniqueId, relation };
}

/** The answer to a question that no source answers. */
export function unanswered(kind: Question['kind']): Extract<Answer, { readonly known: false }> {
  switch (kind) {
    case 'row-count':
      return {
        known: false,
        reason: reason(
          'no-warehouse',
          `no warehouse is configured and the artifacts hold no ${evidenceFileName}`,
          `set WAREHOUSE_URL, or upload ${evidenceFileName} beside the artifacts`,
        ),
      };
    case 'claims':
      return { known: false, reason: reason('no-llm', 'no LLM is configured', 'set OPENAI_API_KEY') };
  }
}
