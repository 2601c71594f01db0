import { reason } from '#core/base';
import type { ProjectSide, Sides } from '#core/change';
import type { Answer, RowCountQuestion } from '#core/evidence';
import { rowsFromCatalog, rowsFromRun } from '#core/evidence';
import type { EvidenceSource } from './ports.ts';

/** The reason that says least: that of any other source goes before it. */
export const notInArtifacts = 'not-in-artifacts';

/**
 * Counts rows by what dbt wrote of them: what a run wrote into tables, else the statistics of `catalog.json`. To be asked last, since both
 * may be old.
 */
export function artifactRows(sides: Sides): EvidenceSource {
  return {
    kinds: ['row-count'],
    answer(question) {
      const found = question.kind === 'row-count' ? rowsOf(question, sides[question.side]) : null;
      const none = reason(notInArtifacts, 'neither run_results.json nor catalog.json counts the relation');
      return Promise.resolve(found ?? { known: false, reason: none });
    },
  };
}

function rowsOf(question: RowCountQuestion, { project, catalog, runResults }: ProjectSide): Answer | null {
  const made = runResults?.generatedAt ?? project.metadata.generatedAt;
  return rowsFromRun(question, { project, runResults }) ?? rowsFromCatalog(question, { catalog, made });
}
