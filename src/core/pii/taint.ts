import type { UniqueId } from '#core/base';
import { sortedBy } from '#core/base';
import type { DbtProject } from '#core/dbt';
import type { ColumnLineage, ColumnSource, NodeLineage, ProjectLineage, Transformation } from '#core/lineage';
import type { CategoryId, Sensitivity } from './category.ts';
import { categoryOf } from './category.ts';
import type { ColumnAt } from './column-at.ts';
import { columnKey } from './column-at.ts';
import { classifyColumnName } from './dictionary.ts';
import type { ColumnStatement, Knowledge, Known, Personal } from './known-column.ts';
import { statementsOf } from './known-column.ts';
import type { Level, Sanitizer } from './level.ts';
import { isAbove, levelAfter } from './level.ts';
import { parentsFirst, withEveryColumn } from './parents-first.ts';

/** Personal data in a column: what it is, how much of it is left, where it began and how it came here. */
export interface Taint {
  readonly category: CategoryId;
  readonly sensitivity: Sensitivity;
  readonly level: Level;
  /** The first column that is known to hold it. */
  readonly origin: ColumnAt;
  readonly known: Known;
  /** From the origin, exclusive, to this column, inclusive; empty at the origin. */
  readonly path: readonly Hop[];
}

/** A column on the way, and what was done to the datum on the step into it. */
export interface Hop extends ColumnAt {
  readonly transformation: Transformation;
  readonly functions: readonly string[];
}

/** Taints by node and lower-case column name; columns without any are left out. */
export type Taints = ReadonlyMap<UniqueId, ReadonlyMap<string, readonly Taint[]>>;

export interface TaintOptions extends Knowledge {
  readonly sanitizers: readonly Sanitizer[];
  /** Further columns to take for personal, by `columnKey`: what the other side of a change says of the same columns. */
  readonly seeds: ReadonlyMap<string, readonly Personal[]>;
}

/** Paths beyond this are cut: more of one category in one column tell nothing new. */
const mostOriginsPerColumn = 24;

/** Follows personal data along the lineage of a project, parents before children. */
export function traceTaint(project: DbtProject, lineage: ProjectLineage, options: TaintOptions): Taints {
  const taints = new Map<UniqueId, ReadonlyMap<string, readonly Taint[]>>();
  for (const node of parentsFirst(withEveryColumn(lineage))) {
    const said = statementsOf(node, project, options);
    const own = new Map<string, readonly Taint[]>();
    const perPerson = isPerPerson(node, taints);
    for (const column of node.columns) {
      const at = { uniqueId: node.uniqueId, column: column.column };
      const incoming = column.sources.flatMap((source) => arriving(source, { at, column, taints, perPerson, options }));
      const statement = said.get(column.column.toLowerCase()) ?? { label: null, personal: [] };
      const seeded = options.seeds.get(columnKey(at)) ?? [];
      const all = settle(at, incoming, { ...statement, personal: [...statement.personal, ...seeded] }, column);
      if (all.length > 0) own.set(column.column.toLowerCase(), all);
    }
    if (own.size > 0) taints.set(node.uniqueId, own);
  }
  return taints;
}

/** The taints of one column; none when it holds no personal data. */
export function taintsOf(taints: Taints, { uniqueId, column }: ColumnAt): readonly Taint[] {
  return taints.get(uniqueId)?.get(column.toLowerCase()) ?? [];
}

interface Arrival {
  readonly at: ColumnAt;
  readonly column: ColumnLineage;
  readonly taints: Taints;
  readonly perPerson: boolean;
  readonly options: TaintOptions;
}

/** What a source column brings along, weakened by what is done to it on the way. */
function arriving(source: ColumnSource, { at, column, taints, perPerson, options }: Arrival): readonly Taint[] {
  const { transformation, functions } = source;
  const { sanitizers } = options;
  return taintsOf(taints, source).flatMap((taint) => {
    const step = { source, category: taint.category, logic: column.logic, perPerson, sanitizers };
    const level = levelAfter(taint.level, step);
    if (level === 'clear') return [];
    return [{ ...taint, level, path: [...taint.path, { ...at, transformation, functions }] }];
  });
}

/** Joins what arrives with what is said of the column itself. */
function settle(
  at: ColumnAt,
  incoming: readonly Taint[],
  { label, personal }: ColumnStatement,
  column: ColumnLineage,
): readonly Taint[] {
  if (label?.pii === false && label.reason !== null) return [];
  // Without a reason, a bare "no" does not overrule a label further up; it only overrules a guess.
  let kept = label?.pii === false ? incoming.filter(({ known }) => known === 'label') : incoming;
  const categories = new Set(kept.map(({ category }) => category));
  const labelled = personal.find(({ known }) => known === 'label');
  if (labelled !== undefined)
    kept = kept.map((taint) => ({ ...taint, known: 'label', sensitivity: higher(taint, personal) }));
  const isConstant = column.sources.length === 0 && column.unresolved === null && column.logic !== '';
  const fresh = personal
    .filter((one) => !categories.has(one.category) && !(one.category === 'unspecified' && kept.length > 0))
    .filter((one) => one.known === 'label' || !isConstant)
    .map((one) => ({ ...one, level: 'raw' as const, origin: at, path: [] }));
  return strongest([...kept, ...fresh]);
}

function higher(taint: Taint, personal: readonly Personal[]): Sensitivity {
  let most = taint.sensitivity;
  for (const { sensitivity, known } of personal) if (known === 'label' && sensitivity > most) most = sensitivity;
  return most;
}

/** For each category and origin the strongest taint, and of equally strong ones the shortest path. */
function strongest(taints: readonly Taint[]): readonly Taint[] {
  const best = new Map<string, Taint>();
  for (const taint of taints) {
    const key = `${taint.category}\n${columnKey(taint.origin)}`;
    const known = best.get(key);
    if (known === undefined || isBetter(taint, known)) best.set(key, taint);
  }
  const perCategory = new Map<CategoryId, number>();
  return sortedBy(best.entries(), ([key]) => key).flatMap(([, taint]) => {
    const count = (perCategory.get(taint.category) ?? 0) + 1;
    perCategory.set(taint.category, count);
    return count > mostOriginsPerColumn ? [] : [taint];
  });
}

function isBetter(a: Taint, b: Taint): boolean {
  if (a.level !== b.level) return isAbove(a.level, b.level);
  if (a.known !== b.known) return a.known === 'label';
  return a.path.length < b.path.length;
}

/** Whether rows are grouped by something that tells persons apart: then a sum is one person's figure. */
function isPerPerson({ rowset }: NodeLineage, taints: Taints): boolean {
  return rowset.some((use) => {
    if (use.clause !== 'group') return false;
    const byTaint = taintsOf(taints, use).some((taint) => categoryOf(taint.category).privacyClass === 'identifier');
    const guess = classifyColumnName(use.column, { personTable: true, dataType: null });
    return byTaint || (guess !== null && categoryOf(guess.category).privacyClass === 'identifier');
  });
}
