import { compareText, type UniqueId } from '#core/base';
import type { ColumnLineage, NodeLineage } from '#core/lineage';
import type { AnalyzedSide, ColumnChange, ColumnChangeKind, ColumnRef, ModifiedNode } from './change.ts';
import { type Correspondence, columnKey, correspondence } from './correspondence.ts';
import { type DependentsOf, dependentsIn } from './dependents.ts';
import { type Origins, originsIn } from './origins.ts';
import { isSameType } from './same-type.ts';

/** Both sides, and what dbt's `state:modified` selects. */
export interface ColumnComparison {
  readonly base: AnalyzedSide;
  readonly head: AnalyzedSide;
  readonly modified: readonly ModifiedNode[];
}

/** One node on both sides. */
interface Pair {
  readonly uniqueId: UniqueId;
  readonly base: NodeLineage;
  readonly head: NodeLineage;
  /** Whether the node's own SQL (or seed file) differs, so that a change of its columns can be its own doing. */
  readonly own: boolean;
}

/** What the comparison of two columns may look up. */
interface Known {
  readonly names: Correspondence;
  readonly types: TypeOf;
  readonly origins: { readonly base: Origins; readonly head: Origins };
}

type Found = Omit<ColumnChange, 'dependents' | 'uniqueId' | 'origin'>;

const compared: ReadonlySet<string> = new Set(['model', 'snapshot', 'seed']);

/**
 * Columns of models, snapshots and seeds that differ between the sides, ordered by node, column and kind. A node whose
 * compiled SQL is the same on both sides has no change of its own: what differs there came from a parent through `select *`
 * and is `inherited`. Nothing is said of a node that either side could not analyse, of columns that a side may have without
 * listing them, and of types where the adapters differ.
 */
export function compareColumns(comparison: ColumnComparison): readonly ColumnChange[] {
  const { base, head } = comparison;
  const names = correspondence(base.project, head.project);
  const dependents = { base: dependentsIn(base), head: dependentsIn(head) };
  const known: Known = {
    names,
    types: typesOf(comparison),
    origins: { base: originsIn(base.lineage), head: originsIn(head.lineage) },
  };
  const changes: ColumnChange[] = [];
  for (const pair of pairsOf(comparison)) {
    const found = [...setDifferences(pair, names), ...valueDifferences(pair, known)];
    for (const change of found) changes.push(completed(change, pair, dependents));
  }
  return changes.sort(
    (a, b) => compareText(a.uniqueId, b.uniqueId) || compareText(a.column, b.column) || compareText(a.kind, b.kind),
  );
}

function completed(
  change: Found,
  { uniqueId, own }: Pair,
  dependents: { readonly base: DependentsOf; readonly head: DependentsOf },
): ColumnChange {
  const column: ColumnRef = { uniqueId, column: change.column };
  const side = change.kind === 'added' ? dependents.head : dependents.base;
  return { ...change, uniqueId, origin: own ? 'own' : 'inherited', dependents: side(column) };
}

/** Nodes that both sides have analysed, parents before children as in head's lineage. */
function pairsOf({ base, head, modified }: ColumnComparison): readonly Pair[] {
  const changed = new Set(modified.filter((node) => mayDiffer(node)).map((node) => node.uniqueId));
  const pairs: Pair[] = [];
  for (const [uniqueId, after] of head.lineage) {
    const before = base.lineage.get(uniqueId);
    const type = head.project.nodes.get(uniqueId)?.resourceType ?? '';
    if (before === undefined || !compared.has(type) || before.unresolved !== null || after.unresolved !== null)
      continue;
    const own = changed.has(uniqueId);
    // The same lineage, made once for both sides: only its node's own change could tell it from itself.
    if (before !== after || own) pairs.push({ uniqueId, base: before, head: after, own });
  }
  return pairs;
}

function mayDiffer({ compiled }: ModifiedNode): boolean {
  return compiled === 'changed' || compiled === 'unknown';
}

/** Columns by lower-case name. A star that could not be expanded is none. */
function byName({ columns }: NodeLineage): ReadonlyMap<string, ColumnLineage> {
  return new Map(
    columns.filter((column) => column.column !== '*').map((column) => [column.column.toLowerCase(), column]),
  );
}

/** Removed, renamed and added columns. */
function setDifferences({ uniqueId, base, head }: Pair, names: Correspondence): readonly Found[] {
  const before = byName(base);
  const after = byName(head);
  const gone = head.complete ? [...before].filter(([name]) => !after.has(name)).map(([, column]) => column) : [];
  const fresh = base.complete ? [...after].filter(([name]) => !before.has(name)).map(([, column]) => column) : [];
  const renamed = renames(gone, fresh, names);
  for (const [from, to] of renamed) names.rename(uniqueId, from.column, to.column);
  const arrived = new Set(renamed.values());
  return [
    ...gone.map((column): Found => {
      const to = renamed.get(column);
      return to === undefined
        ? found('removed', column.column)
        : found('renamed', column.column, column.column, to.column);
    }),
    ...fresh.filter((column) => !arrived.has(column)).map((column) => found('added', column.column)),
  ];
}

