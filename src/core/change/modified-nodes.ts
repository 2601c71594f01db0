import type { UniqueId } from '#core/base';
import { compareText, sortedBy } from '#core/base';
import type { DbtProject, ResourceType, StateOptions } from '#core/dbt';
import { findChangedMacros, selectState, stateContext } from '#core/dbt';
import { causesOf } from './causes.ts';
import type { Cause, ModifiedNode } from './change.ts';
import { compareCompiled } from './compiled-sql.ts';
import { editedKeys, withEditedVars } from './edited-vars.ts';
import { writersOf } from './foreign-causes.ts';
import { labelOf, leadsToIn } from './label.ts';
import type { PullRequest } from './pull-request.ts';

/** The types that hold rows, which is what a review looks at. */
const reviewed: ReadonlySet<ResourceType> = new Set<ResourceType>(['model', 'seed', 'snapshot']);

export interface Modified {
  /** dbt's `state:modified` of models, seeds and snapshots, ordered by `unique_id`. */
  readonly modified: readonly ModifiedNode[];
  /** dbt's `state:modified` of everything else, ordered by `unique_id`. */
  readonly alsoModified: readonly ModifiedNode[];
  /** Models, seeds and snapshots that head no longer has, or has disabled, ordered. */
  readonly removed: readonly UniqueId[];
}

/** How the state is compared; the pull request, where there is one, tells which files led to it. */
export interface ModifiedOptions extends StateOptions {
  readonly pullRequest?: PullRequest | null;
}

/**
 * What dbt's `state:modified` selects, of every type, why, and whether it shows in the compiled SQL.
 * `options` settle the dbt version and flag; by default those of head are inferred.
 */
export function findModified(base: DbtProject, head: DbtProject, options: ModifiedOptions = {}): Modified {
  const state = stateContext(base, head, options);
  const macros = findChangedMacros(state);
  const context = { state, macros, writers: writersOf(state, options.runResults ?? null) };
  const leadsTo = leadsToIn({ base, head, macros }, options.pullRequest ?? null);
  const edited = editedKeys(options.pullRequest ?? null);
  const found: ModifiedNode[] = [];
  for (const [uniqueId, selectors] of selectState(base, head, options)) {
    const node = head.nodes.get(uniqueId);
    if (node === undefined || !selectors.has('modified')) continue;
    const causes = causesOf(context, node).map((cause) => withVarsNamed(cause, edited));
    const compiled = compareCompiled(base, head, node);
    found.push({
      uniqueId,
      resourceType: node.resourceType,
      selectors: [...selectors]
        .filter((selector) => selector !== 'old')
        .map((selector) => `state:${selector}`)
        .sort(compareText),
      causes,
      compiled,
      label: labelOf(node, { causes, compiled }, leadsTo),
    });
  }
  const sorted = sortedBy(found, (node) => node.uniqueId);
  const removed = [...base.nodes.values()].filter(
    (node) => reviewed.has(node.resourceType) && !head.nodes.has(node.uniqueId),
  );
  return {
    modified: sorted.filter((node) => reviewed.has(node.resourceType)),
    alsoModified: sorted.filter((node) => !reviewed.has(node.resourceType)),
    removed: removed.map((node) => node.uniqueId).sort(compareText),
  };
}

function withVarsNamed(cause: Cause, edited: ReadonlySet<string>): Cause {
  if (cause.foreign?.by !== 'environment') return cause;
  return { ...cause, foreign: { ...cause.foreign, because: withEditedVars(cause.foreign.because, edited) } };
}
