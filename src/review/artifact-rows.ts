import { reason } from '#core/base';
import type { ProjectSide, Sides } from '#core/change';
import type { Answer, Question } from '#core/evidence';
import { columnsFromCatalog, rowsFromCatalog, rowsFromRun } from '#core/evidence';
import type { EvidenceSource } from './ports.ts';

/** The reason that says least: that of any other source goes before it. */
export const notInArtifacts = 'not-in-artifacts';

/**
 * Counts rows by what dbt wrote of them: what a run wrote into tables, else the statistics of `catalog.json`, which lists columns too. To be
 * asked last, since both may be old.
 */
export function artifactRows(sides: Sides): EvidenceSource {
  return {
    kinds: ['row-count', 'columns'],
    answer: (question) => Promise.resolve(fromArtifacts(question, sides) ?? { known: false, reason: none }),
  };
}

const none = reason(notInArtifacts, 'neither run_results.json nor catalog.json knows the relation');

function fromArtifacts(question: Question, sides: Sides): Answer | null {
  if (question.kind !== 'row-count' && question.kind !== 'columns') return null;
  const { project, catalog, runResults }: ProjectSide = sides[question.side];
  const made = runResults?.generatedAt ?? project.metadata.generatedAt;
  if (question.kind === 'columns') return columnsFromCatalog(question, { catalog, made });
  return rowsFromRun(question, { project, runResults }) ?? rowsFromCatalog(question, { catalog, made });
}
