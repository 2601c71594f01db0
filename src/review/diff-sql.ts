import type { Reason, UniqueId } from '#core/base';
import { reason } from '#core/base';
import type { Change } from '#core/change';
import type { Answers } from '#core/evidence';
import { gates, judgeAll, planGates } from '#core/gates';
import { bareText } from '#core/jinja';
import { isSameTree } from '#core/meaning';
import type { RatedFinding } from '#core/policy';
import { decide, defaultPolicy, gateOptions } from '#core/policy';
import { detectAssistance } from '#core/provenance';
import { compareModels } from '#core/rules';
import { toDialect } from '#core/sql';
import { analyzeSides } from './analyze-sides.ts';
import { gatherEvidence } from './gather-evidence.ts';
import type { EvidenceSource, SqlReader } from './ports.ts';
import { preparePair, type SqlPair } from './sql-pair.ts';
import { noLineageCache } from './trace-sides.ts';

/** What two texts of one model mean, compared. */
export interface SqlDiff {
  /** `proven`: the same rows on all data. `disproven`: other rows on the counterexample. */
  readonly equivalent: 'proven' | 'disproven' | 'unknown';
  /** Why it is not known; null where it is, or where findings say what differs. */
  readonly why: Reason | null;
  /** As in a review, the worst first. */
  readonly findings: readonly RatedFinding[];
  /** The change of that one model, for what shows it. */
  readonly change: Change;
  /** The rows on which they differ; null where none were found. */
  readonly counterexample: unknown;
}

/** Compares two texts of one model as a review does, with the rules and the sources of evidence that a review has. */
export async function diffSql(
  pair: SqlPair,
  sqlReader: SqlReader,
  evidence: readonly EvidenceSource[],
): Promise<SqlDiff> {
  const { sides, uniqueId, failed, doubt, masked } = preparePair(pair);
  const { change } = await analyzeSides(sides, { sqlReader, lineageCache: noLineageCache });
  const assistance = detectAssistance(null);
  const own = gates.filter(({ id }) => id === 'sql-rules');
  const options = gateOptions(defaultPolicy);
  const plan = planGates(own, { change, assistance, depth: 'standard', options });
  const answers = await gatherEvidence(plan.questions, evidence);
  const verdict = decide({ results: judgeAll(plan, answers), change, assistance, policy: defaultPolicy });
  // Two manifests may differ in more than the one model.
  const findings = verdict.gates.flatMap((gate) => gate.findings).filter(({ subject }) => isAbout(subject, uniqueId));
  const counterexample = foundIn(answers);
  const unread = compareModels(change).unread.find((one) => one.uniqueId === uniqueId);
  const why = failed ?? unread?.cause ?? null;
  const common = { findings, change, counterexample };
  if (isSameText(pair)) return { equivalent: 'proven', why: null, ...common };
  if (why === null && isProven(change, uniqueId, masked))
    return { equivalent: doubt === null ? 'proven' : 'unknown', why: doubt, ...common };
  if (counterexample !== null) return { equivalent: 'disproven', why: null, ...common };
  return { equivalent: 'unknown', why: why ?? (findings.length > 0 ? null : notProven()), ...common };
}

/** Whether the texts differ in nothing that has a meaning, however little of them is understood. */
function isSameText({ before, after }: SqlPair): boolean {
  const text = bareText(before);
  return text !== null && text === bareText(after);
}

function isAbout(subject: RatedFinding['subject'], uniqueId: UniqueId): boolean {
  return (typeof subject === 'string' ? subject : subject.uniqueId) === uniqueId;
}

function isProven(change: Change, uniqueId: UniqueId, masked: boolean): boolean {
  const modified = change.modified.find((node) => node.uniqueId === uniqueId);
  if (modified === undefined || modified.compiled === 'identical' || modified.compiled === 'formatting-only')
    return true;
  return masked ? hasSameTree(change, uniqueId) : compareModels(change).equal.has(uniqueId);
}

function hasSameTree({ base, head }: Change, uniqueId: UniqueId): boolean {
  const [one, other] = [base, head].map(({ trees }) => trees.get(uniqueId));
  if (one === undefined || other === undefined || one.lossy !== undefined || other.lossy !== undefined) return false;
  return isSameTree(one, other, toDialect(head.project.metadata.adapterType));
}

function foundIn(answers: Answers): unknown {
  const found = [...answers.values()].map((answer) => (answer.known && 'found' in answer ? answer.found : null));
  return found.find((one) => one !== null) ?? null;
}

function notProven(): Reason {
  return reason('not-proven', 'they differ, and were neither proven to mean the same nor shown to differ');
}
