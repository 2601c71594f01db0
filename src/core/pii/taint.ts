import type { UniqueId } from '#core/base';
import type { DbtProject } from '#core/dbt';
import type { ColumnLineage, NodeLineage, ProjectLineage } from '#core/lineage';
import type { CategoryId } from './category.ts';
import { categoryOf } from './category.ts';
import type { ColumnAt } from './column-at.ts';
import { columnKey } from './column-at.ts';
import type { Knowledge, Personal } from './known-column.ts';
import { statementsOf } from './known-column.ts';
import type { Level, Sanitizer } from './level.ts';
import { isAbove, levelAfter } from './level.ts';
import { parentsFirst, withEveryColumn } from './parents-first.ts';
import type { Classify } from './remember-names.ts';
import { rememberNames } from './remember-names.ts';
import type { Arrival } from './settle.ts';
import { settle } from './settle.ts';
import type { Taint } from './trail.ts';

/** Taints by node and lower-case column name; columns without any are left out. */
export type Taints = ReadonlyMap<UniqueId, ReadonlyMap<string, readonly Taint[]>>;

export interface TaintOptions extends Knowledge {
  readonly sanitizers: readonly Sanitizer[];
  /** Further columns to take for personal, by `columnKey`: what the other side of a change says of the same columns. */
  readonly seeds: ReadonlyMap<string, readonly Personal[]>;
}

/** Follows personal data along the lineage of a project, parents before children. */
export function traceTaint(project: DbtProject, lineage: ProjectLineage, options: TaintOptions): Taints {
  const taints = new Map<UniqueId, ReadonlyMap<string, readonly Taint[]>>();
  const classify = rememberNames(options.words);
  for (const node of parentsFirst(withEveryColumn(lineage))) {
    const said = statementsOf(node, project, { ...options, classify });
    const own = new Map<string, readonly Taint[]>();
    const passage = { taints, perPerson: isPerPerson(node, taints, classify), sanitizers: options.sanitizers };
    for (const column of node.columns) {
      const at = { uniqueId: node.uniqueId, column: column.column };
      const name = column.column.toLowerCase();
      const statement = said.get(name) ?? { label: null, personal: [] };
      const seeded = options.seeds.get(columnKey(at));
      const known = seeded === undefined ? statement : { ...statement, personal: [...statement.personal, ...seeded] };
      const all = settle(at, arrivalsIn(column, passage), known, column);
      if (all.length > 0) own.set(name, all);
    }
    if (own.size > 0) taints.set(node.uniqueId, own);
  }
  return taints;
}

/** The taints of one column; none when it holds no personal data. */
export function taintsOf(taints: Taints, { uniqueId, column }: ColumnAt): readonly Taint[] {
  return taints.get(uniqueId)?.get(column.toLowerCase()) ?? [];
}

interface Passage {
  readonly taints: Taints;
  readonly perPerson: boolean;
  readonly sanitizers: readonly Sanitizer[];
}

/** What the sources of a column bring along, weakened by what is done to it on the way. */
function arrivalsIn(column: ColumnLineage, { taints, perPerson, sanitizers }: Passage): readonly Arrival[] {
  const arrivals: Arrival[] = [];
  for (const source of column.sources) {
    const most = new Map<CategoryId, Level>();
    for (const taint of taintsOf(taints, source)) {
      const { category } = taint;
      const known = most.get(category);
      const cap = known ?? levelAfter('raw', { source, category, logic: column.logic, perPerson, sanitizers });
      if (known === undefined) most.set(category, cap);
      const level = isAbove(taint.level, cap) ? cap : taint.level;
      if (level !== 'clear') arrivals.push({ taint, level, source });
    }
  }
  return arrivals;
}

/** Whether rows are grouped by something that tells persons apart: then a sum is one person's figure. */
function isPerPerson({ rowset }: NodeLineage, taints: Taints, classify: Classify): boolean {
  return rowset.some((use) => {
    if (use.clause !== 'group') return false;
    const byTaint = taintsOf(taints, use).some((taint) => categoryOf(taint.category).privacyClass === 'identifier');
    const guess = classify(use.column, { personTable: true, dataType: null });
    return byTaint || (guess !== null && categoryOf(guess.category).privacyClass === 'identifier');
  });
}
