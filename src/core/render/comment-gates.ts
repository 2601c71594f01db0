import type { Reason } from '#core/base';
import { grouped } from '#core/base';
import type { JudgedGate } from '#core/policy';
import { DEEP_REVIEW } from '#core/policy';
import type { Detail } from './detail.ts';
import { capitalised, cell, code, prose, sentence } from './escape.ts';
import { counted } from './quantities.ts';
import type { ReviewView } from './review-view.ts';
import { artifactLines } from './workflow-lines.ts';

/** The table of gates: outcome and one phrase; of an unknown one, its reason and what to do about it. */
export function gatesSection({ verdict }: ReviewView, detail: Detail): string {
  const gates = verdict.gates.filter((gate) => gate.gateId !== DEEP_REVIEW || applies(gate));
  if (gates.length === 0) return 'No gate is switched on, so nothing was judged.';
  const rows = gates
    .slice(0, detail.gates)
    .map((gate) => `| ${cell(gateTitle(gate))} | ${cell(gatePhrase(gate, detail.prose))} |`);
  const left = gates.length - rows.length;
  const table = ['| gate | |', '|---|---|', ...rows].join('\n');
  return left > 0 ? `${table}\n\n${counted(left, 'more gate')}: see the check runs.` : table;
}

/** ⛔ failed · ❔ could not tell · ⚠️ passed with a warning · ✅ passed · – does not apply. */
export function gateIcon(gate: JudgedGate): string {
  if (gate.outcome === 'failed') return '⛔';
  if (gate.outcome === 'unknown') return '❔';
  if (!applies(gate)) return '–';
  return gate.findings.some(({ cost }) => cost !== 'note') ? '⚠️' : '✅';
}

/** Whether there was anything for a gate to look at. */
export function applies({ result }: JudgedGate): boolean {
  return result.outcome !== 'passed' || result.basis !== 'not-applicable';
}

/** Why there is no review, and the lines to add so that there will be one. */
export function missingSection({ missing, verdict, policy, request }: ReviewView): string {
  if (missing === null) return '';
  const judged = `Nothing was judged: ${counted(verdict.gates.length, 'gate')} could not look.`;
  const remedy = missing.remedy === undefined ? '' : ` ${capitalised(sentence(missing.remedy, 400))}`;
  if (!hasNoArtifacts(missing)) return `${judged}${remedy}`;
  const language = policy.artifacts.source === 'workflow' ? 'yaml' : 'sh';
  const lines = `\`\`\`${language}\n${artifactLines(policy.artifacts, request.baseBranch)}\n\`\`\``;
  return `${judged}${remedy}\n\nThe review reads what dbt leaves behind, on both sides. This gives it:\n\n${lines}`;
}

/** Whether a review lacks its artifacts, and not something that is wrong with them. */
export function hasNoArtifacts({ code: kind }: Reason): boolean {
  return kind === 'no-artifact' || kind === 'no-manifest';
}

/** What became of a deep review that somebody asked for. */
export function deepReviewLine({ deepReview }: ReviewView, detail: Detail): string {
  if (deepReview === null) return '';
  const { ran, claims, reason } = deepReview;
  if (!ran)
    return `Deep review was asked for and did not run${reason === null ? '.' : `: ${reasonMarkdown(reason, detail.prose)}.`}`;
  if (claims.total === 0) return 'Deep review: the LLM claimed nothing.';
  const held = `${grouped(claims.grounded)} of ${counted(claims.total, 'claim')} of the LLM held against the code`;
  return `Deep review: ${held}${claims.dropped > 0 ? `, ${grouped(claims.dropped)} dropped` : ''}. Advice only.`;
}

/** A reason with its remedy, as Markdown. */
export function reasonMarkdown({ text, remedy }: Reason, max: number): string {
  return remedy === undefined ? prose(text, max) : `${prose(text, max)}; ${prose(remedy, max)}`;
}

function gateTitle({ gateId, mode }: JudgedGate): string {
  return mode === 'advisory' && gateId !== DEEP_REVIEW ? `${gateId} (advisory)` : gateId;
}

function gatePhrase(gate: JudgedGate, max: number): string {
  const icon = gateIcon(gate);
  if (gate.outcome === 'unknown') {
    const reason = gate.reason === null ? prose(gate.summary, max) : reasonMarkdown(gate.reason, max);
    return `${icon} unknown: ${reason}`;
  }
  if (!applies(gate)) return `– does not apply: ${prose(gate.summary, max)}`;
  return `${icon} ${gate.summary === '' ? code(gate.gateId) : prose(gate.summary, max)}`;
}
