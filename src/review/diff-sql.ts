import type { Reason, UniqueId } from '#core/base';
import { reason } from '#core/base';
import type { Change } from '#core/change';
import type { Answers } from '#core/evidence';
import type { GatePlan } from '#core/gates';
import { gates, judgeAll, planGates } from '#core/gates';
import { isSameTree } from '#core/meaning';
import type { RatedFinding } from '#core/policy';
import { decide, defaultPolicy, gateOptions } from '#core/policy';
import { detectAssistance } from '#core/provenance';
import { compareModels } from '#core/rules';
import { toDialect } from '#core/sql';
import { analyzeSides } from './analyze-sides.ts';
import { gatherEvidence } from './gather-evidence.ts';
import type { EvidenceSource, SqlReader } from './ports.ts';
import { prepareReadable, type ReadablePair } from './readable-pair.ts';
import { type PreparedPair, preparePair, type SqlPair } from './sql-pair.ts';
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
  /** Where what is told holds, beyond what is so by default: `the run is incremental`. */
  readonly where: readonly string[];
  /** What was not analysed, because nothing is known of it: `AFTER:12: macro x`. */
  readonly masked: readonly string[];
}

/** Combinations of undecided conditions that are looked at. */
const mostWorlds = 16;

/** The pair as it is where certain conditions hold. */
interface World {
  readonly choices: ReadonlyMap<string, boolean>;
  readonly prepared: ReadablePair;
  readonly change: Change;
  readonly plan: GatePlan;
  readonly findings: readonly RatedFinding[];
  /** Why it was not read; null where it was. */
  readonly why: Reason | null;
  readonly proven: boolean;
}

/**
 * Compares two texts of one model as a review does, with the rules and the sources of evidence that a review has. Where Jinja does not
 * decide a condition, it is looked at both ways: what is told is told of the first way that has a finding, and proven is what is
 * proven in all.
 */
export async function diffSql(
  pair: SqlPair,
  sqlReader: SqlReader,
  evidence: readonly EvidenceSource[],
): Promise<SqlDiff> {
  const { worlds, all } = await worldsOf(pair, sqlReader);
  const told =
    worlds.find(isTelling) ??
    worlds.find(({ why, proven }) => why === null && !proven) ??
    worlds.find(({ proven }) => !proven) ??
    worlds[0];
  const answers = await gatherEvidence(told.plan.questions, evidence);
  const findings = findingsOf(told, answers);
  const counterexample = foundIn(answers);
  const { change, prepared, why } = told;
  const where = [...prepared.asked].flatMap(([key, words]) => (told.choices.get(key) === true ? [words] : []));
  const common = { findings, change, counterexample, where, masked: prepared.notes };
  if (worlds.every(({ proven }) => proven)) {
    const doubt = worlds.flatMap((world) => world.prepared.doubt ?? [])[0] ?? (all ? null : tooMany());
    return { equivalent: doubt === null ? 'proven' : 'unknown', why: doubt, ...common };
  }
  if (counterexample !== null) return { equivalent: 'disproven', why: null, ...common };
  return { equivalent: 'unknown', why: why ?? (findings.length > 0 ? null : notProven()), ...common };
}

/** The worlds of a pair, that of all defaults first, up to the first with a finding; whether these are all. */
async function worldsOf(
  pair: SqlPair,
  sqlReader: SqlReader,
): Promise<{ readonly worlds: readonly [World, ...World[]]; readonly all: boolean }> {
  const known = new Map<string, World>();
  const first = await look(pair, new Map(), sqlReader, known);
  const worlds: [World, ...World[]] = [first];
  const open = first.prepared.sameText ? [] : neighbours(first);
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    if (worlds.length >= mostWorlds || worlds.some(isTelling)) return { worlds, all: false };
    const world = await look(pair, next, sqlReader, known);
    worlds.push(world);
    open.push(...neighbours(world));
  }
  return { worlds, all: true };
}

function isTelling({ proven, findings }: World): boolean {
  return !proven && findings.length > 0;
}

/** The choices of a world with one more that is true, of those that were asked after the last that is. */
function neighbours({ choices, prepared: { asked } }: World): ReadonlyMap<string, boolean>[] {
  const keys = [...asked.keys()];
  const last = keys.findLastIndex((key) => choices.get(key) === true);
  return keys.slice(last + 1).map((key) => new Map([...choices, [key, true]]));
}

/** What is so where the choices are; what comes to the same SQL as before is not looked at again. */
async function look(
  pair: SqlPair,
  choices: ReadonlyMap<string, boolean>,
  sqlReader: SqlReader,
  known: Map<string, World>,
): Promise<World> {
  const rendered = preparePair(pair, { choices, forms: new Map() });
  const key = JSON.stringify(rendered.sql);
  const before = known.get(key);
  if (before !== undefined) return { ...before, choices, prepared: { ...rendered, unread: before.prepared.unread } };
  const world = await lookAt(await prepareReadable(pair, rendered, choices, sqlReader), choices, sqlReader);
  known.set(key, world);
  return world;
}

async function lookAt(
  prepared: ReadablePair,
  choices: ReadonlyMap<string, boolean>,
  sqlReader: SqlReader,
): Promise<World> {
  const { uniqueId, sides } = prepared;
  const { change } = await analyzeSides(sides, { sqlReader, lineageCache: noLineageCache });
  const own = gates.filter(({ id }) => id === 'sql-rules');
  const assistance = detectAssistance(null);
  const plan = planGates(own, { change, assistance, depth: 'standard', options: gateOptions(defaultPolicy) });
  const unread = compareModels(change).unread.find((one) => one.uniqueId === uniqueId);
  // Texts that differ in layout alone mean the same, however little of them is understood.
  const why = prepared.sameText ? null : (prepared.failed ?? prepared.unread ?? unread?.cause ?? null);
  const proven = why === null && (prepared.sameText || isProven(change, prepared));
  const world = { choices, prepared, change, plan, why, proven, findings: [] };
  return { ...world, findings: findingsOf(world, await gatherEvidence(plan.questions, [])) };
}

function findingsOf({ plan, change, prepared }: World, answers: Answers): readonly RatedFinding[] {
  if (prepared.failed !== null) return [];
  const assistance = detectAssistance(null);
  const verdict = decide({ results: judgeAll(plan, answers), change, assistance, policy: defaultPolicy });
  // Two manifests may differ in more than the one model.
  return verdict.gates.flatMap((gate) => gate.findings).filter(({ subject }) => isAbout(subject, prepared.uniqueId));
}

function isAbout(subject: RatedFinding['subject'], uniqueId: UniqueId): boolean {
  return (typeof subject === 'string' ? subject : subject.uniqueId) === uniqueId;
}

function isProven(change: Change, { uniqueId, masks }: PreparedPair): boolean {
  const modified = change.modified.find((node) => node.uniqueId === uniqueId);
  if (modified === undefined || modified.compiled === 'identical' || modified.compiled === 'formatting-only')
    return true;
  const masked = masks.base.length + masks.head.length > 0;
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

function tooMany(): Reason {
  const text = `its Jinja has more than ${mostWorlds} combinations of conditions that are not known`;
  return reason('not-rendered', text, 'compare the SQL that dbt compiled');
}
