import type { AnalyzedSide, Change } from '#core/change';
import type { DbtNode } from '#core/dbt';
import type { OfBoth, OfRelation, Side } from '#core/evidence';
import type { Identifier } from '#core/sql';

/** Whether a node has rows of its own: a model, seed or snapshot that is not written into others. */
export function isRelation(node: DbtNode | undefined): node is DbtNode {
  if (node === undefined || node.materialized === 'ephemeral') return false;
  return node.resourceType === 'model' || node.resourceType === 'seed' || node.resourceType === 'snapshot';
}

/** One side's relation of a node; null when the manifest names none. */
export function relationOf(change: Change, side: Side, node: DbtNode | undefined): OfRelation | null {
  if (node === undefined || node.relationName === null || node.relationName === '') return null;
  return { side, uniqueId: node.uniqueId, relation: node.relationName, state: stateOf(change[side]) };
}

/** Both sides' relations of a node; null when one side has none, or both have the same, so that there is nothing to compare. */
export function relationsOf(change: Change, uniqueId: DbtNode['uniqueId']): OfBoth | null {
  const [base, head] = (['base', 'head'] as const).map((side) => {
    const node = change[side].project.nodes.get(uniqueId);
    return isRelation(node) ? relationOf(change, side, node) : null;
  });
  if (!base || !head || base.relation === head.relation) return null;
  return { uniqueId, base: base.relation, head: head.relation, state: `${base.state ?? ''} ${head.state ?? ''}` };
}

/** Which build a side's relations are of: the manifest and the run that made them. */
function stateOf({ artifacts }: AnalyzedSide): string {
  return artifacts
    .filter(({ name }) => name === 'manifest.json' || name === 'run_results.json')
    .map(({ name, sha256 }) => `${name} ${sha256}`)
    .join(' ');
}

/** Whether dbt's own run says that head's relation was not built. */
export function wasNotBuilt(change: Change, uniqueId: DbtNode['uniqueId']): boolean {
  const status = change.head.runResults?.results.find((result) => result.uniqueId === uniqueId)?.status;
  return status === 'error' || status === 'skipped';
}

/** A column as the warehouse spells it, where the catalog has it; else as written, to be folded as the warehouse would. */
export function spelled(side: AnalyzedSide, uniqueId: DbtNode['uniqueId'], name: string): Identifier {
  const columns = side.catalog?.get(uniqueId)?.columns ?? [];
  const found =
    columns.find((column) => column.name === name) ??
    columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  return found === undefined ? { name, quoted: false } : { name: found.name, quoted: true };
}
