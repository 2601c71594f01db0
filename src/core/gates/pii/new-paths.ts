import type { Reason } from '#core/base';
import { reason, sortedBy, toFingerprint } from '#core/base';
import type { ColumnAt, Level, Taint } from '#core/pii';
import { categoryOf, hopsOf, isAbove, lineageOf, protectionOf } from '#core/pii';
import type { Finding } from '../gate.ts';
import { placeInPatch } from '../place-in-patch.ts';
import type { TracedChange, TracedSide } from './compare-sides.ts';
import { baseDatumKey, headDatumKey } from './compare-sides.ts';
import { labelYaml, plainLabel } from './label-yaml.ts';
import { levelText, nameOf, pathText, regulationsText, shown, spelled, wordPattern } from './path-text.ts';
import type { Sink } from './sinks.ts';
import { isPlain, shows, showsTooMuch } from './sinks.ts';

/** Findings of one rule, and what it could not tell. */
export interface Look<MessageId extends string> {
  readonly findings: readonly Finding<MessageId>[];
  readonly unknown: readonly Reason[];
}

export type PathMessage = 'new-personal-path' | 'protection-weakened' | 'weak-hash';

interface Arrival {
  readonly column: string;
  readonly taint: Taint;
  /** How much of the same datum the sink showed at base, and how it came there; null when none. */
  readonly before: Taint | null;
}

/**
 * PII-01, PII-02 and PII-12: personal data that reaches a sink above what the sink may hold, where at base it did not, or did
 * in a lesser form. One finding a category and sink.
 */
export function findNewPaths(traced: TracedChange): Look<PathMessage> {
  const findings: Finding<PathMessage>[] = [];
  const unknown: Reason[] = [];
  for (const sink of sortedBy(traced.head.sinks.values(), ({ uniqueId }) => uniqueId)) {
    const before = traced.base.sinks.get(traced.baseIds.get(sink.uniqueId) ?? sink.uniqueId);
    const opened = arrivalsAt(traced, sink, before).filter(
      (one) => one.before === null || isAbove(one.taint.level, one.before.level),
    );
    for (const arrivals of byCategory(opened)) {
      const blind = blindAtBase(traced, before, arrivals);
      if (blind === null) findings.push(toFinding(traced, sink, arrivals));
      else unknown.push(blind);
    }
  }
  return { findings, unknown };
}

function arrivalsAt(traced: TracedChange, sink: Sink, before: Sink | undefined): readonly Arrival[] {
  const { head, allowed } = traced;
  const node = head.project.nodes.get(sink.uniqueId);
  return [...(head.taints.get(sink.uniqueId) ?? [])].flatMap(([column, taints]) => {
    const at = { column, allowed, masked: taints.length > 0 && protectionOf(node, column) !== null };
    return taints
      .filter((taint) => isPlain(taint) && showsTooMuch(sink, taint, at))
      .map((taint) => ({ column, taint, before: before === undefined ? null : shownBefore(traced, before, taint) }));
  });
}

/** The most of the same datum that the sink showed at base. */
function shownBefore(traced: TracedChange, before: Sink, taint: Taint): Taint | null {
  const { base } = traced;
  const datum = headDatumKey(traced, taint.origin);
  const node = base.project.nodes.get(before.uniqueId);
  let most: Taint | null = null;
  for (const [column, taints] of base.taints.get(before.uniqueId) ?? []) {
    if (!shows(before, column)) continue;
    for (const one of taints) {
      if (baseDatumKey(traced, one.origin) !== datum) continue;
      // What a mask covered was not shown: taking the mask off is told by its own rule.
      if (most === null || isAbove(one.level, most.level)) most = protectionOf(node, column) === null ? one : taint;
    }
  }
  return most;
}

/** One list a category: labelled ones first, then what leaves most, then the shortest path. */
function byCategory(arrivals: readonly Arrival[]): readonly (readonly [Arrival, ...Arrival[]])[] {
  const groups = new Map<string, [Arrival, ...Arrival[]]>();
  const ranked = sortedBy(arrivals, ({ taint, column }) => {
    const rank = `${taint.known === 'label' ? '0' : '1'}${taint.level === 'pseudonym-weak' ? '1' : '0'}`;
    return `${rank}${String(taint.trail?.length ?? 0).padStart(4, '0')}${column}`;
  });
  for (const arrival of ranked) {
    const group = groups.get(arrival.taint.category);
    if (group === undefined) groups.set(arrival.taint.category, [arrival]);
    else group.push(arrival);
  }
  return sortedBy(groups.entries(), ([category]) => category).map(([, group]) => group);
}

