import type { UniqueId } from '#core/base';
import { behaves } from './behaviours.ts';
import type { DbtNode } from './project.ts';
import type { ContractItem } from './same-contract.ts';
import { contractItems } from './same-contract.ts';
import { instantOf } from './same-parts.ts';
import type { StateContext } from './state-context.ts';

/** A contract that no longer holds for those who rely on it. */
export interface ContractBreak {
  readonly uniqueId: UniqueId;
  /** Whether dbt stops the whole command for it (a versioned model), or only warns. */
  readonly stopsDbt: boolean;
  /** Only what breaks. */
  readonly items: readonly ContractItem[];
}

/**
 * Every contract that dbt calls broken, and those that dbt 2, which does not look, would not; ordered as in the manifests: changed ones, and those of models that head
 * removed, renamed or disabled before their `deprecation_date` (compared with the moment head was parsed).
 * Source: dbt `ModelNode.same_contract`, `same_contract_removed`; `StateSelectorMethod.search`.
 */
export function findContractBreaks(context: StateContext): readonly ContractBreak[] {
  const breaks: ContractBreak[] = [];
  for (const [uniqueId, old] of context.base.nodes) {
    if (old.resourceType !== 'model' || !old.contractEnforced) continue;
    const head = context.head.nodes.get(uniqueId);
    const items =
      head === undefined ? removalOf(context, old) : contractItems(context, old, head).filter((item) => item.breaking);
    if (items.length > 0)
      breaks.push({ uniqueId, stopsDbt: stopsDbt(context, head ?? disabledIn(context, old) ?? old), items });
  }
  return breaks;
}

function removalOf(context: StateContext, old: DbtNode): readonly ContractItem[] {
  if (!behaves(context.engine, 'removedContracts')) return [];
  const disabled = disabledIn(context, old);
  const last = disabled ?? old;
  if (!last.contractEnforced || isPast(last, context.head.metadata.generatedAt)) return [];
  return disabled === undefined
    ? [{ kind: 'model-removed', breaking: true, text: 'model deleted or renamed' }]
    : [{ kind: 'model-disabled', breaking: true, text: 'model disabled' }];
}

function disabledIn(context: StateContext, old: DbtNode): DbtNode | undefined {
  return context.head.disabled.get(old.uniqueId)?.[0];
}

function isPast(node: DbtNode, now: string | null): boolean {
  const date = node.entry['deprecation_date'];
  return typeof date === 'string' && now !== null && instantOf(date) < instantOf(now);
}

function stopsDbt({ engine }: StateContext, node: DbtNode): boolean {
  return node.version === null ? !behaves(engine, 'unversionedBreakWarns') : behaves(engine, 'versionedBreakStops');
}
