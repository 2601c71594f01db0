import type { UniqueId } from '#core/base';
import { compareText, grouped } from '#core/base';
import type { Basis, Cost, Finding, Gate, GateResult } from '#core/gates';
import { severityCosts } from '#core/gates';
import type { GatePolicy } from './policy.ts';
import { DEEP_REVIEW } from './policy.ts';
import type { JudgedGate, RatedFinding } from './verdict.ts';

const COST_ORDER: Readonly<Record<Cost, number>> = { block: 0, warn: 1, note: 2 };
const BASIS_ORDER: Readonly<Record<Basis, number>> = { proven: 0, measured: 1, heuristic: 2 };
const CONSUMER_TYPES = ['exposure', 'metric', 'semantic_model', 'saved_query'];

/** A gate's result under a policy: what its findings cost, and what that makes of the gate. */
export function judgeGate(gate: Gate, result: GateResult, policy: GatePolicy): JudgedGate {
  const common = { gateId: gate.id, title: gate.title, mode: policy.mode, result };
  switch (result.outcome) {
    case 'passed':
      return { ...common, outcome: 'passed', summary: result.summary, reason: null, findings: [] };
    case 'unknown':
      return { ...common, outcome: 'unknown', summary: result.reason.text, reason: result.reason, findings: [] };
    case 'failed': {
      const findings = rankFindings(result.findings.map((finding) => rateFinding(finding, gate, policy)));
      if (findings.some(({ cost }) => cost === 'block')) {
        return { ...common, outcome: 'failed', summary: result.summary, reason: null, findings };
      }
      const unknown = result.unknown[0] ?? null;
      if (unknown === null) return { ...common, outcome: 'passed', summary: result.summary, reason: null, findings };
      return { ...common, outcome: 'unknown', summary: unknown.text, reason: unknown, findings };
    }
  }
}

/**
 * The most harmful first: what costs more, then proven before measured before heuristic, then what reaches an exposure
 * or metric before what does not; equals keep their order, which is that of the gates.
 */
export function rankFindings(findings: readonly RatedFinding[]): readonly RatedFinding[] {
  return [...findings].sort(
    (a, b) =>
      COST_ORDER[a.cost] - COST_ORDER[b.cost] ||
      BASIS_ORDER[a.basis] - BASIS_ORDER[b.basis] ||
      Number(reachesConsumer(b)) - Number(reachesConsumer(a)) ||
      (a.gateId === b.gateId ? compareText(a.fingerprint, b.fingerprint) : 0),
  );
}

/** Whether a node is where data leaves the project: an exposure, metric, semantic model or saved query. */
export function isConsumer(uniqueId: UniqueId): boolean {
  return CONSUMER_TYPES.includes(uniqueId.slice(0, uniqueId.indexOf('.')));
}

/** A message with its values in place of `{name}`; numbers with thousands separators. A name without a value stays. */
function fillMessage(template: string, values: Finding['data']): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value === undefined
      ? whole
      : typeof value === 'number'
        ? grouped(Number.isInteger(value) ? value : Number(value.toFixed(2)))
        : value;
  });
}

function rateFinding(finding: Finding, gate: Gate, policy: GatePolicy): RatedFinding {
  const message = gate.messages[finding.messageId];
  const usual = finding.severity === undefined ? message?.cost : severityCosts[finding.severity];
  const asked = ownValue(policy.findings, finding.messageId) ?? usual ?? 'warn';
  const cost = atMost(asked, gate.id === DEEP_REVIEW ? 'note' : finding.basis === 'heuristic' ? 'warn' : 'block');
  return { ...finding, gateId: gate.id, cost, text: fillMessage(message?.text ?? finding.messageId, finding.data) };
}

function atMost(cost: Cost, most: Cost): Cost {
  return COST_ORDER[cost] < COST_ORDER[most] ? most : cost;
}

function ownValue(costs: GatePolicy['findings'], messageId: string): Cost | undefined {
  return Object.hasOwn(costs, messageId) ? costs[messageId] : undefined;
}

function reachesConsumer(finding: RatedFinding): boolean {
  return finding.downstream.some(isConsumer);
}
