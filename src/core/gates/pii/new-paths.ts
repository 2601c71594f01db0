import type { Reason, UniqueId } from '#core/base';
import { reason, sortedBy, toFingerprint } from '#core/base';
import type { ColumnAt, Hop, Taint } from '#core/pii';
import { categoryOf, isAbove, lineageOf } from '#core/pii';
import type { Finding } from '../gate.ts';
import { placeInPatch } from '../place-in-patch.ts';
import type { TracedChange } from './compare-sides.ts';
import { baseDatumKey, headDatumKey } from './compare-sides.ts';
import type { Sink } from './sinks.ts';
import { allowedLevel, isPlain, sinksOf } from './sinks.ts';

/** Findings of one rule, and what it could not tell. */
export interface Look<MessageId extends string> {
  readonly findings: readonly Finding<MessageId>[];
  readonly unknown: readonly Reason[];
}

interface Arrival {
  readonly column: string;
  readonly taint: Taint;
}

/** PII-01: personal data that reaches a sink above what the sink may hold, where at base it did not. One finding a category and sink. */
export function findNewPaths(traced: TracedChange, externalNames: readonly string[]): Look<'new-personal-path'> {
  const { head, base } = traced;
  const findings: Finding<'new-personal-path'>[] = [];
  const unknown: Reason[] = [];
  const baseSinks = sinksOf(base.project, externalNames);
  for (const sink of sortedBy(sinksOf(head.project, externalNames).values(), ({ uniqueId }) => uniqueId)) {
    const before = baseSinks.get(traced.baseIds.get(sink.uniqueId) ?? sink.uniqueId);
    const opened = arrivalsAt(traced, sink).filter(({ taint }) => !wasThere(traced, before, taint));
    for (const arrivals of byCategory(opened)) {
      const blind = blindAtBase(traced, before, arrivals);
      if (blind === null) findings.push(toFinding(traced, sink, arrivals));
      else unknown.push(blind);
    }
  }
  return { findings, unknown };
}

function arrivalsAt({ head }: TracedChange, sink: Sink): readonly Arrival[] {
  const columns = head.taints.get(sink.uniqueId) ?? new Map<string, readonly Taint[]>();
  const arrivals = [...columns].flatMap(([column, taints]) => taints.map((taint) => ({ column, taint })));
  return arrivals.filter(({ taint }) => isPlain(taint) && isAbove(taint.level, allowedLevel(taint, sink)));
}

/** Whether the same datum stood in the sink at base, and no less of it. */
function wasThere(traced: TracedChange, before: Sink | undefined, taint: Taint): boolean {
  if (before === undefined) return false;
  const datum = headDatumKey(traced, taint.origin);
  const columns = traced.base.taints.get(before.uniqueId) ?? new Map<string, readonly Taint[]>();
  return [...columns.values()].some((taints) =>
    taints.some((one) => !isAbove(taint.level, one.level) && baseDatumKey(traced, one.origin) === datum),
  );
}

/** One list a category: labelled ones first, then the shortest path. */
function byCategory(arrivals: readonly Arrival[]): readonly (readonly [Arrival, ...Arrival[]])[] {
  const groups = new Map<string, [Arrival, ...Arrival[]]>();
  const ranked = sortedBy(arrivals, ({ taint, column }) => {
    const rank = taint.known === 'label' ? '0' : '1';
    return `${rank}${String(taint.path.length).padStart(4, '0')}${column}`;
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
  const places: readonly ColumnAt[] = taint.path.map(({ uniqueId, column }) => ({
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

function toFinding(
  traced: TracedChange,
  sink: Sink,
  arrivals: readonly [Arrival, ...Arrival[]],
): Finding<'new-personal-path'> {
  const [{ taint, column }] = arrivals;
  const { head, change } = traced;
  const columns = [...new Set(arrivals.map((one) => spelled(traced, sink.uniqueId, one.column)))];
  const on = [...taint.path.map(({ uniqueId }) => uniqueId).toReversed(), sink.uniqueId];
  const modified = new Set(change.modified.map(({ uniqueId }) => uniqueId));
  const files = on
    .filter((uniqueId) => modified.has(uniqueId))
    .flatMap((uniqueId) => head.project.nodes.get(uniqueId)?.originalFilePath ?? []);
  const sinkFile = head.project.nodes.get(sink.uniqueId)?.originalFilePath;
  return {
    messageId: 'new-personal-path',
    data: {
      category: categoryOf(taint.category).title,
      origin: shown(traced, taint.origin),
      sink: nameOf(traced, sink.uniqueId),
      why: sink.why,
      columns: columns.join(', '),
      level: taint.level,
      known: taint.known === 'label' ? 'labelled' : 'by its name',
      path: pathText(traced, taint),
    },
    subject: { uniqueId: sink.uniqueId, column: spelled(traced, sink.uniqueId, column) },
    place: placeInPatch(
      change.pullRequest,
      [...files, ...(sinkFile === undefined ? [] : [sinkFile])],
      wordPattern(column),
    ),
    basis: taint.known === 'label' ? 'proven' : 'heuristic',
    fingerprint: toFingerprint('pii', 'new-personal-path', sink.uniqueId, taint.category),
    matters: [`the path: ${pathText(traced, taint)}`, mattersText(taint)].filter((text) => text !== '').join('; '),
    downstream: sink.exposures,
    safeIf: `leave \`${columns.join(', ')}\` out of \`${nameOf(traced, sink.uniqueId)}\`, or aggregate or generalise before it`,
  };
}

function mattersText({ level }: Taint): string {
  if (level === 'pseudonym-weak')
    return 'it arrives as a hash without a secret, which can be guessed for values that can be listed';
  if (level === 'partial') return 'a part of it arrives, which often suffices to tell who it is';
  return '';
}

/** `customers.email → stg_customers.mail (rename) → dim_customers.contact (expression: upper)`. */
function pathText(traced: TracedChange, { origin, path }: Taint): string {
  return [shown(traced, origin), ...path.map((hop) => `${shown(traced, hop)}${hopText(hop)}`)].join(' → ');
}

function hopText({ transformation, functions }: Hop): string {
  if (functions.length > 0) return ` (${transformation}: ${functions.join(', ')})`;
  return transformation === 'identity' ? '' : ` (${transformation})`;
}

function shown(traced: TracedChange, { uniqueId, column }: ColumnAt): string {
  return `${nameOf(traced, uniqueId)}.${spelled(traced, uniqueId, column)}`;
}

/** A node's own name; a source's after the name of its group of tables. */
export function nameOf({ head, base }: TracedChange, uniqueId: UniqueId): string {
  const node = head.project.nodes.get(uniqueId) ?? base.project.nodes.get(uniqueId);
  return node === undefined ? uniqueId.split('.').slice(2).join('.') || uniqueId : node.name;
}

function spelled({ head }: TracedChange, uniqueId: UniqueId, column: string): string {
  return lineageOf(head.lineage, { uniqueId, column })?.column ?? column;
}

/** The column's name as a word of a line. */
export function wordPattern(column: string): RegExp {
  return new RegExp(`(^|[^\\p{L}\\p{N}_])${column.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}([^\\p{L}\\p{N}_]|$)`, 'iu');
}
