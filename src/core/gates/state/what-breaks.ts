import type { UniqueId } from '#core/base';
import { compareText, toFingerprint, toLine } from '#core/base';
import type { Change } from '#core/change';
import { descendantsOf, findContractBreaks, relationDifferences, stateContext } from '#core/dbt';
import type { Finding } from '../gate.ts';
import { listed } from './listed.ts';
import { placeOfNode, projectSubject } from './subjects.ts';

/** Contracts that dbt calls broken, also of models without versions, for which dbt only warns. */
export function findBrokenContracts(change: Change): readonly Finding<'contract-broken'>[] {
  const context = stateContext(change.base.project, change.head.project, { runResults: change.head.runResults });
  return findContractBreaks(context).map(({ uniqueId, stopsDbt, items }) => ({
    messageId: 'contract-broken',
    data: { model: uniqueId, items: toLine(items.map((item) => item.text).join('; '), 400) },
    subject: uniqueId,
    place: placeOfNode(change, uniqueId, 'properties'),
    basis: 'proven',
    fingerprint: toFingerprint('state', 'contract-broken', uniqueId, ...items.map((item) => item.text)),
    matters: stopsDbt
      ? 'dbt stops with an error when it selects by state'
      : 'whoever reads the model relies on it; dbt only warns, as the model has no versions',
    downstream: descendantsOf(change.base.children, uniqueId),
    safeIf: 'add a new version of the model and keep this one until its readers have moved',
  }));
}

/** Nodes that are gone although others of head still name them as parents. Tests are left out: dbt drops them. */
export function findDanglingReferences(change: Change): readonly Finding<'removed-node-still-used'>[] {
  return change.removed.flatMap((uniqueId) => {
    const dependents = change.head.children.get(uniqueId) ?? [];
    return dependents.length === 0 ? [] : [danglingReference(change, uniqueId, dependents)];
  });
}

function danglingReference(
  change: Change,
  uniqueId: UniqueId,
  dependents: readonly UniqueId[],
): Finding<'removed-node-still-used'> {
  return {
    messageId: 'removed-node-still-used',
    data: { node: uniqueId, dependents: listed(dependents) },
    subject: uniqueId,
    place: placeOfNode(change, uniqueId, 'code'),
    basis: 'proven',
    fingerprint: toFingerprint('state', 'removed-node-still-used', uniqueId),
    matters: 'they read a relation that is built no more',
    downstream: descendantsOf(change.head.children, uniqueId),
    safeIf: 'remove what depends on it or let it read another node',
  };
}

/** Sources whose database, schema or identifier dbt's `state:modified.relation` sees changed, in one finding. */
export function findMovedSources(change: Change): readonly Finding<'source-moved'>[] {
  const { base, head } = change;
  const context = stateContext(base.project, head.project, { runResults: head.runResults });
  const moved: UniqueId[] = [];
  for (const node of head.project.nodes.values()) {
    const old = node.resourceType === 'source' ? base.project.nodes.get(node.uniqueId) : undefined;
    if (old !== undefined && relationDifferences(context, old, node).length > 0) moved.push(node.uniqueId);
  }
  moved.sort(compareText);
  if (moved.length === 0) return [];
  return [
    {
      messageId: 'source-moved',
      data: { sources: listed(moved) },
      subject: moved[0] ?? projectSubject(change),
      place: null,
      basis: 'heuristic',
      fingerprint: toFingerprint('state', 'source-moved', ...moved.slice(0, 5)),
      matters: 'unless base and head were only built for different targets, the models on top read other data',
      downstream: [],
      safeIf: '',
    },
  ];
}
