import { compareText } from '#core/base';
import type { ColumnLineage, ColumnSource } from '#core/lineage';
import type { CategoryId, Sensitivity } from './category.ts';
import type { ColumnAt } from './column-at.ts';
import { columnKey } from './column-at.ts';
import type { ColumnStatement, Known, Personal } from './known-column.ts';
import type { Level } from './level.ts';
import { isAbove } from './level.ts';
import type { Taint } from './trail.ts';

/** A taint of a source column on its way into the next column, and what is left of it there. */
export interface Arrival {
  readonly taint: Taint;
  readonly level: Level;
  readonly source: ColumnSource;
}

/** Paths beyond this are cut: more of one category in one column tell nothing new. */
const mostOriginsPerColumn = 24;

/** Joins what arrives in a column with what is said of the column itself; in a fixed order. */
export function settle(
  at: ColumnAt,
  incoming: readonly Arrival[],
  { label, personal }: ColumnStatement,
  column: ColumnLineage,
): readonly Taint[] {
  if (label?.pii === false && label.reason !== null) return [];
  // Without a reason, a bare "no" does not overrule a label further up; it only overrules a guess.
  const kept = label?.pii === false ? incoming.filter(({ taint }) => taint.known === 'label') : incoming;
  if (kept.length === 0 && personal.length === 0) return [];
  const isLabelled = personal.some(({ known }) => known === 'label');
  const arrived = capped(strongest(kept, isLabelled)).map((one) => takenOver(at, one, isLabelled ? personal : null));
  const fresh = freshAt(at, personal, { arrived, isConstant: isConstant(column) });
  return fresh.length === 0 ? arrived : [...arrived, ...fresh].sort((a, b) => compareText(a.key, b.key));
}

/** What is said of the column and does not arrive in it already: it begins here. */
function freshAt(
  at: ColumnAt,
  personal: readonly Personal[],
  known: { readonly arrived: readonly Taint[]; readonly isConstant: boolean },
): readonly Taint[] {
  const told = new Set<CategoryId>();
  const labelsFirst = personal.toSorted((a, b) => Number(b.known === 'label') - Number(a.known === 'label'));
  return labelsFirst.flatMap((one): readonly Taint[] => {
    const { category } = one;
    if (told.has(category) || (one.known !== 'label' && known.isConstant)) return [];
    if (known.arrived.some((taint) => taint.category === category)) return [];
    if (category === 'unspecified' && known.arrived.length > 0) return [];
    told.add(category);
    return [{ ...one, level: 'raw', origin: at, trail: null, key: `${category}\n${columnKey(at)}` }];
  });
}

function isConstant({ sources, unresolved, logic }: ColumnLineage): boolean {
  return sources.length === 0 && unresolved === null && logic !== '';
}

function takenOver(
  { uniqueId, column }: ColumnAt,
  { taint, level, source }: Arrival,
  labelled: readonly Personal[] | null,
): Taint {
  const { category, sensitivity, origin, known, key, trail } = taint;
  const { transformation, functions } = source;
  return {
    ...{ category, origin, level, key },
    known: labelled === null ? known : 'label',
    sensitivity: labelled === null ? sensitivity : higher(sensitivity, labelled),
    trail: { hop: { uniqueId, column, transformation, functions }, before: trail, length: (trail?.length ?? 0) + 1 },
  };
}

function higher(own: Sensitivity, personal: readonly Personal[]): Sensitivity {
  let most = own;
  for (const { sensitivity, known } of personal) if (known === 'label' && sensitivity > most) most = sensitivity;
  return most;
}

/** For each category and origin the strongest arrival, and of equally strong ones the shortest path; ordered by their key. */
function strongest(arrivals: readonly Arrival[], isLabelled: boolean): readonly Arrival[] {
  const best = new Map<string, Arrival>();
  for (const arrival of arrivals) {
    const { key } = arrival.taint;
    const before = best.get(key);
    if (before === undefined || isBetter(arrival, before, isLabelled)) best.set(key, arrival);
  }
  return [...best.values()].sort((a, b) => compareText(a.taint.key, b.taint.key));
}

function isBetter(a: Arrival, b: Arrival, isLabelled: boolean): boolean {
  if (a.level !== b.level) return isAbove(a.level, b.level);
  const [knownA, knownB]: readonly Known[] = [a.taint.known, b.taint.known];
  if (!isLabelled && knownA !== knownB) return knownA === 'label';
  return (a.taint.trail?.length ?? 0) < (b.taint.trail?.length ?? 0);
}

/** The first of each category, as far as they tell something new. */
function capped(ordered: readonly Arrival[]): readonly Arrival[] {
  if (ordered.length <= mostOriginsPerColumn) return ordered;
  const counts = new Map<CategoryId, number>();
  return ordered.filter(({ taint: { category } }) => {
    const count = (counts.get(category) ?? 0) + 1;
    counts.set(category, count);
    return count <= mostOriginsPerColumn;
  });
}
