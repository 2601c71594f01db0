import type { UniqueId } from '#core/base';
import { compareText, sortedBy } from '#core/base';
import type { DbtProject, ResourceType, StateOptions } from '#core/dbt';
import { findChangedMacros, selectState, stateContext } from '#core/dbt';
import { causesOf } from './causes.ts';
import type { ModifiedNode } from './change.ts';
import { compareCompiled } from './compiled-sql.ts';

/** The types that hold rows, which is what a review looks at. */
const reviewed: ReadonlySet<ResourceType> = new Set<ResourceType>(['model', 'seed', 'snapshot']);

export interface Modified {
  /** dbt's `state:modified` of models, seeds and snapshots, ordered by `unique_id`. */
  readonly modified: readonly ModifiedNode[];
  /** Models, seeds and snapshots that head no longer has, or has disabled, ordered. */
  readonly removed: readonly UniqueId[];
}

/**
 * What dbt's `state:modified` selects among models, seeds and snapshots, why, and whether it shows in the compiled SQL.
 * `options` settle the dbt version and flag; by default those of head are inferred.
 */
export function findModified(base: DbtProject, head: DbtProject, options: StateOptions = {}): Modified {
  const context = stateContext(base, head, options);
  const macros = findChangedMacros(base, head);
  const modified: ModifiedNode[] = [];
  for (const [uniqueId, selectors] of selectState(base, head, options)) {
    const node = head.nodes.get(uniqueId);
    if (node === undefined || !reviewed.has(node.resourceType) || !selectors.has('modified')) continue;
    modified.push({
      uniqueId,
      resourceType: node.resourceType,
      selectors: [...selectors]
        .filter((selector) => selector !== 'old')
        .map((selector) => `state:${selector}`)
        .sort(compareText),
      causes: causesOf(context, macros, node),
      compiled: compareCompiled(base, head, node),
    });
  }
  const removed = [...base.nodes.values()].filter(
    (node) => reviewed.has(node.resourceType) && !head.nodes.has(node.uniqueId),
  );
  return {
    modified: sortedBy(modified, (node) => node.uniqueId),
    removed: removed.map((node) => node.uniqueId).sort(compareText),
  };
}
