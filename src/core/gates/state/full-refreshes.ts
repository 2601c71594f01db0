import { toFingerprint, toLine } from '#core/base';
import type { Change } from '#core/change';
import { findFullRefreshes, reachOf } from '#core/change';
import type { Finding } from '../gate.ts';
import { placeOfNode } from './subjects.ts';

/** Modified incremental models whose table lacks columns after the change; another key or layout is told by a semantic rule. */
export function findNeededRefreshes(change: Change): readonly Finding<'full-refresh-needed'>[] {
  const lacking = findFullRefreshes(change).filter(({ kind }) => kind === 'columns');
  return lacking.map(({ uniqueId, because }) => {
    const { models, exposures, metrics, savedQueries } = reachOf(change, uniqueId);
    return {
      messageId: 'full-refresh-needed',
      data: { model: uniqueId, because: toLine(because) },
      subject: uniqueId,
      place: placeOfNode(change, uniqueId, 'code'),
      basis: 'proven',
      fingerprint: toFingerprint('state', 'full-refresh-needed', uniqueId),
      matters: 'until it is built anew, the table keeps its old columns',
      downstream: [...models, ...exposures, ...metrics, ...savedQueries],
      safeIf: 'run it with --full-refresh after the merge, or set on_schema_change',
    };
  });
}