/** When base's lineage of the sink or of a model on the way is not known, "new" cannot be told. */
function blindAtBase(
  traced: TracedChange,
  before: Sink | undefined,
  [{ taint }]: readonly [Arrival, ...Arrival[]],
): Reason | null {
  if (before === undefined) return null;
  const { base, baseIds } = traced;
  const places: readonly ColumnAt[] = hopsOf(taint.trail).map(({ uniqueId, column }) => ({
    uniqueId: baseIds.get(uniqueId) ?? uniqueId,
    column,
  }));
  for (const place of places) {
    if (!base.project.nodes.has(place.uniqueId)) continue;
    const cause = base.lineage.get(place.uniqueId)?.unresolved ?? lineageOf(base.lineage, place)?.unresolved ?? null;
    if (cause === null) continue;
    const what = `whether ${categoryOf(taint.category).title} in ${before.uniqueId} is new cannot be told: lineage of ${place.uniqueId} at base is unknown (${cause.text})`;
    return reason('base-lineage-unknown', what, cause.remedy);
  }
  return null;
}

function toFinding(traced: TracedChange, sink: Sink, arrivals: readonly [Arrival, ...Arrival[]]): Finding<PathMessage> {
  const [{ taint, column, before }] = arrivals;
  const { head } = traced;
  const { uniqueId } = sink;
  const columns = [...new Set(arrivals.map((one) => spelled(head, { uniqueId, column: one.column })))];
  const name = nameOf(head, uniqueId);
  const messageId = messageOf(taint, before);
  return {
    messageId,
    data: {
      category: categoryOf(taint.category).title,
      origin: shown(head, taint.origin),
      sink: name,
      why: sink.why,
      columns: columns.join(', '),
      level: levelText(taint.level),
      before: levelText(before?.level ?? 'clear'),
      known: taint.known === 'label' ? 'labelled' : 'by its name',
      path: pathText(head, taint),
    },
    subject: { uniqueId, column: spelled(head, { uniqueId, column }) },
    place: placeInPatch(traced.change.pullRequest, filesOf(traced, taint, sink), wordPattern(column)),
    basis: taint.known === 'label' ? 'proven' : 'heuristic',
    fingerprint: toFingerprint('pii', messageId, uniqueId, taint.category),
    matters: mattersText(traced, taint, before),
    downstream: sink.exposures,
    safeIf: `leave \`${columns.join(', ')}\` out of \`${name}\`, or aggregate or generalise before it${taint.known === 'label' ? '' : '; label it where it begins, or say there why it is not personal'}`,
    ...yamlOf(head, taint),
  };
}

/** Where nothing labels the datum: the label for where it begins. */
function yamlOf({ project }: TracedSide, { known, origin }: Taint): { readonly yaml?: string } {
  const node = project.nodes.get(origin.uniqueId);
  if (known === 'label' || node === undefined) return {};
  return { yaml: labelYaml(node, [{ column: origin.column, lines: plainLabel }]) };
}

function messageOf({ level }: Taint, before: Taint | null): PathMessage {
  if (before !== null) return 'protection-weakened';
  return level === 'pseudonym-weak' ? 'weak-hash' : 'new-personal-path';
}

/** Files in which the path may have been opened: modified models of it, the sink's side first. */
function filesOf({ head, change }: TracedChange, { trail }: Taint, { uniqueId: sinkId }: Sink): readonly string[] {
  const modified = new Set(change.modified.map(({ uniqueId }) => uniqueId));
  const on = hopsOf(trail)
    .map(({ uniqueId }) => uniqueId)
    .toReversed();
  const files = [...on.filter((uniqueId) => modified.has(uniqueId)), sinkId];
  return files.flatMap((uniqueId) => head.project.nodes.get(uniqueId)?.originalFilePath ?? []);
}

function mattersText({ base, head }: TracedChange, taint: Taint, before: Taint | null): string {
  return [
    regulationsText(taint),
    `the path: ${pathText(head, taint)}`,
    `at base: ${before === null ? 'none' : pathText(base, before)}`,
    riskText(taint.level),
  ]
    .filter((text) => text !== '')
    .join('; ');
}

function riskText(level: Level): string {
  if (level === 'pseudonym-weak')
    return 'it arrives as a hash without a secret, which can be guessed for values that can be listed';
  return level === 'partial' ? 'a part of it arrives, which often suffices to tell who it is' : '';
}
