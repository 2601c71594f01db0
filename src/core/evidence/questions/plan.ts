import type { OfRelation, QuestionOf } from '../data-question.ts';

/**
 * Asks how the warehouse would run a model's SELECT: the figures of `planFigures`, `bytes` where it can tell what would be read; `planned`
 * is 0 where it refuses the SELECT, and `text` then says why. Nothing is run. The SELECT is a pull request's own text, so it is
 * asked for only where the policy lets it be sent.
 */
export function planQuestion(of: OfRelation, select: string): QuestionOf<'plan'> {
  return { kind: 'plan', key: `plan:${of.side}:${of.uniqueId}`, ...of, select };
}