/** A removed column and an added one are one renamed column when both, and no others, are made in the same way from the same columns. */
function renames(
  gone: readonly ColumnLineage[],
  fresh: readonly ColumnLineage[],
  names: Correspondence,
): ReadonlyMap<ColumnLineage, ColumnLineage> {
  const candidates = new Map<string, ColumnLineage[]>();
  for (const column of fresh) collect(candidates, makingOf(column, columnKey, column.logic), column);
  const claims = new Map<string, ColumnLineage[]>();
  for (const column of gone) {
    collect(claims, makingOf(column, names.keyOf, names.logicOf(column.logic, column.sources)), column);
  }
  const renamed = new Map<ColumnLineage, ColumnLineage>();
  for (const [making, [from, ...moreFrom]] of claims) {
    const [to, ...moreTo] = candidates.get(making) ?? [];
    if (from !== undefined && to !== undefined && moreFrom.length === 0 && moreTo.length === 0) renamed.set(from, to);
  }
  return renamed;
}

function collect(map: Map<string, ColumnLineage[]>, making: string | null, column: ColumnLineage): void {
  if (making !== null) map.set(making, [...(map.get(making) ?? []), column]);
}

/** How a column is made, as text; null when that does not tell it from others: no source, or none that is known. */
function makingOf(
  { sources, unresolved }: ColumnLineage,
  keyOf: Correspondence['keyOf'],
  logic: string | null,
): string | null {
  if (unresolved !== null || sources.length === 0 || logic === null) return null;
  return [logic, ...sortedKeys(sources.map(keyOf))].join('\n\n');
}

function sortedKeys(keys: readonly string[]): readonly string[] {
  return [...new Set(keys)].sort(compareText);
}

/** Retyped, re-sourced and otherwise made columns, of those that both sides have under one name. */
function valueDifferences({ uniqueId, base, head, own }: Pair, known: Known): readonly Found[] {
  const after = byName(head);
  return base.columns.flatMap((column) => {
    const other = after.get(column.column.toLowerCase());
    if (other === undefined) return [];
    return [...retyped(uniqueId, column, other, known.types), ...(own ? remade(column, other, known) : [])];
  });
}

function retyped(uniqueId: UniqueId, before: ColumnLineage, after: ColumnLineage, types: TypeOf): readonly Found[] {
  const [was, is] = types(uniqueId, before, after);
  return was === is ? [] : [found('retyped', before.column, was, is)];
}

function remade(before: ColumnLineage, after: ColumnLineage, { names, origins }: Known): readonly Found[] {
  if (before.unresolved !== null || after.unresolved !== null) return [];
  if (haveSameKeys(before.sources.map(names.keyOf), after.sources.map(columnKey))) {
    const logic = names.logicOf(before.logic, before.sources);
    return logic === null || logic === after.logic ? [] : [found('logic-changed', before.column)];
  }
  const from = before.sources.map((source) => ({ ...source, ...origins.base.originOf(source) }));
  const to = after.sources.map(origins.head.originOf);
  if (!haveSameKeys(from.map(names.keyOf), to.map(columnKey))) {
    return [found('re-sourced', before.column, listed(before), listed(after))];
  }
  const [was, is] = [origins.base.logicOf(before), origins.head.logicOf(after)];
  const logic = was === null ? null : names.logicOf(was, from);
  return logic === null || is === null || logic === is ? [] : [found('logic-changed', before.column)];
}

function haveSameKeys(a: readonly string[], b: readonly string[]): boolean {
  return sortedKeys(a).join('\n') === sortedKeys(b).join('\n');
}

/** `orders.amount, payments.fee`; `a constant` where there is no source. */
function listed({ sources }: ColumnLineage): string {
  const columns = sources.map((source) => `${source.uniqueId.split('.').at(-1) ?? ''}.${source.column}`);
  return columns.length === 0 ? 'a constant' : [...new Set(columns)].join(', ');
}

/** The types of one column at base and at head; the same text twice where they are the same or not known. */
type TypeOf = (uniqueId: UniqueId, before: ColumnLineage, after: ColumnLineage) => readonly [string, string];

function typesOf({ base, head }: ColumnComparison): TypeOf {
  if (base.project.metadata.adapterType !== head.project.metadata.adapterType) return () => ['', ''];
  const adapter = head.project.metadata.adapterType;
  const before = catalogTypes(base);
  const after = catalogTypes(head);
  return (uniqueId, old, column) => {
    const was = before.get(columnKey({ uniqueId, column: old.column }));
    const is = after.get(columnKey({ uniqueId, column: column.column }));
    if (was !== undefined && is !== undefined) return [was, is];
    const same = old.type === null || column.type === null || isSameType(old.type, column.type, adapter);
    return same ? ['', ''] : [old.type, column.type];
  };
}

function catalogTypes({ catalog }: AnalyzedSide): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  for (const { uniqueId, columns } of catalog?.values() ?? []) {
    for (const { name, type } of columns)
      if (type !== '') types.set(columnKey({ uniqueId, column: name }), type.toLowerCase());
  }
  return types;
}

function found(kind: ColumnChangeKind, column: string, before = '', after = ''): Found {
  return { kind, column, before, after };
}
