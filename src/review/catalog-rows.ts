import { reason } from '#core/base';
import type { Sides } from '#core/change';
import { rowsFromCatalog } from '#core/evidence';
import type { EvidenceSource } from './ports.ts';

/** The reason that says least: that of any other source goes before it. */
export const notInCatalog = 'not-in-catalog';

/** Counts rows by the statistics of both sides' `catalog.json`; to be asked last, since statistics may be old. */
export function catalogRows(sides: Sides): EvidenceSource {
  return {
    kinds: ['row-count'],
    answer(question) {
      const side = question.kind === 'row-count' ? sides[question.side] : null;
      const made = side === null ? null : (side.runResults?.generatedAt ?? side.project.metadata.generatedAt);
      const found =
        question.kind === 'row-count' && side !== null
          ? rowsFromCatalog(question, { catalog: side.catalog, made })
          : null;
      const none = reason(notInCatalog, 'catalog.json has no statistics of the relation');
      return Promise.resolve(found ?? { known: false, reason: none });
    },
  };
}
