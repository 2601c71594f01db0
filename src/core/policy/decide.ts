import type { Reason } from '#core/base';
import type { Change } from '#core/change';
import type { Gate, GateResult } from '#core/gates';
import type { Assistance } from '#core/provenance';
import type { Policy } from './policy.ts';
import { gatePolicy } from './policy.ts';
import { judgeGate, rankFindings } from './rate-findings.ts';
import type { RungFact } from './rung.ts';
import { changedInMeaning, highest, rungOf } from './rung.ts';
import type { JudgedGate, Verdict } from './verdict.ts';

/** What a verdict is made of. `results` are in the order of the list of gates. */
export interface DecideInput {
  readonly change: Change;
  readonly results: readonly { readonly gate: Gate; readonly result: GateResult }[];
  readonly policy: Policy;
  readonly assistance: Assistance;
}

const MAX_REASONS = 8;
const MAX_REASONS_OF_A_KIND = 3;

/**
 * Results → verdict. Failed if any required gate failed; else unknown if any required gate could not tell; else passed.
 * The policy's advisory mode changes what the check runs conclude, not the verdict. Gates that are off are left out.
 */
export function decide({ change, results, policy, assistance }: DecideInput): Verdict {
  const gates = results.flatMap(({ gate, result }) => {
    const own = gatePolicy(policy, gate.id);
    return own.mode === 'off' ? [] : [judgeGate(gate, result, own)];
  });
  const { rung, facts } = rungOf({ change, gates, policy, assistance });
  return { outcome: outcomeOf(gates), rung, reasons: reasonsOf(gates, facts, change), gates };
}

/**
 * The verdict when there is nothing to judge: every gate unknown for the same reason. The rung is T2, because nothing is
 * known that would let the change pass with less than an owner's look.
 */
export function undecided(gates: readonly Gate[], policy: Policy, reason: Reason): Verdict {
  const judged = gates.flatMap((gate) => {
    const own = gatePolicy(policy, gate.id);
    return own.mode === 'off' ? [] : [judgeGate(gate, { outcome: 'unknown', reason }, own)];
  });
  return { outcome: 'unknown', rung: 'T2', reasons: [reason.text], gates: judged };
}

function outcomeOf(gates: readonly JudgedGate[]): Verdict['outcome'] {
  const required = gates.filter(({ mode }) => mode === 'required');
  if (required.some(({ outcome }) => outcome === 'failed')) return 'failed';
  return required.some(({ outcome }) => outcome === 'unknown') ? 'unknown' : 'passed';
}

/** One phrase each, the most important first: what blocks, what could not be told, what else set the rung. */
function reasonsOf(gates: readonly JudgedGate[], facts: readonly RungFact[], change: Change): readonly string[] {
  const findings = rankFindings(gates.flatMap((gate) => gate.findings));
  const blocking = findings.filter(({ cost }) => cost === 'block').map(({ text }) => text);
  const warning = findings.filter(({ cost }) => cost === 'warn').map(({ text }) => text);
  const unknown = gates
    .filter(({ mode, outcome }) => mode === 'required' && outcome === 'unknown')
    .map(({ gateId, summary }) => `${gateId}: ${summary}`);
  const rung = highest(facts);
  const setting = facts.filter((fact) => fact.text !== '' && fact.rung === rung).map(({ text }) => text);
  const reasons = [blocking, unknown, warning, setting].flatMap((kind) => shortened([...new Set(kind)]));
  return reasons.length > 0 ? reasons.slice(0, MAX_REASONS) : [nothingFound(gates, change)];
}

function shortened(reasons: readonly string[]): readonly string[] {
  const more = reasons.length - MAX_REASONS_OF_A_KIND;
  return more > 0 ? [...reasons.slice(0, MAX_REASONS_OF_A_KIND), `and ${more} more like these`] : reasons;
}

function nothingFound(gates: readonly JudgedGate[], change: Change): string {
  if (change.modified.length === 0 && change.removed.length === 0) return 'no model is modified';
  if (changedInMeaning(change).length === 0 && change.removed.length === 0) return 'no change in meaning';
  return `no finding in ${gates.length} ${gates.length === 1 ? 'gate' : 'gates'}`;
}
