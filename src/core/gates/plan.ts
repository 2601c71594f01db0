import type { Reason } from '#core/base';
import { reason } from '#core/base';
import type { Change } from '#core/change';
import type { Answers, Question } from '#core/evidence';
import type { Assistance } from '#core/provenance';
import type { Gate, GateInput, GateResult } from './gate.ts';

/** What the gates are told, apart from their options. */
export interface PlanInput {
  readonly change: Change;
  readonly assistance: Assistance;
  readonly depth: 'standard' | 'deep';
  /** What the policy says to each gate, by gate id. */
  readonly options: ReadonlyMap<string, unknown>;
}

export interface GatePlan {
  readonly gates: readonly PlannedGate[];
  /** Each question once, in the order in which the gates ask. Nothing else will be asked. */
  readonly questions: readonly Question[];
}

/** A gate that waits for answers, or one whose result is known because it does not apply or asked nothing. */
type PlannedGate =
  | { readonly gate: Gate; readonly waits: true; readonly input: GateInput<unknown> }
  | { readonly gate: Gate; readonly waits: false; readonly result: GateResult };

export interface GateOutcome {
  readonly gate: Gate;
  readonly result: GateResult;
}

/** Which gates apply, and every question they need answered, before anything is asked. */
export function planGates(gates: readonly Gate[], { change, assistance, depth, options }: PlanInput): GatePlan {
  const planned: PlannedGate[] = [];
  const questions = new Map<string, Question>();
  for (const gate of gates) {
    const settled = planned.flatMap((one) => (one.waits ? [] : [{ gateId: one.gate.id, result: one.result }]));
    planned.push(planGate(gate, { change, assistance, depth, options: options.get(gate.id), settled }, questions));
  }
  return { gates: planned, questions: [...questions.values()] };
}

/** Runs every gate that waited for answers. A gate that throws is unknown; the others still report. */
export function judgeAll(plan: GatePlan, answers: Answers): readonly GateOutcome[] {
  return plan.gates.map((planned) => {
    if (!planned.waits) return { gate: planned.gate, result: planned.result };
    const { gate, input } = planned;
    return { gate, result: guarded(() => gate.judge(input, answers), unknownBecause) };
  });
}

function planGate(gate: Gate, input: GateInput<unknown>, questions: Map<string, Question>): PlannedGate {
  return guarded<PlannedGate>(
    () => {
      const applies = gate.appliesTo(input);
      if (applies !== 'yes') {
        return { gate, waits: false, result: { outcome: 'passed', basis: 'not-applicable', summary: applies.text } };
      }
      const asked = gate.ask(input);
      if (asked.length === 0) return { gate, waits: false, result: gate.judge(input, new Map()) };
      for (const question of asked) {
        if (!questions.has(question.key)) questions.set(question.key, question);
      }
      return { gate, waits: true, input };
    },
    (cause) => ({ gate, waits: false, result: unknownBecause(cause) }),
  );
}

function guarded<Value>(attempt: () => Value, otherwise: (cause: Reason) => Value): Value {
  try {
    return attempt();
  } catch (error) {
    return otherwise(brokenGate(error));
  }
}

function unknownBecause(cause: Reason): GateResult {
  return { outcome: 'unknown', reason: cause };
}

/** Only the error's kind is told: its message may hold SQL or values. */
function brokenGate(error: unknown): Reason {
  const kind = error instanceof Error ? error.name : 'unknown error';
  return reason('gate-broken', `the gate stopped on an internal error (${kind})`, 'report it with the review id');
}
