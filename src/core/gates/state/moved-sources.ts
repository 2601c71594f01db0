import type { UniqueId } from '#core/base';
import { compareText, toFingerprint } from '#core/base';
import type { Change } from '#core/change';
import { relationDifferences, stateContext } from '#core/dbt';
import type { Finding } from '../gate.ts';
import { listed } from './listed.ts';
import { projectSubject } from './subjects.ts';

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
