import type { UniqueId } from '#core/base';
import { compareText, grouped } from '#core/base';
import type { ColumnChange, ModifiedNode } from '#core/change';
import { keptInMeaning } from '#core/policy';
import { counted, signedPercent } from './quantities.ts';
import type { ReviewView, RowCounts } from './review-view.ts';

/** One model of the table, as plain facts. */
export interface ModelRow {
  readonly uniqueId: UniqueId;
  /** Why it counts as modified, one phrase each; text of strangers. */
  readonly why: readonly string[];
  readonly rows: RowCounts;
  /** What its own SQL did to its columns. */
  readonly columns: readonly ColumnChange[];
  /** Known to mean the same, nothing found, no row moved. */
  readonly unchanged: boolean;
}

interface Weighed extends ModelRow {
  /** 0 nothing … 3 a finding that blocks. */
  readonly harm: number;
  readonly moved: number;
}

const NOT_COUNTED: RowCounts = { base: null, head: null };

/** Modified and removed models, those that matter first: by findings, then by rows moved, then by columns, then by name. */
export function modelRows(view: ReviewView): readonly ModelRow[] {
  const { change } = view;
  if (change === null) return [];
  const columns = Map.groupBy(
    change.columnChanges.filter(({ origin }) => origin === 'own'),
    ({ uniqueId }) => uniqueId,
  );
  const harm = harmByModel(view);
  const kept = new Set(keptInMeaning(change).map(({ uniqueId }) => uniqueId));
  const modified = change.modified.map((node) => weigh(view, node.uniqueId, { node, columns, harm, kept }));
  const removed = change.removed.map((uniqueId) => weigh(view, uniqueId, { node: null, columns, harm, kept }));
  return [...modified, ...removed].sort(
    (a, b) =>
      b.harm - a.harm ||
      Number(a.unchanged) - Number(b.unchanged) ||
      b.moved - a.moved ||
      b.columns.length - a.columns.length ||
      compareText(a.uniqueId, b.uniqueId),
  );
}

/** `41,208 → 86,540 (+110 %)`; the head is wrapped in `mark` when it moved. `–` where nobody counted. */
export function rowsText({ base, head }: RowCounts, mark: string = ''): string {
  if (base === null && head === null) return '–';
  const before = base === null ? '–' : grouped(base.rows);
  if (head === null) return `${before} → –`;
  if (base === null) return `${before} → ${grouped(head.rows)}`;
  if (base.rows === head.rows) return `${before} → ${grouped(head.rows)}`;
  return `${before} → ${mark}${grouped(head.rows)}${mark} (${signedPercent(base.rows, head.rows)})`;
}

/**
 * How many models there are of each kind of sameness: `compiled SQL identical in 38 models, different only in form in 2, proven to
 * mean the same in 5`; '' for none. `kept` are those that are known to mean the same.
 */
export function samenessText(kept: readonly ModifiedNode[]): string {
  const identical = kept.filter(({ compiled }) => compiled === 'identical').length;
  const form = kept.filter(({ compiled }) => compiled === 'formatting-only').length;
  const kinds = [
    { count: identical, alone: 'identical', beside: 'identical' },
    { count: form, alone: 'differs only in form', beside: 'different only in form' },
    { count: kept.length - identical - form, alone: 'proven to mean the same', beside: 'proven to mean the same' },
  ].filter(({ count }) => count > 0);
  const [first, ...others] = kinds;
  if (first === undefined) return '';
  const rest = others.map(({ count, beside }) => `, ${beside} in ${grouped(count)}`);
  return `compiled SQL ${first.alone} in ${counted(first.count, 'model')}${rest.join('')}`;
}

interface Context {
  /** Null of a removed node. */
  readonly node: ModifiedNode | null;
  readonly columns: ReadonlyMap<UniqueId, readonly ColumnChange[]>;
  readonly harm: ReadonlyMap<UniqueId, number>;
  /** Nodes that are known to mean the same. */
  readonly kept: ReadonlySet<UniqueId>;
}

function weigh(view: ReviewView, uniqueId: UniqueId, { node, columns, harm, kept }: Context): Weighed {
  const rows = view.rows.get(uniqueId) ?? NOT_COUNTED;
  const moved =
    rows.base === null || rows.head === null
      ? 0
      : Math.abs(rows.head.rows - rows.base.rows) / Math.max(1, rows.base.rows);
  const same = node !== null && kept.has(uniqueId);
  // A column that is made in another way has the same values where the whole model does.
  const own = (columns.get(uniqueId) ?? []).filter(({ kind }) => !same || !remade.has(kind));
  const weight = harm.get(uniqueId) ?? 0;
  const unchanged = same && weight === 0 && moved === 0 && own.length === 0;
  return { uniqueId, why: whyOf(node, same), rows, columns: own, unchanged, harm: weight, moved };
}

const remade: ReadonlySet<ColumnChange['kind']> = new Set(['re-sourced', 'logic-changed']);

function whyOf(node: ModifiedNode | null, isSame: boolean): readonly string[] {
  if (node === null) return ['removed'];
  const shown = phrasesOf(node);
  if (isSame && node.compiled === 'changed') return [...shown, 'means the same'];
  if (node.compiled === 'identical') return [...shown, 'same compiled SQL'];
  return node.compiled === 'formatting-only' ? [...shown, 'only its form'] : shown;
}

/** The label where it says more than the causes, else the causes that are the project's own, two at most. */
function phrasesOf({ label, causes }: ModifiedNode): readonly string[] {
  const foreign = causes.flatMap((cause) => (cause.foreign === undefined ? [] : [cause.foreign]));
  const because = [...new Set(foreign.map((one) => one.because))].slice(0, 1);
  if (label === 'engine noise') return [['noise of the engine', ...because].join(': ')];
  if (label === 'var or environment') return [['var or environment', ...because].join(': ')];
  const own = causes.filter((cause) => cause.foreign === undefined).map(({ text }) => text);
  const shown = own.length > 2 ? [...own.slice(0, 2), `${own.length - 2} more`] : own;
  return label === 'stale base' ? ['not of this pull request', ...shown.slice(0, 1)] : shown;
}

function harmByModel({ verdict }: ReviewView): ReadonlyMap<UniqueId, number> {
  const weights = { block: 3, warn: 2, note: 1 } as const;
  const harm = new Map<UniqueId, number>();
  for (const { subject, cost } of verdict.gates.flatMap(({ findings }) => findings)) {
    const uniqueId = typeof subject === 'string' ? subject : subject.uniqueId;
    harm.set(uniqueId, Math.max(harm.get(uniqueId) ?? 0, weights[cost]));
  }
  return harm;
}
