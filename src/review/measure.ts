import type { QuestionPrice } from '#core/audit';
import { RepositoryError } from '#core/base';
import type { Sides } from '#core/change';
import type { Answers, DataQuestion } from '#core/evidence';
import { gates, planGates } from '#core/gates';
import { gateOptions } from '#core/policy';
import { detectAssistance } from '#core/provenance';
import { analyzeSides } from './analyze-sides.ts';
import { collectSnapshot } from './collect-snapshot.ts';
import { gatherPriced, limitsOf } from './gather-evidence.ts';
import type { ReviewPorts, ReviewRequest } from './ports.ts';

/** What a review would ask of data, and the answers. */
export interface Measured {
  readonly sides: Sides;
  readonly questions: readonly DataQuestion[];
  readonly answers: Answers;
  readonly price: QuestionPrice | null;
}

/** Asks every question on data that a review of these artifacts would ask, and judges nothing. Throws RepositoryError when there is nothing to compare. */
export async function measure(request: ReviewRequest, ports: ReviewPorts): Promise<Measured> {
  const snapshot = await collectSnapshot(request, ports);
  const { sides, policy, pullRequest } = snapshot;
  if ('code' in sides) throw new RepositoryError(sides.code, sides.text);
  const { change } = await analyzeSides(sides, ports);
  const assistance = detectAssistance(pullRequest);
  const plan = planGates(gates, { change, assistance, depth: 'standard', options: gateOptions(policy) });
  const questions = plan.questions.filter(
    (question) => question.kind !== 'claims' && question.kind !== 'counterexample',
  );
  const { answers, price } = await gatherPriced(questions, ports.evidence, limitsOf(sides, policy, ports));
  return { sides, questions, answers, price };
}
