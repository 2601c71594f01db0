import { reason } from '#core/base';
import { type DbtNode, isFirm } from '#core/dbt';
import type { NodeLineage } from './lineage.ts';

/**
 * Lineage of SQL that was rendered and not compiled. With parts that are masked or taken for granted, nothing is missing for
 * certain; where blocks are left out, no column is sure. Any other lineage as it is.
 */
export function asRendered(lineage: NodeLineage, { rendered }: DbtNode): NodeLineage {
  if (rendered === undefined || isFirm(rendered)) return lineage;
  if (rendered.gaps.length === 0) return { ...lineage, missing: [] };
  const doubt = reason(
    'not-rendered',
    `not analysed: ${rendered.gaps.slice(0, 3).join(', ')}`,
    'run dbt compile before the upload',
  );
  const columns = lineage.columns.map((column) => ({ ...column, unresolved: column.unresolved ?? doubt }));
  return { ...lineage, columns, complete: false, missing: [] };
}
