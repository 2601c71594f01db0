import { toFingerprint, toLine } from '#core/base';
import type { Change } from '#core/change';
import { findFullRefreshes, reachOf } from '#core/change';
import type { Finding } from '../gate.ts';
import { placeOfNode } from './subjects.ts';

/** Modified incremental models whose table does not follow the change by itself. */
export function findNeededRefreshes(change: Change): readonly Finding<'full-refresh-needed'>[] {
  return findFullRefreshes(change).map(({ uniqueId, because }) => {
    const { models, exposures, metrics, savedQueries } = reachOf(change, uniqueId);
    return {
      messageId: 'full-refresh-needed',
      data: { model: uniqueId, because: toLine(because) },
      subject: uniqueId,
      place: placeOfNode(change, uniqueId, 'code'),
      basis: 'proven',
      fingerprint: toFingerprint('state', 'full-refresh-needed', uniqueId),
      matters: 'until it is built anew, the table keeps its old columns or keys',
      downstream: [...models, ...exposures, ...metrics, ...savedQueries],
      safeIf: 'run it with --full-refresh after the merge, or set on_schema_change',
    };
  });
}
